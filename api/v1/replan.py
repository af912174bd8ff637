"""Plan again what is left of a day, and say what running late does to it."""

from flask import Blueprint

from api.auth import Role, caller, require
from api.operation import Outcome, Reply, operation
from api.services import replanning
from api.services.day_under_way import Asked, Said
from api.services.receipt import Receipt
from api.services.replanning import Dispatcher, Proposal
from api.v1.once import answer_once
from api.v1.schemas.replan import LateOut, LateQuery, MyReplanIn, ReplanIn, ReplanOut, SearchIn
from api.wiring import wiring
from optimizer.domain.errors import Fault, NotFound
from optimizer.domain.time import MINUTE

blueprint = Blueprint("replan", __name__)

PLANNERS = (Role.PLANNER, Role.SERVICE, Role.ADMIN)


@blueprint.post("/v1/replan")
@require(*PLANNERS)
@operation(
    "Plan what is left of a date again, with little moved",
    tag="planning",
    body=ReplanIn,
    answers={200: ReplanOut, 201: ReplanOut},
    problems=(409, 422, 428, 503),
)
def replan(body: ReplanIn) -> Outcome:
    """What is done is done, a visit under way stays, and no promise moves; a visit changes its therapist only where
    that is worth more than `stability.points`. A proposal: with `apply`, which needs an Idempotency-Key, the plan of
    the whole date is stored (201), to be published like any other."""
    request, dispatcher = body.request(caller().practice_id, _too_long(body.options)), _dispatcher()
    if not body.apply:
        return ReplanOut.of(replanning.propose(request, dispatcher=dispatcher))

    def write(receipt: Receipt[Proposal]) -> Proposal:
        return replanning.keep(request, actor=caller().key_id, dispatcher=dispatcher, receipt=receipt)

    return answer_once(write, _shape)


@blueprint.post("/v1/me/replan")
@require(Role.THERAPIST)
@operation(
    "Plan what is left of my day again: a proposal, what moves named, and what keeping the order costs",
    tag="therapist",
    body=MyReplanIn,
    answers={200: ReplanOut},
    problems=(422, 503),
)
def replan_mine(body: MyReplanIn) -> ReplanOut:
    """Only my own visits are looked at, and none of them goes to anybody else."""
    request = body.request(caller().practice_id, _myself(), _too_long(body.options))
    return ReplanOut.of(replanning.propose(request, dispatcher=_dispatcher()))


@blueprint.get("/v1/me/late")
@require(Role.THERAPIST)
@operation(
    "What so many minutes do: who is hit first, by how much, whom to warn, latest safe departures",
    tag="therapist",
    query=LateQuery,
    answers={200: LateOut},
    problems=(422, 503),
)
def late(query: LateQuery) -> LateOut:
    """The order stays as it is: who would rather change it plans again."""
    mine = _myself()
    asked = Asked(practice_id=caller().practice_id, therapists=(mine,), said=(Said(therapist=mine),), own=True)
    return LateOut.of(replanning.run_late(asked, query.minutes * MINUTE, dispatcher=_dispatcher()))


def _shape(proposal: Proposal) -> Reply:
    where = f"/v1/plans/{proposal.stored.id}" if proposal.stored is not None else ""
    return Reply(status=201, body=ReplanOut.of(proposal), headers={"Location": where})


def _dispatcher() -> Dispatcher:
    parts = wiring()
    geocoder = parts.geocoders.of(caller().practice_id)
    return Dispatcher(store=parts.store, roads=parts.roads, geocoder=geocoder, clock=parts.clock)


def _too_long(options: SearchIn) -> tuple[Fault, ...]:
    longest = wiring().settings.solve_time_limit
    if options.time_limit_seconds <= longest:
        return ()
    return (
        Fault(
            pointer="/options/time_limit_seconds",
            code="out_of_range",
            detail=f"A search may take {longest:g} seconds here.",
            hint=f"Send at most {longest:g}.",
        ),
    )


def _myself() -> str:
    mine = caller().therapist
    if mine is None:
        raise NotFound("this key stands for no therapist")
    return mine
