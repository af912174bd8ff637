"""The booking page, second half: who, and done."""

from collections.abc import Mapping
from datetime import timedelta

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from api.feeds.client_ics import Event, calendar
from api.pages.book import answers, view, words
from api.pages.book.forms import LONGEST, TYPED, line, read_details, says_door
from api.pages.book.reception import Reception, reception
from api.pages.book.search import Wishes, courses_of, week_of
from api.pages.book.state import Ask, Held
from api.pages.book.weeks import first_date, nearest
from api.services.confirming import ConfirmRequest
from api.services.day_problem import visit_of
from api.services.holding import owned_hold
from api.services.visitors import book_once, booked_by, bookings_of
from data.store.errors import InFlight
from optimizer.domain.booking import Booking, Client
from optimizer.domain.errors import Conflict, InvalidRequest
from optimizer.domain.promise import Hold, HoldStatus
from optimizer.domain.time import MINUTE, Horizon

blueprint = Blueprint("book_details", __name__)
answers.register(blueprint)


@blueprint.get("/book/<practice>/details")
def details(practice: str) -> AnyResponse:
    """The third step. Whoever comes back to it after booking is shown what was booked."""
    desk = reception(practice)
    held = desk.seals.read_held(request.args.get("held", ""))
    if held is None:
        return redirect(url_for("book.start", practice=practice), 303)
    found = _hold(desk, held)
    match found.status:
        case HoldStatus.CONFIRMED:
            return _done(desk, booked_by(practice, found.id, desk=desk.desk))
        case HoldStatus.RELEASED:
            return redirect(url_for("book.times", practice=practice, ask=desk.seals.ask(held.ask)), 303)
    return details_page(desk, held, found)


@blueprint.post("/book/<practice>/details")
def confirm(practice: str) -> AnyResponse:
    """Book what is held. What is held is the key: however often the form is sent, it is booked once."""
    desk = reception(practice)
    held = desk.seals.read_held(request.form.get("held", ""))
    if held is None:
        return answers.too_old()
    found, typed = _hold(desk, held), carried(request.form)
    sent = read_details(request.form, ask=held.ask, screened=bool(desk.page.questions))
    if sent.faults and found.status is not HoldStatus.CONFIRMED:
        return details_page(desk, held, found, typed=typed, faults=sent.faults, status=422)
    wanted = ConfirmRequest(
        practice_id=practice,
        owner=found.owner,
        hold_id=found.id,
        client=Client(
            ref=found.client_ref, name=sent.typed["name"], phone=sent.typed["phone"], email=sent.typed["email"]
        ),
        notes=sent.typed["notes"],
        door="" if says_door(held.ask.where) else sent.typed["door"],
        clearance=sent.clearance,
    )
    try:
        return _done(desk, book_once(wanted, desk=desk.desk))
    except InFlight:
        raise  # a press of theirs is being answered: nothing is lost
    except Conflict as lost:
        return details_page(desk, held, found, typed=typed, lost=_lost_words(lost, found, desk), status=409)


@blueprint.get("/book/<practice>/done")
def done(practice: str) -> AnyResponse:
    """What was booked, what happens next, and the way back to it."""
    desk = reception(practice, closed_too=True)
    names = desk.seals.read_done(request.args.get("made", ""))
    if names is None:
        return answers.nothing_here()
    bookings = bookings_of(practice, names, desk=desk.desk)
    shown = [
        (view.booked(each, desk.every_service, desk.names, desk.zone, desk.now), manage_path(desk, each))
        for each in bookings
    ]
    mail = "\n\n".join(f"{each.what}, {each.when}\n{desk.origin}{link}" for each, link in shown)
    early = _early_minutes(bookings[0], desk)
    return desk.show("done", bookings=shown, first=shown[0][0], made=request.args["made"], mail=mail, early=early)


@blueprint.get("/book/<practice>/done.ics")
def done_ics(practice: str) -> AnyResponse:
    """All of it for the client's own calendar."""
    desk = reception(practice, closed_too=True)
    names = desk.seals.read_done(request.args.get("made", ""))
    if names is None:
        return answers.nothing_here()
    return calendar_of(desk, bookings_of(practice, names, desk=desk.desk))


