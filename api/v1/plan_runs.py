"""Requests to plan a date, and how they get on."""

from flask import Blueprint
from werkzeug.wrappers import Response as AnyResponse

from api.auth import Role, caller, require
from api.operation import Reply, operation
from api.running import has_stalled, wake
from api.services import planning
from api.services.planning import PlanRequest
from api.services.receipt import Receipt
from api.v1.once import answer_once
from api.v1.schemas.planning import PlanRunIn, PlanRunOut
from api.wiring import wiring
from optimizer.domain.booking import PlanRun
from optimizer.domain.errors import Fault, InvalidRequest

blueprint = Blueprint("plan_runs", __name__)

PLANNERS = (Role.PLANNER, Role.SERVICE, Role.ADMIN)


@blueprint.post("/v1/plan-runs")
@require(*PLANNERS)
@operation(
    "Plan a date from its stored bookings",
    tag="planning",
    body=PlanRunIn,
    answers={202: PlanRunOut},
    problems=(409, 422, 428),
    idempotent=True,
)
def create_plan_run(body: PlanRunIn) -> AnyResponse:
    parts, who = wiring(), caller()
    longest = parts.settings.solve_time_limit
    if body.options.time_limit_seconds > longest:
        fault = Fault(
            pointer="/options/time_limit_seconds",
            code="out_of_range",
            detail=f"A search may take {longest:g} seconds here.",
            hint=f"Send at most {longest:g}.",
        )
        raise InvalidRequest(fault.detail, code=fault.code, faults=[fault])
    wanted = PlanRequest(
        practice_id=who.practice_id,
        date=body.date,
        therapists=body.therapists,
        time_limit=body.options.time_limit_seconds,
        seed=body.options.seed,
    )
    zone = parts.store.practices.get(who.practice_id).zone

    def write(receipt: Receipt[PlanRun]) -> PlanRun:
        return planning.request_run(wanted, store=parts.store, clock=parts.clock, receipt=receipt)

    def shape(run: PlanRun) -> Reply:
        shown = PlanRunOut.of(run, zone=zone, now=parts.clock())
        return Reply(status=202, body=shown, headers={"Location": f"/v1/plan-runs/{run.id}"})

    answer = answer_once(write, shape)
    wake(parts, who.practice_id)
    return answer


@blueprint.get("/v1/plan-runs/<run_id>")
@require(*PLANNERS)
@operation("How a run gets on", tag="planning", answers={200: PlanRunOut}, problems=(404,))
def get_plan_run(run_id: str) -> PlanRunOut:
    parts, who = wiring(), caller()
    with parts.store.unit_of_work(who.practice_id, write=False) as uow:
        run, zone = uow.plan_runs.get(run_id), uow.practice().zone
    if has_stalled(run, parts.clock()):
        wake(parts, who.practice_id)
    return PlanRunOut.of(run, zone=zone, now=parts.clock())


@blueprint.delete("/v1/plan-runs/<run_id>")
@require(*PLANNERS)
@operation(
    "Stop a run with the best plan so far",
    tag="planning",
    answers={200: PlanRunOut},
    problems=(404,),
)
def stop_plan_run(run_id: str) -> PlanRunOut:
    parts, who = wiring(), caller()
    zone = parts.store.practices.get(who.practice_id).zone
    run = planning.cancel_run(who.practice_id, run_id, store=parts.store, clock=parts.clock)
    return PlanRunOut.of(run, zone=zone, now=parts.clock())
