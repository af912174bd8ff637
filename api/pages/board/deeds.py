"""What a planner does on the board. Each form works alone; the board's script shows what came of it in its dialog."""

from collections.abc import Callable
from datetime import date, datetime
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from api.pages.board.compared import compared_page
from api.pages.board.pages import DESK, LIMITS, UNDOABLE, said_of, trouble
from api.pages.board.panel import verdict
from api.pages.board.reading import read_date, read_wish, the_day
from api.pages.board.showing import deeds, show, wants_part
from api.pages.board.view import board_page
from api.pages.shell import lock_down
from api.pages.signed_in import signed_in
from api.running import wake
from api.services import locking, placing_by_hand, planning, putting_back
from api.services.clearing import set_clearance
from api.services.day_changes import day_changes
from api.services.dismissing import dismiss
from api.services.hand_moves import HandMove
from api.services.placing_by_hand import HandMoveRefused
from api.services.plan_comparison import compare
from api.services.planning import PlanRequest
from api.services.publishing import publish
from api.wiring import wiring
from data.store.page_records import PageSession
from optimizer.domain.errors import Conflict, NotFound, RoundsError
from optimizer.domain.time import Horizon
from optimizer.domain.visit import Clearance

blueprint = Blueprint("board_deeds", __name__)
blueprint.after_request(lock_down)
blueprint.register_error_handler(RoundsError, trouble)


@blueprint.post("/board/<day>/visits/<visit>/place")
def place(day: str, visit: str) -> AnyResponse:
    who = signed_in(*DESK)
    if not isinstance(who, PageSession):
        return who
    parts, on = wiring(), read_date(day)
    zone = parts.store.practices.get(who.practice_id).zone
    wish = read_wish(request.form, Horizon(on, zone))
    asked = HandMove(
        practice_id=who.practice_id,
        actor=who.id,
        booking_id=visit,
        therapist=wish.therapist,
        start=wish.start,
        new_promise=bool(request.form.get("new_promise")),
        override=bool(request.form.get("override")),
    )
    place_again = urlencode({"therapist": wish.therapist, "start": wish.field})
    again = f"/board/{on}/visits/{quote(visit, safe='')}/check?{place_again}"
    try:
        done = placing_by_hand.place(asked, desk=parts.desk, expected=_version())
    except HandMoveRefused as refused:
        seen = the_day(who, on)
        shown = verdict(refused.proposal, seen, wish.field)
        return show("verdict.html", shown.title, on, status=409, verdict=shown)
    except Conflict as conflict:
        return _stale(conflict, who, on, again, "Check it on the day as it is now")
    kind = "overridden" if done.wanted.overridden else "promised" if done.promise is not None else "placed"
    return _done(who, on, kind, visit)


@blueprint.post("/board/<day>/visits/<visit>/lock")
def lock(day: str, visit: str) -> AnyResponse:
    return _simply(day, visit, "locked", lambda who: locking.lock(
        who.practice_id, visit, actor=who.id, desk=wiring().desk, expected=_version()
    ))  # fmt: skip


@blueprint.post("/board/<day>/visits/<visit>/unlock")
def unlock(day: str, visit: str) -> AnyResponse:
    return _simply(day, visit, "unlocked", lambda who: locking.unlock(
        who.practice_id, visit, actor=who.id, desk=wiring().desk, expected=_version()
    ))  # fmt: skip


@blueprint.post("/board/<day>/visits/<visit>/park")
def park(day: str, visit: str) -> AnyResponse:
    return _simply(day, visit, "parked", lambda who: placing_by_hand.park(
        who.practice_id, visit, actor=who.id, desk=wiring().desk, expected=_version()
    ))  # fmt: skip


@blueprint.post("/board/<day>/visits/<visit>/clear")
def clear(day: str, visit: str) -> AnyResponse:
    return _simply(day, visit, "cleared", lambda who: set_clearance(
        who.practice_id, visit, Clearance.CLEAR, actor=who.id, desk=wiring().desk
    ))  # fmt: skip


@blueprint.post("/board/<day>/visits/<visit>/undo")
def undo(day: str, visit: str) -> AnyResponse:
    return _simply(day, visit, "undone", lambda who: putting_back.put_back(
        who.practice_id, visit, actor=who.id, desk=wiring().desk
    ))  # fmt: skip


