"""Bookings made and cancelled by staff."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from api.services.receipt import Receipt, no_receipt
from data.geocoding.geocoder import Geocoder, PlaceQuery
from data.store.records import AuditEntry
from optimizer.domain.booking import Booking, BookingStatus, Client, StartWindow
from optimizer.domain.errors import Conflict, Fault, InvalidRequest
from optimizer.domain.time import Seconds
from optimizer.domain.visit import Clearance, TherapistChoice

if TYPE_CHECKING:
    from data.store.store import Store
    from data.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBooking:
    """A visit promised by staff. Lengths at the door that are None come from service and practice.

    `id` is echoed where the caller has one; `windows` lie on one local date.
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


def book(
    request: NewBooking,
    *,
    store: "Store",
    geocoder: Geocoder,
    clock: Callable[[], datetime],
    receipt: Receipt[Booking] = no_receipt,
) -> Booking:
    """Find the place, check the words against the catalogue, store the booking.

    Raises
    ------
    InvalidRequest
        With a fault for everything wrong: service, length, therapists, place, dates.
    Conflict
        code `already_exists`, when the id is taken.
    """
    faults: list[Fault] = []
    try:
        place = geocoder.locate(request.where)
    except InvalidRequest as error:
        faults.append(Fault(pointer="/visit/place", code=error.code, detail=error.detail, hint=error.hint))
    now = clock()
    with store.unit_of_work(request.practice_id) as uow:
        faults += _faults(request, uow)
        if faults:
            raise InvalidRequest("the booking cannot be made", code="booking_refused", faults=faults)
        booking = Booking(
            id=request.id or f"booking_{uuid.uuid4().hex}",
            date=_date(request, uow),
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
        uow.bookings.add(booking)
        uow.audit.add(
            AuditEntry(id=uuid.uuid4().hex, at=now, actor=request.actor, action="booking.add", subject=booking.id)
        )
        receipt(uow, booking)
        uow.commit()
    return booking


def cancel(
    practice_id: str,
    booking_id: str,
    *,
    actor: str,
    store: "Store",
    clock: Callable[[], datetime],
    expected: Callable[[Booking], bool] = lambda _booking: True,
) -> Booking:
    """Cancel a booking; one that is cancelled already stays so.

    Parameters
    ----------
    expected
        Whether this is still the booking the caller has seen (`If-Match`).

    Raises
    ------
    NotFound
    Conflict
        code `version_conflict`, when it is not.
    """
    with store.unit_of_work(practice_id) as uow:
        booking = uow.bookings.get(booking_id)
        if not expected(booking):
            raise Conflict(f"booking {booking_id} has changed since you read it", hint="read it again")
        if booking.status is BookingStatus.CONFIRMED:
            booking = replace(booking, status=BookingStatus.CANCELLED)
            uow.bookings.put(booking)
            uow.audit.add(
                AuditEntry(id=uuid.uuid4().hex, at=clock(), actor=actor, action="booking.cancel", subject=booking_id)
            )
        uow.commit()
    return booking


def _date(request: NewBooking, uow: "UnitOfWork") -> date:
    return request.windows[0].earliest.astimezone(uow.practice().zone).date()


def _faults(request: NewBooking, uow: "UnitOfWork") -> list[Fault]:
    faults = []
    services = {service.code: service for service in uow.services.list()}
    service = services.get(request.service)
    if service is None:
        faults.append(
            Fault(
                pointer="/visit/service",
                code="unknown_service",
                detail=f"there is no service {request.service!r}",
                hint=f"known: {', '.join(services)}",
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
            hint=f"known: {', '.join(sorted(known))}",
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
