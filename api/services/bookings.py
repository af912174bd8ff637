"""Bookings made by staff."""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from api.services.boards import PracticeBoard
from api.services.day_problem import windows_of
from api.services.desk import Desk
from api.services.holding import lock
from api.services.placing import cheapest, costs_in_windows, lost, question_of
from api.services.receipt import Receipt, no_receipt
from api.services.searching import LEARNING_SECONDS
from api.v1.schemas.reading import did_you_mean
from data.geocoding.geocoder import PlaceQuery
from data.store.records import AuditEntry
from optimizer.domain.booking import Booking, Client, StartWindow
from optimizer.domain.eligibility import is_eligible
from optimizer.domain.errors import Fault, InvalidRequest
from optimizer.domain.place import Place
from optimizer.domain.time import Seconds, TimeWindow
from optimizer.domain.visit import Clearance, TherapistChoice, Visit

if TYPE_CHECKING:
    from data.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBooking:
    """A visit promised by staff. Lengths at the door that are None come from service and practice.

    `id` is echoed where the caller has one; `windows` lie on one local date. `override` books a fixed start even
    where no day can keep it, and a visit whose time has passed.
    """

    practice_id: str
    actor: str
    client: Client
    where: PlaceQuery
    service: str
    session: Seconds
    windows: tuple[StartWindow, ...]
    id: str | None = None
    first_visit: bool = False
    priority: int = 50
    required: bool = True
    choice: TherapistChoice = TherapistChoice()
    clearance: Clearance = Clearance.CLEAR
    parking: Seconds | None = None
    setup: Seconds | None = None
    tear_down: Seconds | None = None
    notes: str = ""
    override: bool = False


def book(request: NewBooking, *, desk: Desk, receipt: Receipt[Booking] = no_receipt) -> Booking:
    """Find the place, check the words against the catalogue, put the visit on the agenda it costs least.

    A window that nobody's day can keep is booked all the same, on nobody's agenda; so is a visit whose screening is
    not clear.

    Raises
    ------
    InvalidRequest
        With a fault for everything wrong: service, length, therapists, place, dates, a time that has passed.
    Conflict
        code `already_exists`, when the id is taken.
    SlotLost
        code `slot_taken` or `route_infeasible`, when nobody's day can keep a fixed start and nothing overrides that.
    """
    faults: list[Fault] = []
    place = _located(request, desk, faults)
    with desk.store.unit_of_work(request.practice_id, write=False) as uow:
        faults += _faults(request, uow, desk.clock())
        if faults or place is None:
            raise InvalidRequest("the booking cannot be made", code="booking_refused", faults=faults)
        draft = _draft(request, place, uow.practice().zone)
        reading = desk.boards.read(uow, [draft.date], desk.clock())
    prepared = desk.boards.board(reading)  # before anybody has to wait
    desk.roads.learn([draft.place], prepared.board.stops, within=LEARNING_SECONDS)
    with desk.store.unit_of_work(request.practice_id) as uow:
        now = lock(uow, set(reading.versions), desk)
        view = desk.boards.board(desk.boards.read(uow, [draft.date], now))
        booking = _placed(view, draft, request, desk)
        uow.bookings.add(booking)
        uow.audit.add(
            AuditEntry(
                id=uuid.uuid4().hex,
                at=now,
                actor=request.actor,
                action="booking.override" if booking.overridden else "booking.add",
                subject=booking.id,
            )
        )
        receipt(uow, booking)
        uow.commit()
    return booking


def faults_in(request: NewBooking, desk: Desk) -> list[Fault]:
    """Everything wrong with a booking that is not to be made, for a caller who has faults of another kind as well."""
    faults: list[Fault] = []
    _located(request, desk, faults)
    with desk.store.unit_of_work(request.practice_id, write=False) as uow:
        return faults + _faults(request, uow, desk.clock())


def _located(request: NewBooking, desk: Desk, faults: list[Fault]) -> Place | None:
    try:
        return desk.geocoders.of(request.practice_id).locate(request.where)
    except InvalidRequest as error:
        faults.append(Fault(pointer="/visit/place", code=error.code, detail=error.detail, hint=error.hint))
        return None


