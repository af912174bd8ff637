"""Fix a visit where it stands, so that no plan moves it; and let it go again."""

from dataclasses import replace
from typing import TYPE_CHECKING

from api.services.cancelling import Authority, agendas_of, changed
from api.services.day_version import day_version
from api.services.desk import Desk
from api.services.holding import lock as take
from api.services.itineraries import DateReading
from api.services.moving import require_standing
from api.services.placing_by_hand import require_version
from api.services.remembering import as_before, audit_entry
from optimizer.domain.booking import Booking
from optimizer.domain.errors import Conflict
from optimizer.domain.time import Seconds
from optimizer.domain.visit import Pin

if TYPE_CHECKING:
    from data.store.unit_of_work import UnitOfWork


def lock(
    practice_id: str, booking_id: str, *, actor: str, desk: Desk, expected: str | None = None
) -> tuple[Booking, str]:
    """Pin a visit to the therapist and start that it has now; one that is pinned so already stays so.

    Answers the booking and the version of its date from now on.

    Raises
    ------
    NotFound
    Conflict
        code `not_placed` for a visit on nobody's agenda, `busy` for time that is no visit; `version_conflict`.
    """
    return _set(practice_id, booking_id, actor=actor, desk=desk, expected=expected, is_locked=True)


def unlock(
    practice_id: str, booking_id: str, *, actor: str, desk: Desk, expected: str | None = None
) -> tuple[Booking, str]:
    """Let the next plan move it again, within its promise. Raises as `lock` does."""
    return _set(practice_id, booking_id, actor=actor, desk=desk, expected=expected, is_locked=False)


def _set(
    practice_id: str, booking_id: str, *, actor: str, desk: Desk, expected: str | None, is_locked: bool
) -> tuple[Booking, str]:
    with desk.store.unit_of_work(practice_id, write=False) as uow:
        before = uow.bookings.get(booking_id)
    with desk.store.unit_of_work(practice_id) as uow:
        now = take(uow, agendas_of(before), desk)
        booking = uow.bookings.get(booking_id)
        require_standing(booking, Authority(actor=actor), now)
        if (booking.date, booking.therapist) != (before.date, before.therapist):
            raise changed(booking_id)
        require_version(uow, booking.date, expected)
        after = replace(booking, pinned=_pin(uow, booking, desk) if is_locked else None)
        if after != booking:
            uow.bookings.put(after)
            action = "visit.lock" if is_locked else "visit.unlock"
            uow.audit.add(
                audit_entry(actor, action, booking_id, now, {"date": booking.date.isoformat(), **as_before(booking)})
            )
        version = day_version(uow, booking.date)
        uow.commit()
    return after, version


def _pin(uow: "UnitOfWork", booking: Booking, desk: Desk) -> Pin:
    if booking.busy:
        raise Conflict("This is no visit: it is in the therapist's own calendar.", code="busy")
    if booking.therapist is None:
        raise Conflict("Nobody has this visit yet.", code="not_placed", hint="Put it on somebody's day first.")
    start = None if booking.fixed_start else _start(uow, booking, booking.therapist, desk)
    return Pin(therapist=booking.therapist, start=start)


def _start(uow: "UnitOfWork", booking: Booking, therapist: str, desk: Desk) -> Seconds | None:
    """When it begins on the therapist's day as it stands."""
    reading = DateReading.of(uow, booking.date, desk.clock(), only=therapist, drafts=False)
    day = reading.day(therapist, desk.roads)
    stops = day.itinerary.stops if day.itinerary is not None else ()
    return next((stop.start for stop in stops if stop.visit.id == booking.id), None)