def details_page(
    desk: Reception,
    held: Held,
    found: Hold,
    *,
    typed: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
    lost: str = "",
    status: int = 200,
) -> Response:
    """The third step; where its time is `lost`, which is said in words, with the nearest ones beside what is typed."""
    ask, first = held.ask, found.visits[0]
    left = max(0, int((found.expires_at - desk.now).total_seconds()))
    service = next((each for each in desk.every_service if each.code == first.service), None)
    return desk.show(
        "details",
        status,
        held=desk.seals.held(held),
        ask=desk.seals.ask(ask),
        what=view.what(service, first.service, first.session),
        visits=view.held_lines(found.visits, desk.zone, desk.now),
        where=ask.where,
        needs_door=not says_door(ask.where),
        until=words.clock(found.expires_at, desk.zone),
        left=left,
        lapsed=not found.is_live(desk.now),
        lost=lost,
        typed=typed or {},
        faults=faults or {},
        longest=LONGEST,
        questions=desk.page.questions,
        **(_instead(desk, ask, found) if lost else {"nearest": None, "courses": ()}),
    )


def _early_minutes(booking: Booking, desk: Reception) -> int:
    """How long before the session somebody is at the door, to set up and, the first time, to talk."""
    catalogue = {service.code: service for service in desk.every_service}
    visit = visit_of(booking, catalogue, desk.practice.policies, Horizon(booking.date, desk.zone))
    return (visit.setup + visit.consultation) // MINUTE


def _lost_words(lost: Conflict, found: Hold, desk: Reception) -> str:
    when = words.when(found.visits[0].start, desk.zone, desk.now)
    return f"You have let go of {when}" if lost.code == "hold_released" else f"{when}, has been taken meanwhile"


def carried(form: Mapping[str, str]) -> dict[str, str]:
    """What a form says of the details; empty where it has none of them."""
    return {name: line(form, name) for name in TYPED if form.get(name)}


def calendar_of(desk: Reception, bookings: tuple[Booking, ...]) -> Response:
    """Bookings as a calendar file."""
    events = [_event(desk, each) for each in bookings]
    body = calendar(events, now=desk.now)
    headers = {"Content-Disposition": 'attachment; filename="visit.ics"'}
    return Response(body, mimetype="text/calendar", headers=headers)


def _event(desk: Reception, booking: Booking) -> Event:
    shown = view.booked(booking, desk.every_service, desk.names, desk.zone, desk.now)
    link = desk.origin + manage_path(desk, booking)
    return Event(
        uid=f"{booking.id}@{desk.practice.id}",
        start=booking.windows[0].earliest,
        end=booking.windows[-1].latest + timedelta(seconds=booking.session),
        summary=f"{shown.what} ({desk.practice.name})",
        where=shown.where,
        description=f"{f'With {shown.who}. ' if shown.who else ''}Move or cancel: {link}",
        link=link,
        status="CANCELLED" if shown.is_cancelled else "TENTATIVE" if shown.is_request else "CONFIRMED",
    )


def manage_path(desk: Reception, booking: Booking) -> str:
    """The client's own way to a booking."""
    token = desk.desk.manage_tokens.of(desk.practice.id, booking.id)
    return url_for("book_manage.show", practice=desk.practice.id, booking=booking.id, token=token)


def _hold(desk: Reception, held: Held) -> Hold:
    owner = desk.visitor(held.ask.visitor).owner
    return owned_hold(desk.practice.id, held.hold_id, owner=owner, desk=desk.desk)


def _done(desk: Reception, bookings: tuple[str, ...]) -> AnyResponse:
    # Another page by its own address: reloading it or going back sends nothing again.
    return redirect(url_for("book_details.done", practice=desk.practice.id, made=desk.seals.done(bookings)), 303)


def _instead(desk: Reception, ask: Ask, found: Hold) -> dict[str, object]:
    """What is nearest to a time that is gone."""
    visitor, start = desk.visitor(ask.visitor), found.visits[0].start
    if ask.rhythm:
        try:
            answer = courses_of(ask, Wishes(), visitor=visitor, practice=desk.practice, desk=desk.desk)
        except InvalidRequest:
            return {"nearest": None, "courses": ()}
        return {"nearest": None, "courses": view.courses(answer, desk.zone, desk.now)}
    first = first_date("", start, desk)
    week = week_of(ask, first, visitor=visitor, practice=desk.practice, services=desk.services, desk=desk.desk)
    return {"nearest": nearest(week, start, desk), "courses": ()}
