"""Move a booking to another offer: the new place is found and held before the old one is given up, in one step."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from api.services.boards import PracticeBoard
from api.services.cancelling import Authority, agendas_of, changed
from api.services.desk import Desk
from api.services.holding import lock, look
from api.services.offers import Offer
from api.services.placing import Costs, costs, lost, question_of
from data.store.records import AuditEntry
from optimizer.domain.booking import Booking, BookingStatus, StartWindow
from optimizer.domain.errors import Conflict, InvalidRequest

if TYPE_CHECKING:
    from data.store.repositories.agendas import Day


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
    What is moved is the visit that was booked, with its own door and lengths: an offer that was searched for a shorter
    one proves nothing.

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
    _require_the_same_treatment(before, offer)
    if _is_there_already(before, offer) and expected(before):
        return before
    days = _candidate_days(before, offer, request.practice_id, desk)
    with desk.store.unit_of_work(request.practice_id) as uow:
        now = lock(uow, days | agendas_of(before), desk)
        booking = uow.bookings.get(request.booking_id)
        if not expected(booking) or agendas_of(booking) != agendas_of(before):
            raise changed(booking.id)
        if booking.status is not BookingStatus.CONFIRMED:
            raise Conflict("This booking is cancelled.", code="booking_cancelled", hint="Make a new one.")
        view = look(uow, offer, now, desk, only={therapist for therapist, _ in days}, without={booking.id})
        able = _able(view, booking, offer, desk)
        moved = replace(
            _moved(booking, offer, view), therapist=min(able, key=lambda therapist: (able[therapist], therapist))
        )
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


def _candidate_days(booking: Booking, offer: Offer, practice_id: str, desk: Desk) -> "set[Day]":
    """The agendas that matter, looked up without the lock. Raises SlotLost."""
    with desk.store.unit_of_work(practice_id, write=False) as uow:
        date = offer.starts[0].astimezone(uow.practice().zone).date()
        reading = desk.boards.read(uow, [date], desk.clock(), without={booking.id})
    view = desk.boards.board(reading, keep=False)
    able = _able(view, booking, offer, desk)
    if view.practice.policies.visits_a_day is not None:
        # The cap is the whole practice's: nobody else may add a visit to the date meanwhile.
        return set(view.versions)
    return {(therapist, date) for therapist in able}


def _able(view: PracticeBoard, booking: Booking, offer: Offer, desk: Desk) -> Costs:
    """Who can keep the booked visit at the start of the offer. Raises SlotLost where nobody can."""
    visit = question_of(view, _moved(booking, offer, view))
    able = costs(view, visit, offer.starts, roads=desk.roads)
    if not able[0]:
        raise lost(view, visit, offer.starts, able)
    return able[0]


def _moved(booking: Booking, offer: Offer, view: PracticeBoard) -> Booking:
    """The booking at its new start, on nobody's agenda yet. A client who stays where they are keeps their door."""
    (start,), terms = offer.starts, offer.terms
    return replace(
        booking,
        date=start.astimezone(view.practice.zone).date(),
        windows=(StartWindow(earliest=start, latest=start),),
        therapist=None,
        choice=terms.choice,
        place=booking.place if booking.place.coordinate == terms.place.coordinate else terms.place,
        pinned=None,
        overridden=False,
    )


def _is_there_already(booking: Booking, offer: Offer) -> bool:
    return (
        booking.status is BookingStatus.CONFIRMED
        and offer.starts == (booking.fixed_start,)
        and booking.place.coordinate == offer.terms.place.coordinate
        and booking.choice == offer.terms.choice
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
