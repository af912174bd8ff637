"""The therapist's day as a page: plain HTML, for the phone in the car and for one sheet of paper."""

from datetime import date

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from api.pages import sign_in
from api.pages.view import day_page
from api.services.itineraries import therapist_day
from api.wiring import wiring
from optimizer.domain.errors import NotFound

blueprint = Blueprint(
    "pages", __name__, template_folder="templates", static_folder="static", static_url_path="/pages/static"
)

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


@blueprint.after_request
def lock_down(response: Response) -> Response:
    """Nothing from elsewhere, nothing left behind. The style sheet may be cached."""
    for name, value in HEADERS.items():
        if name != "Cache-Control" or request.endpoint != "pages.static":
            response.headers[name] = value
    return response


@blueprint.get("/")
def home() -> AnyResponse:
    """Where everything is."""
    return Response(render_template("home.html"))


@blueprint.get("/sign-in/<token>")
def enter(token: str) -> AnyResponse:
    """Redeem a sign-in link."""
    parts = wiring()
    key = parts.settings.signing_key
    invitation = sign_in.redeem(token, signing_key=key, store=parts.store, now=parts.clock())
    if invitation is None:
        return _message("This link no longer works", "It was used before, or it is too old. Ask for a new one.", 410)
    return sign_in.remember(redirect(f"/day/{invitation.date}", 303), invitation.visitor, signing_key=key)


@blueprint.get("/day")
def today() -> AnyResponse:
    return _day(None)


@blueprint.get("/day/<wanted>")
def one_day(wanted: str) -> AnyResponse:
    try:
        return _day(date.fromisoformat(wanted))
    except ValueError:
        return _message("There is no such date", "Dates look like /day/2026-11-23.", 404)


def _day(wanted: date | None) -> AnyResponse:
    """The page of a date, of today where None."""
    parts = wiring()
    visitor = sign_in.visitor(signing_key=parts.settings.signing_key)
    if visitor is None:
        return _message("You are not signed in", "Open the link your practice sent you.", 401)
    now = parts.clock()
    try:
        local = parts.store.practices.get(visitor.practice_id).zone
        day = wanted or now.astimezone(local).date()
        found = therapist_day(
            visitor.practice_id, visitor.therapist, day, store=parts.store, roads=parts.roads, now=now
        )
    except NotFound:
        return _message("You are not signed in", "Open the link your practice sent you.", 401)
    return Response(render_template("day.html", day=day_page(found, now)))


def _message(title: str, text: str, status: int) -> Response:
    return Response(render_template("message.html", title=title, text=text), status=status)