def _draft(request: NewBooking, place: Place, zone: ZoneInfo) -> Booking:
    """The booking before anybody has it on their agenda."""
    return Booking(
        id=request.id or f"booking_{uuid.uuid4().hex}",
        date=request.windows[0].earliest.astimezone(zone).date(),
        client=request.client,
        place=place,
        service=request.service,
        session=request.session,
        windows=request.windows,
        first_visit=request.first_visit,
        priority=request.priority,
        required=request.required,
        choice=request.choice,
        clearance=request.clearance,
        parking=request.parking,
        setup=request.setup,
        tear_down=request.tear_down,
        notes=request.notes,
    )


def _placed(view: PracticeBoard, draft: Booking, request: NewBooking, desk: Desk) -> Booking:
    """The draft on the agenda where it fits best; of equals where the client prefers, then by id."""
    visit, horizon = question_of(view, draft), view.horizon(draft.date)
    windows, passed = windows_of(draft, horizon), _has_passed(request, view.read_at)
    if not passed:
        now = horizon.seconds(view.read_at)
        windows = tuple(TimeWindow(max(w.earliest, now), w.latest) for w in windows if w.latest >= now)
    able = costs_in_windows(view, visit, windows, roads=desk.roads)
    if able:
        return replace(draft, therapist=cheapest(able, draft.choice), overridden=passed)
    start = draft.fixed_start
    if start is None or draft.clearance is not Clearance.CLEAR:
        return replace(draft, overridden=passed)
    if not request.override:
        hint = "Choose another start, or send `override: true` to book it anyway."
        raise lost(view, visit, [start], [{}], hint=hint, capped=False)
    return replace(draft, therapist=_least_busy(view, visit), overridden=True)


def _least_busy(view: PracticeBoard, visit: Visit) -> str | None:
    """Who has to make room for a visit booked against the check; None where nobody works or may take it."""
    may = [day for day in view.days if is_eligible(day.shift, visit)]
    return min(((len(day.problem.visits), day.shift.id) for day in may), default=(0, None))[1]


def _has_passed(request: NewBooking, now: datetime) -> bool:
    return max(window.latest for window in request.windows) < now


def _faults(request: NewBooking, uow: "UnitOfWork", now: datetime) -> list[Fault]:
    faults = []
    if _has_passed(request, now) and not request.override:
        fixed = len(request.windows) == 1 and request.windows[0].earliest == request.windows[0].latest
        faults.append(
            Fault(
                pointer="/visit/start" if fixed else "/visit/windows",
                code="start_passed",
                detail="this start has passed" if fixed else "these windows have passed",
                hint="choose a later one, or send `override: true` to write down what took place",
            )
        )
    services = {service.code: service for service in uow.services.list()}
    service = services.get(request.service)
    if service is None:
        faults.append(
            Fault(
                pointer="/visit/service",
                code="unknown_service",
                detail=f"there is no service {request.service!r}",
                hint=did_you_mean(request.service, services),
            )
        )
    elif service.lengths and request.session not in service.lengths:
        faults.append(
            Fault(
                pointer="/visit/session_minutes",
                code="session_not_offered",
                detail=f"{service.name} is not offered for {request.session // 60} minutes",
                hint=f"offered: {', '.join(str(length // 60) for length in service.lengths)}",
            )
        )
    known = {pattern.therapist.id for pattern in uow.patterns.list()}
    named = request.choice.require | request.choice.prefer | request.choice.refuse
    faults += [
        Fault(
            pointer="/visit/therapist",
            code="unknown_therapist",
            detail=f"there is no therapist {name!r}",
            hint=did_you_mean(name, known),
        )
        for name in sorted(named - known)
    ]
    zone = uow.practice().zone
    dates = {end.astimezone(zone).date() for window in request.windows for end in (window.earliest, window.latest)}
    if len(dates) != 1:
        faults.append(
            Fault(
                pointer="/visit/windows",
                code="date_differs",
                detail="the windows lie on more than one date",
                hint="book each date on its own",
            )
        )
    return faults
