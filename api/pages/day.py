"""The therapist's day as a page: plain HTML, for the phone in the car and for one sheet of paper."""

from datetime import date

from flask import Blueprint, Response, render_template
from werkzeug.wrappers import Response as AnyResponse

from api.pages.shell import lock_down, message
from api.pages.signed_in import sign_in_page, signed_in
from api.pages.view import day_page
from api.services.itineraries import therapist_day
from api.wiring import wiring
from data.store.page_records import PageSession
from data.store.records import Role

blueprint = Blueprint("day", __name__)
blueprint.after_request(lock_down)


@blueprint.get("/day")
def today() -> AnyResponse:
    return _day(None)


@blueprint.get("/day/<wanted>")
def one_day(wanted: str) -> AnyResponse:
    try:
        return _day(date.fromisoformat(wanted))
    except ValueError:
        return message("There is no such date", "Dates look like /day/2026-11-23.", 404)


def _day(wanted: date | None) -> AnyResponse:
    """The page of a date, of today where None."""
    who = signed_in(Role.THERAPIST)
    if not isinstance(who, PageSession) or who.therapist is None:
        return who if not isinstance(who, PageSession) else sign_in_page(401)
    parts = wiring()
    now = parts.clock()
    local = parts.store.practices.get(who.practice_id).zone
    day = wanted or now.astimezone(local).date()
    found = therapist_day(who.practice_id, who.therapist, day, store=parts.store, roads=parts.roads, now=now)
    return Response(render_template("day.html", day=day_page(found, now)))
