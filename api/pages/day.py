"""The therapist's day as a page: plain HTML, for the phone in the car and for one sheet of paper."""

from datetime import date

from flask import Blueprint, Response, redirect, render_template
from werkzeug.wrappers import Response as AnyResponse

from api.pages import sign_in
from api.pages.shell import lock_down, message
from api.pages.view import day_page
from api.services.itineraries import therapist_day
from api.wiring import wiring
from optimizer.domain.errors import NotFound

blueprint = Blueprint("day", __name__)
blueprint.after_request(lock_down)


@blueprint.get("/sign-in/<token>")
def enter(token: str) -> AnyResponse:
    """Redeem a sign-in link."""
    parts = wiring()
    key = parts.settings.signing_key
    invitation = sign_in.redeem(token, signing_key=key, store=parts.store, now=parts.clock())
    if invitation is None:
        return message("This link no longer works", "It was used before, or it is too old. Ask for a new one.", 410)
    return sign_in.remember(redirect(f"/day/{invitation.date}", 303), invitation.visitor, signing_key=key)


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
    parts = wiring()
    visitor = sign_in.visitor(signing_key=parts.settings.signing_key)
    if visitor is None:
        return message("You are not signed in", "Open the link your practice sent you.", 401)
    now = parts.clock()
    try:
        local = parts.store.practices.get(visitor.practice_id).zone
        day = wanted or now.astimezone(local).date()
        found = therapist_day(
            visitor.practice_id, visitor.therapist, day, store=parts.store, roads=parts.roads, now=now
        )
    except NotFound:
        return message("You are not signed in", "Open the link your practice sent you.", 401)
    return Response(render_template("day.html", day=day_page(found, now)))
