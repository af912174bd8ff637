"""Move a booking to another offer: the new place is found and held before the old one is given up, in one step."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from api.services.boards import PracticeBoard
from api.services.cancelling import Authority, agendas_of, changed
from api.services.desk import Desk
from api.services.holding import lock, look
from api.services.moving import Change, Moving, changes, require_standing
from api.services.placing import Costs, cheapest, costs, lost, question_of
from data.store.records import AuditEntry
from optimizer.domain.booking import Booking
from optimizer.domain.therapist import Therapist

if TYPE_CHECKING:
    from data.store.repositories.agendas import Day


@dataclass(frozen=True, slots=True, kw_only=True)
class RescheduleRequest:
    """Which booking goes to which offer."""

    practice_id: str
    booking_id: str
    offer: str
    authority: Authority


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A booking as it is now, who comes (None while nobody does), and what is new: nothing, the second time."""

    booking: Booking
    therapist: Therapist | None
    changed: tuple[Change, ...]


def reschedule(
    request: RescheduleRequest, *, desk: Desk, expected: Callable[[Booking], bool] = lambda _booking: True
) -> Moved:
    """Give a booking the start of an offer; the same offer again changes nothing.

    The day is looked at as if the old visit were not there: it does not stand in its own way. Nothing else gives way.
    What an offer may change is said in `moving`.

    Raises
    ------
    NotFound
    InvalidRequest
        code `offer_invalid`; `offer_differs` when it was searched for something else, `place_differs` for another home.
    Conflict
        code `offer_expired`, `booking_cancelled`, `visit_began` or `version_conflict`.
    SlotLost
        When the day has changed since the offer; the booking stays where it is.
    """
    offer = desk.offers.read(request.offer, practice_id=request.practice_id, now=desk.clock())
    with desk.store.unit_of_work(request.practice_id, write=False) as uow:
        before, zone = uow.bookings.get(request.booking_id), uow.practice().zone
        request.authority.require(before)
        names = {pattern.therapist.id: pattern.therapist for pattern in uow.patterns.list()}
    require_standing(before, request.authority, desk.clock())
    moving = Moving(booking=before, may_leave_home=request.authority.token is None)
    wanted = moving.to(offer, zone)
    if _is_there_already(before, wanted) and expected(before):
        return _told(before, before, names)
    days = _candidate_days(wanted, request.practice_id, desk)
    with desk.store.unit_of_work(request.practice_id) as uow:
        now = lock(uow, days | agendas_of(before), desk)
        booking = uow.bookings.get(request.booking_id)
        require_standing(booking, request.authority, now)
        if (
            booking != before
            and _is_there_already(booking, replace(moving, booking=booking).to(offer, zone))
            and expected(booking)
        ):
            return _told(booking, booking, names)
        if not expected(booking) or booking != before:
            raise changed(booking.id)
        view = look(uow, offer, now, desk, only={therapist for therapist, _ in days}, without={booking.id})
        moved = replace(wanted, therapist=cheapest(_able(view, wanted, desk), wanted.choice))
        uow.bookings.put(moved)
        told = _told(before, moved, names)
        uow.audit.add(
            AuditEntry(
                id=uuid.uuid4().hex,
                at=now,
                actor=request.authority.actor,
                action="booking.move",
                subject=booking.id,
                detail={
                    "from": booking.date.isoformat(),
                    "to": moved.date.isoformat(),
                    "changed": " ".join(told.changed),
                },
            )
        )
        uow.commit()
    return told


def _candidate_days(wanted: Booking, practice_id: str, desk: Desk) -> "set[Day]":
    """The agendas that matter, looked up without the lock. Raises SlotLost."""
    with desk.store.unit_of_work(practice_id, write=False) as uow:
        reading = desk.boards.read(uow, [wanted.date], desk.clock(), without={wanted.id})
    view = desk.boards.board(reading, keep=False)
    able = _able(view, wanted, desk)
    if view.practice.policies.visits_a_day is not None:
        # The cap is the whole practice's: nobody else may add a visit to the date meanwhile.
        return set(view.versions)
    return {(therapist, wanted.date) for therapist in able}


def _able(view: PracticeBoard, wanted: Booking, desk: Desk) -> Costs:
    """Who can keep the booked visit at its new start. Raises SlotLost where nobody can."""
    visit, starts = question_of(view, wanted), [window.earliest for window in wanted.windows]
    able = costs(view, visit, starts, roads=desk.roads)
    if not able[0]:
        raise lost(view, visit, starts, able)
    return able[0]


def _is_there_already(before: Booking, wanted: Booking) -> bool:
    return before.therapist is not None and not changes(before, wanted)


def _told(before: Booking, after: Booking, names: dict[str, Therapist]) -> Moved:
    therapist = names.get(after.therapist, Therapist(id=after.therapist)) if after.therapist else None
    return Moved(booking=after, therapist=therapist, changed=changes(before, after))
