"""Move a booking to another offer: the new place is found and held before the old one is given up, in one step."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace

from api.services.cancelling import Authority, agendas_of, changed
from api.services.desk import Desk
from api.services.holding import candidate_days, lock, look, placed
from api.services.offers import Offer
from data.store.records import AuditEntry
from optimizer.domain.booking import Booking, BookingStatus, StartWindow
from optimizer.domain.errors import Conflict, InvalidRequest
from optimizer.domain.promise import HeldVisit


@dataclass(frozen=True, slots=True, kw_only=True)
class RescheduleRequest:
    """Which booking goes to which offer."""

    practice_id: str
    booking_id: str
    offer: str
    authority: Authority


def reschedule(
    request: RescheduleRequest, *, desk: Desk, expected: Callable[[Booking], bool] = lambda _booking: True
) -> Booking:
    """Give a booking the start of an offer; the same offer again changes nothing.

    The day is looked at as if the old visit were not there: it does not stand in its own way. Nothing else gives way.

    Raises
    ------
    NotFound
    InvalidRequest
        code `offer_invalid`, or `offer_differs` when it is for another treatment or more than one visit.
    Conflict
        code `offer_expired`, `booking_cancelled`, or `version_conflict`.
    SlotLost
        When the day has changed since the offer; the booking stays where it is.
    """
    offer = desk.offers.read(request.offer, practice_id=request.practice_id, now=desk.clock())
    with desk.store.unit_of_work(request.practice_id, write=False) as uow:
        before = uow.bookings.get(request.booking_id)
    request.authority.require(before)
    if _is_there_already(before, offer) and expected(before):
        return before
    _require_the_same_treatment(before, offer)
    gives_way = {before.id}
    days = candidate_days(offer, request.practice_id, desk=desk, without=gives_way)
    with desk.store.unit_of_work(request.practice_id) as uow:
        now = lock(uow, days | agendas_of(before), desk)
        booking = uow.bookings.get(request.booking_id)
        if not expected(booking) or agendas_of(booking) != agendas_of(before):
            raise changed(booking.id)
        if booking.status is not BookingStatus.CONFIRMED:
            raise Conflict("This booking is cancelled.", code="booking_cancelled", hint="Make a new one.")
        view = look(uow, offer, now, desk, only={therapist for therapist, _ in days}, without=gives_way)
        (place,) = placed(view, offer, desk)
        moved = _moved(booking, place)
        uow.bookings.put(moved)
        uow.audit.add(
            AuditEntry(
                id=uuid.uuid4().hex,
                at=now,
                actor=request.authority.actor,
                action="booking.move",
                subject=booking.id,
                detail={"from": booking.date.isoformat(), "to": moved.date.isoformat()},
            )
        )
        uow.commit()
    return moved


def _moved(booking: Booking, place: HeldVisit) -> Booking:
    door = booking.place if booking.place.coordinate == place.place.coordinate else place.place
    return replace(
        booking,
        date=place.date,
        windows=(StartWindow(earliest=place.start, latest=place.start),),
        therapist=place.therapist,
        choice=place.choice,
        place=door,
        pinned=None,
        overridden=False,
    )


def _is_there_already(booking: Booking, offer: Offer) -> bool:
    return (
        booking.status is BookingStatus.CONFIRMED
        and offer.starts == (booking.fixed_start,)
        and booking.place.coordinate == offer.terms.place.coordinate
    )


def _require_the_same_treatment(booking: Booking, offer: Offer) -> None:
    terms = offer.terms
    if len(offer.starts) == 1 and (terms.service, terms.session) == (booking.service, booking.session):
        return
    raise InvalidRequest(
        f"This offer is not for {booking.service}, {booking.session // 60} minutes, once.",
        code="offer_differs",
        hint="Search for the treatment that is booked; to change it, cancel and book anew.",
    )