@blueprint.post("/board/<day>/plan")
def plan(day: str) -> AnyResponse:
    who = signed_in(*DESK)
    if not isinstance(who, PageSession):
        return who
    parts, on = wiring(), read_date(day)
    asked = request.form.get("time_limit", "")
    longest = min(max(LIMITS), int(parts.settings.solve_time_limit))
    limit = min(longest, int(asked)) if asked.isdecimal() and int(asked) > 0 else LIMITS[0]
    wanted = PlanRequest(practice_id=who.practice_id, date=on, time_limit=limit)
    planning.request_run(wanted, store=parts.store, clock=parts.clock)
    wake(parts, who.practice_id)
    return redirect(f"/board/{on}", 303)


@blueprint.post("/board/<day>/stop")
def stop(day: str) -> AnyResponse:
    who = signed_in(*DESK)
    if not isinstance(who, PageSession):
        return who
    parts, on = wiring(), read_date(day)
    planning.cancel_run(who.practice_id, request.form.get("run", ""), store=parts.store, clock=parts.clock)
    return redirect(f"/board/{on}?done=stopped", 303)


@blueprint.get("/board/<day>/compare")
def compare_draft(day: str) -> AnyResponse:
    who = signed_in(*DESK)
    if not isinstance(who, PageSession):
        return who
    on = read_date(day)
    draft = the_day(who, on).pulse.draft_id
    if draft is None:
        raise NotFound("There is no draft for this day.", hint="Plan the day first.")
    return _compared(who, draft)


@blueprint.post("/board/<day>/publish")
def publish_draft(day: str) -> AnyResponse:
    who = signed_in(*DESK)
    if not isinstance(who, PageSession):
        return who
    parts, on, wanted = wiring(), read_date(day), request.form.get("plan", "")
    try:
        publish(
            who.practice_id,
            wanted,
            actor=who.id,
            store=parts.store,
            roads=parts.roads,
            clock=parts.clock,
            expected=_version(),
        )
    except Conflict as conflict:
        return _compared(who, wanted, fault=f"{conflict.detail} {conflict.hint}".strip())
    return redirect(f"/board/{on}?done=published", 303)


@blueprint.post("/board/<day>/dismiss")
def dismiss_draft(day: str) -> AnyResponse:
    who = signed_in(*DESK)
    if not isinstance(who, PageSession):
        return who
    parts, on = wiring(), read_date(day)
    dismiss(who.practice_id, request.form.get("plan", ""), actor=who.id, store=parts.store, clock=parts.clock)
    return redirect(f"/board/{on}?done=dismissed", 303)


def _compared(who: PageSession, plan_id: str, fault: str = "") -> Response:
    parts = wiring()
    found = compare(who.practice_id, plan_id, store=parts.store, roads=parts.roads, now=parts.clock())
    page = render_template(
        "board/compare.html", board=board_page(found.day), compared=compared_page(found), fault=fault
    )
    return Response(page, status=409 if fault else 200)


def _simply(day: str, visit: str, done: str, deed: Callable[[PageSession], object]) -> AnyResponse:
    """A deed with nothing to decide."""
    who = signed_in(*DESK)
    if not isinstance(who, PageSession):
        return who
    on = read_date(day)
    try:
        deed(who)
    except Conflict as conflict:
        return _stale(conflict, who, on, f"/board/{on}/visits/{visit}", "Look at the visit again")
    return _done(who, on, done, visit)


def _version() -> str | None:
    return request.form.get("version") or None


def _done(who: PageSession, on: date, done: str, visit: str) -> AnyResponse:
    """What was done: said in the dialog's place, or on the board that is shown next."""
    if not wants_part():
        return redirect(f"/board/{on}?done={done}&visit={visit}", 303)
    with wiring().store.unit_of_work(who.practice_id, write=False) as uow:
        client = uow.bookings.get(visit).client
    said = said_of(done, client.name, client.phone)
    return Response(render_template("board/done.html", said=said, day=on, undo=visit if done in UNDOABLE else ""))


def _stale(conflict: Conflict, who: PageSession, on: date, again: str, label: str) -> Response:
    """Somebody was quicker: who did what, and the way to try again on the day as it is."""
    parts = wiring()
    seen = the_day(who, on)
    found = day_changes(who.practice_id, on, store=parts.store, now=seen.read_at, since=_since())
    return show(
        "stale.html",
        "The day has changed",
        on,
        status=409,
        detail=conflict.detail,
        deeds=deeds(found[:8], seen),
        again=again,
        again_label=label,
    )


def _since() -> datetime | None:
    """When the board was read that the form is of; the script sends it along."""
    text = request.headers.get("Rounds-Since", "")
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else None
