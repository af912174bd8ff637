"""The client's own page of one booking, by the token that was told when it was made: look, move, cancel."""

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from api.pages.book import answers, view
from api.pages.book.details import calendar_of
from api.pages.book.reception import Reception, reception
from api.pages.book.search import week_to_move
from api.pages.book.weeks import first_date, lost_words, week_view
from api.services.cancelling import Authority, cancel
from api.services.manage_token import practice_of
from api.services.moving import booking_to_move
from api.services.rescheduling import RescheduleRequest, reschedule
from api.services.visitors import bookings_of
from optimizer.domain.booking import Booking
from optimizer.domain.errors import Conflict, InvalidRequest, NotFound
from optimizer.domain.visit import Clearance

blueprint = Blueprint("book_manage", __name__)
answers.register(blueprint)

PAGE = "/book/<practice>/manage/<booking>/<token>"


@blueprint.get(PAGE)
def show(practice: str, booking: str, token: str) -> AnyResponse:
    """What is booked, and what the client may do about it: nothing once it has begun."""
    desk, found = _opened(practice, booking, token)
    return _page(desk, "manage", found, token, said=request.args.get("said", ""))


@blueprint.get(f"{PAGE}/visit.ics")
def visit_ics(practice: str, booking: str, token: str) -> AnyResponse:
    desk, found = _opened(practice, booking, token)
    return calendar_of(desk, (found,))


@blueprint.get(f"{PAGE}/cancel")
def ask_to_cancel(practice: str, booking: str, token: str) -> AnyResponse:
    desk, found = _opened(practice, booking, token)
    return _page(desk, "cancel", found, token)


@blueprint.post(f"{PAGE}/cancel")
def cancel_it(practice: str, booking: str, token: str) -> AnyResponse:
    """Cancelled twice is cancelled once."""
    desk, found = _opened(practice, booking, token)
    try:
        cancel(practice, booking, authority=_client(token), desk=desk.desk)
    except Conflict:
        return _page(desk, "manage", found, token, status=409)
    return redirect(_url("show", practice, booking, token, said="cancelled"), 303)


@blueprint.get(f"{PAGE}/move")
def times(practice: str, booking: str, token: str) -> AnyResponse:
    """The times to which it can be moved."""
    desk, found = _opened(practice, booking, token)
    return _move_page(desk, found, token)


@blueprint.post(f"{PAGE}/move")
def move_it(practice: str, booking: str, token: str) -> AnyResponse:
    """Moved to the same time twice is moved once; a time that is gone is answered with the nearest."""
    desk, found = _opened(practice, booking, token)
    chosen = request.form.get("start", "")
    wanted = RescheduleRequest(
        practice_id=practice,
        booking_id=booking,
        offer=view.join(request.form.get("terms", ""), chosen),
        authority=_client(token),
    )
    try:
        reschedule(wanted, desk=desk.desk)
    except (Conflict, InvalidRequest) as lost:
        return _move_page(desk, found, token, lost=lost, chosen=chosen)
    return redirect(_url("show", practice, booking, token, said="moved"), 303)


def _opened(practice: str, booking: str, token: str) -> tuple[Reception, Booking]:
    """The booking that a token opens, even after its practice has closed its page. Raises NotFound."""
    if practice_of(token) != practice:
        raise NotFound("there is no such booking")
    desk = reception(practice, closed_too=True)
    (found,) = bookings_of(practice, (booking,), desk=desk.desk)
    _client(token).require(found)
    return desk, found


def _client(token: str) -> Authority:
    return Authority(actor="client", token=token)


def _page(desk: Reception, template: str, found: Booking, token: str, *, status: int = 200, **more: object) -> Response:
    views = ("show", "times", "ask_to_cancel", "visit_ics")
    places = {name: _url(name, desk.practice.id, found.id, token) for name in views}
    return desk.show(
        template,
        status,
        booking=view.booked(found, desk.every_service, desk.names, desk.zone, desk.now),
        began=found.has_begun(desk.now),
        of_course=found.series is not None,
        is_open=desk.page.is_open,
        urls=places,
        **more,
    )


def _move_page(
    desk: Reception, found: Booking, token: str, *, lost: Conflict | InvalidRequest | None = None, chosen: str = ""
) -> Response:
    if found.clearance is not Clearance.CLEAR:
        return _page(desk, "manage", found, token, status=409)
    try:
        moving = booking_to_move(desk.practice.id, found.id, authority=_client(token), desk=desk.desk)
    except Conflict:
        return _page(desk, "manage", found, token, status=409)
    wanted = view.start_in(chosen)
    first = first_date(request.args.get("from", ""), wanted, desk)
    week = week_to_move(moving, first, practice=desk.practice, desk=desk.desk)
    return _page(
        desk,
        "move",
        found,
        token,
        status=409 if lost else 200,
        notice=lost_words(lost, wanted, desk) if lost else "",
        **week_view(week, wanted, desk),
    )


def _url(view: str, practice: str, booking: str, token: str, *, said: str | None = None) -> str:
    return url_for(f"book_manage.{view}", practice=practice, booking=booking, token=token, said=said)
