"""What a planner does by hand: try a place for a visit, put it there, lock it, and see who did what."""

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as AnyResponse

from api import problem_details
from api.auth import Role, caller, require
from api.operation import Reply, operation
from api.running import has_stalled, wake
from api.services import board_day, locking, placing_by_hand
from api.services.day_changes import day_changes
from api.services.options import options
from api.services.placing_by_hand import HandMoveRefused
from api.v1.schemas.base import LocalDate, Request
from api.v1.schemas.by_hand import (
    BookingTakersOut,
    ChangeOut,
    ChangesOut,
    HandMoveRefusedOut,
    PlacedOut,
    PlacementIn,
    ProposalIn,
    ProposalOut,
    PulseOut,
    SinceQuery,
)
from api.v1.schemas.reading import read_path
from api.wiring import wiring
from optimizer.domain.booking import Booking

blueprint = Blueprint("by_hand", __name__)

PLANNERS = (Role.PLANNER, Role.ADMIN)


class DayPath(Request):
    """A date in the path."""

    day: LocalDate


@blueprint.post("/v1/proposals")
@require(*PLANNERS)
@operation(
    "What if this visit went to that therapist, at that start? Nothing is stored",
    tag="planning",
    body=ProposalIn,
    answers={200: ProposalOut},
    problems=(404, 409, 422, 503),
)
def propose(body: ProposalIn) -> Reply:
    """A day that cannot keep it is an answer: `refused` says why, and the smallest change that would open it. Without
    `start` the visit goes where it adds least within its promise."""
    who = caller()
    asked = body.request(who.practice_id, actor=who.key_id)
    return _versioned(ProposalOut.of(placing_by_hand.propose(asked, desk=wiring().desk)))


@blueprint.put("/v1/bookings/<booking_id>/placement")
@require(*PLANNERS)
@operation(
    "Put a booked visit on somebody's day by hand; it stays there until it is unlocked",
    tag="planning",
    body=PlacementIn,
    answers={200: ProposalOut},
    problems=(404, 409, 422, 503),
)
def put_placement(booking_id: str, body: PlacementIn) -> AnyResponse:
    """`If-Match` takes the version of the date (409, `version_conflict`, where it has changed since). A start that was
    not promised needs `new_promise` (409, `promise_change`), a day that cannot keep it `override` (409, `slot_taken`
    or `route_infeasible`); both problems carry the `proposal`."""
    who = caller()
    asked = body.request(who.practice_id, booking_id, actor=who.key_id)
    try:
        done = placing_by_hand.place(asked, desk=wiring().desk, expected=_expected())
    except HandMoveRefused as refused:
        said = problem_details.describe(refused).model_dump()
        return problem_details.answer(HandMoveRefusedOut(**said, proposal=ProposalOut.of(refused.proposal)))
    shown = ProposalOut.of(done)
    return Response(shown.model_dump_json(), mimetype="application/json", headers={"ETag": f'"{shown.version}"'})


@blueprint.delete("/v1/bookings/<booking_id>/placement")
@require(*PLANNERS)
@operation(
    "Take a visit off its agenda; its promise stands, and nobody keeps it until it is put somewhere",
    tag="planning",
    answers={200: PlacedOut},
    problems=(404, 409),
)
def delete_placement(booking_id: str) -> Reply:
    who = caller()
    parked = placing_by_hand.park(
        who.practice_id, booking_id, actor=who.key_id, desk=wiring().desk, expected=_expected()
    )
    return _placed(*parked)


@blueprint.put("/v1/bookings/<booking_id>/lock")
@require(*PLANNERS)
@operation(
    "Keep a visit with its therapist, at its start: no plan moves it",
    tag="planning",
    answers={200: PlacedOut},
    problems=(404, 409),
)
def put_lock(booking_id: str) -> Reply:
    who = caller()
    locked = locking.lock(who.practice_id, booking_id, actor=who.key_id, desk=wiring().desk, expected=_expected())
    return _placed(*locked)


@blueprint.delete("/v1/bookings/<booking_id>/lock")
@require(*PLANNERS)
@operation("Let plans move a visit again", tag="planning", answers={200: PlacedOut}, problems=(404, 409))
def delete_lock(booking_id: str) -> Reply:
    who = caller()
    freed = locking.unlock(who.practice_id, booking_id, actor=who.key_id, desk=wiring().desk, expected=_expected())
    return _placed(*freed)


@blueprint.get("/v1/bookings/<booking_id>/takers")
@require(*PLANNERS)
@operation(
    "Who else could take a booked visit on its date, when, at what cost, with its promise kept",
    tag="planning",
    answers={200: BookingTakersOut},
    problems=(404, 409, 503),
)
def list_takers_of(booking_id: str) -> BookingTakersOut:
    """As if it lay on nobody's day; who has it now is among the answers."""
    return BookingTakersOut.of(options(caller().practice_id, booking_id, desk=wiring().desk))


@blueprint.get("/v1/days/<day>/pulse")
@require(*PLANNERS)
@operation(
    "Is there news of a date? Cheap to ask every few seconds", tag="planning", answers={200: PulseOut, 304: None}
)
def get_pulse(day: str) -> AnyResponse:
    """With `If-None-Match`, 304 while nothing has changed."""
    parts, who = wiring(), caller()
    wanted = read_path(DayPath, {"day": day}).day
    found = board_day.pulse(who.practice_id, wanted, store=parts.store)
    if found.run is not None and has_stalled(found.run, parts.clock()):
        wake(parts, who.practice_id)
    zone = parts.store.practices.get(who.practice_id).zone
    shown = PulseOut.of(found, zone=zone, now=parts.clock())
    answer = Response(shown.model_dump_json(), mimetype="application/json")
    answer.add_etag()
    return answer.make_conditional(request)


@blueprint.get("/v1/days/<day>/changes")
@require(*PLANNERS)
@operation(
    "Who did what about a date, newest first",
    tag="planning",
    query=SinceQuery,
    answers={200: ChangesOut},
    problems=(422,),
)
def list_changes(day: str, query: SinceQuery) -> ChangesOut:
    parts, who = wiring(), caller()
    wanted = read_path(DayPath, {"day": day}).day
    found = day_changes(who.practice_id, wanted, store=parts.store, now=parts.clock(), since=query.since)
    zone = parts.store.practices.get(who.practice_id).zone
    return ChangesOut(data=[ChangeOut.of(change, zone) for change in found])


def _expected() -> str | None:
    """The version of the date that the caller has seen."""
    tag = request.headers.get("If-Match", "").strip()
    return None if tag in ("", "*") else tag.removeprefix("W/").strip('"')


def _versioned(shown: ProposalOut) -> Reply:
    return Reply(body=shown, headers={"ETag": f'"{shown.version}"'})


def _placed(booking: Booking, version: str) -> Reply:
    zone = wiring().store.practices.get(caller().practice_id).zone
    return Reply(body=PlacedOut.of(booking, version, zone), headers={"ETag": f'"{version}"'})
