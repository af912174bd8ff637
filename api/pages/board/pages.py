"""The board: a date's therapists against time, who is on nobody's day, and where each visit could go."""

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from api.pages.board.panel import verdict, visit_panel
from api.pages.board.reading import read_date, read_wish, the_day
from api.pages.board.showing import deeds, show, wants_part
from api.pages.board.view import board_page
from api.pages.shell import lock_down, message
from api.pages.signed_in import signed_in
from api.problem_details import status_of
from api.services.day_changes import day_changes
from api.services.hand_moves import HandMove
from api.services.options import options
from api.services.placing_by_hand import propose
from api.wiring import wiring
from data.store.page_records import PageSession
from data.store.records import Role
from optimizer.domain.errors import NotFound, RoundsError
from optimizer.domain.time import Horizon

blueprint = Blueprint("board", __name__)
blueprint.after_request(lock_down)

DESK = (Role.PLANNER, Role.ADMIN)

LIMITS = (2, 10, 30, 60, 120, 300)
"""Seconds a planner may let a search run."""

SAID = {
    "placed": "{who} is where you put it, and locked.",
    "promised": "{who} is where you put it, at another time than promised: tell the client{phone}.",
    "overridden": "{who} is where you put it against the check, and flagged.",
    "locked": "{who} is locked: no plan moves it.",
    "unlocked": "{who} is unlocked.",
    "cleared": "{who} is cleared; where no day can keep the promise, put it somewhere.",
    "parked": "{who} is on nobody's day. The promise stands: put it somewhere.",
    "undone": "{who} is back where it was.",
    "published": "Published: everybody works by it.",
    "dismissed": "The draft is dropped.",
    "stopped": "Stopped: the best plan so far will be the draft.",
}


UNDOABLE = frozenset({"placed", "promised", "overridden", "locked", "unlocked", "parked"})
"""What can be undone with a press."""


def said_of(done: str, name: str, phone: str) -> str:
    """What was done, in a sentence; empty for a word that is none of ours."""
    return SAID.get(done, "").format(who=name or "The visit", phone=f" ({phone})" if phone else "")


@blueprint.errorhandler(RoundsError)
def trouble(error: RoundsError) -> AnyResponse:
    """What went wrong, as a page."""
    status = status_of(error)
    if wants_part():
        return Response(render_template("board/trouble.html", detail=error.detail, hint=error.hint), status=status)
    return message("That did not work", f"{error.detail} {error.hint}".strip(), status)


@blueprint.get("/board")
def today() -> AnyResponse:
    who = signed_in(*DESK)
    if not isinstance(who, PageSession):
        return who
    parts = wiring()
    zone = parts.store.practices.get(who.practice_id).zone
    wanted = request.args.get("date")
    day = read_date(wanted) if wanted else parts.clock().astimezone(zone).date()
    return redirect(f"/board/{day}", 303)


@blueprint.get("/board/<day>")
def one_day(day: str) -> AnyResponse:
    who = signed_in(*DESK)
    if not isinstance(who, PageSession):
        return who
    seen = the_day(who, read_date(day))
    shown, limits = board_page(seen), [limit for limit in LIMITS if limit <= wiring().settings.solve_time_limit]
    if wants_part():
        return Response(render_template("board/day.html", board=shown, limits=limits))
    done, visit = request.args.get("done", ""), request.args.get("visit", "")
    caption = seen.captions.get(visit)
    said = said_of(done, caption.client if caption else "", caption.phone if caption else "")
    return Response(
        render_template(
            "board/page.html",
            board=shown,
            limits=limits,
            said=said,
            undo=visit if done in UNDOABLE and caption is not None else "",
            me=who.name,
        )
    )


@blueprint.get("/board/<day>/visits/<visit>")
def one_visit(day: str, visit: str) -> AnyResponse:
    who = signed_in(*DESK)
    if not isinstance(who, PageSession):
        return who
    seen = the_day(who, read_date(day))
    booking = seen.bookings.get(visit)
    if booking is None:
        raise NotFound(f"There is no visit {visit!r} on this day.")
    panel = visit_panel(seen, booking, options(who.practice_id, visit, desk=wiring().desk))
    return show("visit.html", panel.title, seen.date, panel=panel)


@blueprint.get("/board/<day>/visits/<visit>/check")
def check(day: str, visit: str) -> AnyResponse:
    """What would come of a place for it: asked by the form, and by whoever drags it there."""
    who = signed_in(*DESK)
    if not isinstance(who, PageSession):
        return who
    parts, on = wiring(), read_date(day)
    zone = parts.store.practices.get(who.practice_id).zone
    wish = read_wish(request.args, Horizon(on, zone))
    asked = HandMove(
        practice_id=who.practice_id, actor=who.id, booking_id=visit, therapist=wish.therapist, start=wish.start
    )
    found = propose(asked, desk=parts.desk)
    seen = the_day(who, on)
    instead = options(who.practice_id, visit, desk=parts.desk) if found.refusal is not None else None
    shown = verdict(found, seen, wish.field, instead)
    return show("verdict.html", shown.title, on, verdict=shown)


@blueprint.get("/board/<day>/changes")
def changes(day: str) -> AnyResponse:
    who = signed_in(*DESK)
    if not isinstance(who, PageSession):
        return who
    parts, on = wiring(), read_date(day)
    found = day_changes(who.practice_id, on, store=parts.store, now=parts.clock())
    return show("changes.html", "Who did what", on, deeds=deeds(found, the_day(who, on)))
