"""How the booking page answers when something is wrong: a page that says what to do, and never a name or a place."""

import traceback

import structlog
from flask import Blueprint, Response, g, render_template
from werkzeug.exceptions import HTTPException

from api import problem_details
from api.pages.shell import lock_down
from data.store.errors import InFlight
from optimizer.domain.errors import Conflict, InvalidRequest, NotFound, RoundsError, TooMany, Unavailable


def register(blueprint: Blueprint) -> None:
    """Give a blueprint of the booking page its errors and its headers."""
    blueprint.register_error_handler(RoundsError, refuse)
    blueprint.register_error_handler(HTTPException, _refuse_http)
    blueprint.register_error_handler(Exception, _unexpected)
    blueprint.after_request(lambda response: lock_down(response, framed_by=g.get("framed_by", ())))


def refuse(error: RoundsError) -> Response:
    """Anything that no step answers on its own."""
    match error:
        case NotFound():
            return nothing_here()
        case TooMany(retry_after=seconds):
            minutes = -(-seconds // 60)
            wait = "a minute" if minutes == 1 else f"{minutes} minutes"
            said = say(
                "That was a lot of asking",
                f"So that nobody can find out where our clients live, each visitor can ask about a number of places an"
                f" hour. Please try again in {wait}; what you asked about before can be looked at any time.",
                429,
            )
            said.headers["Retry-After"] = str(seconds)
            return said
        case Unavailable(retry_after=seconds):
            said = say("Please try again in a moment", "Something that we need does not answer just now.", 503)
            said.headers["Retry-After"] = str(seconds)
            return said
        case InFlight(retry_after=seconds):
            said = say("One moment", "This is being done already. Load this page again in a few seconds.", 409)
            said.headers["Retry-After"] = str(seconds)
            return said
        case InvalidRequest() | Conflict():
            return say("This did not work", f"{error.detail} {error.hint}", problem_details.status_of(error))
        case _:
            return _unexpected(error)


def nothing_here() -> Response:
    """The same for a page that is closed, a practice that is not there, and a booking that a link does not open."""
    return say("There is nothing here", "Check the address, or ask your practice for it.", 404)


def too_old() -> Response:
    """For a form that was not made by this installation, or was cut short."""
    return say("This form is too old", "Please begin anew; nothing has been booked.", 410)


def say(title: str, text: str, status: int) -> Response:
    """A page that says one thing."""
    return Response(render_template("book/message.html", title=title, text=text), status=status)


def _refuse_http(error: HTTPException) -> Response:
    if error.code == 404:
        return nothing_here()
    return say("This did not work", error.description or "Please begin anew.", error.code or 500)


def _unexpected(error: Exception) -> Response:
    """A bug of ours: logged by where it happened, answered without any of it."""
    trace = "".join(traceback.format_tb(error.__traceback__))
    structlog.get_logger().error("unexpected", kind=type(error).__name__, trace=trace)
    return say("Something went wrong on our side", "It has been written down. Please try again.", 500)
