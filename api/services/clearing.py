"""What came of a screening: a visit that is clear goes on an agenda, one on hold comes off it."""

import uuid
from dataclasses import replace

from api.services.cancelling import agendas_of, changed
from api.services.day_problem import windows_of
from api.services.desk import Desk
from api.services.holding import lock
from api.services.placing import cheapest, costs_in_windows, question_of
from data.store.records import AuditEntry
from optimizer.domain.booking import Booking, BookingStatus
from optimizer.domain.errors import Conflict
from optimizer.domain.visit import Clearance


def set_clearance(practice_id: str, booking_id: str, clearance: Clearance, *, actor: str, desk: Desk) -> Booking:
    """Write down the outcome of a screening; saying the same again changes nothing.

    A visit that is cleared goes on the agenda where it costs least. Where nobody can keep its start any more it stays
    on nobody's: it is to be moved, or the next plan of its date finds room.

    Raises
    ------
    NotFound
    Conflict
        code `booking_cancelled`, or `version_conflict` when somebody has moved it meanwhile.
    """
    with desk.store.unit_of_work(practice_id, write=False) as uow:
        before = uow.bookings.get(booking_id)
        reading = desk.boards.read(uow, [before.date], desk.clock(), without={booking_id})
    desk.boards.board(reading, keep=False)  # drives are known before anybody has to wait
    with desk.store.unit_of_work(practice_id) as uow:
        now = lock(uow, set(reading.versions) | agendas_of(before), desk)
        booking = uow.bookings.get(booking_id)
        if booking.status is not BookingStatus.CONFIRMED:
            raise Conflict("This booking is cancelled.", code="booking_cancelled", hint="Make a new one.")
        if booking != before:
            raise changed(booking_id)
        if booking.clearance is clearance:
            return booking
        told = replace(booking, clearance=clearance, therapist=None)
        if clearance is Clearance.CLEAR:
            view = desk.boards.board(desk.boards.read(uow, [booking.date], now, without={booking_id}), keep=False)
            windows = windows_of(told, view.horizon(booking.date))
            able = costs_in_windows(view, question_of(view, told), windows, roads=desk.roads)
            told = replace(told, therapist=cheapest(able, told.choice) if able else None)
        uow.bookings.put(told)
        uow.audit.add(
            AuditEntry(
                id=uuid.uuid4().hex,
                at=now,
                actor=actor,
                action="booking.clearance",
                subject=booking_id,
                detail={"clearance": clearance.value},
            )
        )
        uow.commit()
    return told
