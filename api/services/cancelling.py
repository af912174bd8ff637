"""Cancel a booking: the place is free at once."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from api.services.desk import Desk
from api.services.manage_token import opens
from data.store.records import AuditEntry
from optimizer.domain.booking import Booking, BookingStatus
from optimizer.domain.errors import Conflict, NotFound

if TYPE_CHECKING:
    from data.store.repositories.agendas import Day


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """By what right somebody changes a booking: as staff, or with the client's token.

    `actor` is what the audit says: the id of a key, or `client`.
    """

    actor: str
    token: str | None = None

    def require(self, booking: Booking) -> None:
        """Raises NotFound: what a token does not open does not exist for it."""
        if self.token is not None and not opens(self.token, booking):
            raise NotFound(f"there is no booking {booking.id!r}")

    def require_ahead(self, booking: Booking, now: datetime) -> None:
        """Raises Conflict, code `visit_began`: a client undoes no visit that took place. Staff may still correct it."""
        if self.token is not None and booking.has_begun(now):
            raise Conflict(
                "The promised start of this visit has passed.",
                code="visit_began",
                hint="Ask the practice to change it.",
            )


def cancel(
    practice_id: str,
    booking_id: str,
    *,
    authority: Authority,
    desk: Desk,
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
        code `version_conflict`, when it is not; `visit_began`, when a client comes after the promised start.
    """
    with desk.store.unit_of_work(practice_id) as uow:
        before = uow.bookings.get(booking_id)
        authority.require(before)
        uow.agendas.lock(agendas_of(before))
        booking = uow.bookings.get(booking_id)
        if not expected(booking) or booking.date != before.date or booking.therapist != before.therapist:
            raise changed(booking_id)
        if booking.status is BookingStatus.CONFIRMED:
            now = desk.clock()
            authority.require_ahead(booking, now)
            booking = replace(booking, status=BookingStatus.CANCELLED)
            uow.bookings.put(booking)
            uow.audit.add(
                AuditEntry(
                    id=uuid.uuid4().hex,
                    at=now,
                    actor=authority.actor,
                    action="booking.cancel",
                    subject=booking_id,
                )
            )
        uow.commit()
    return booking


def changed(booking_id: str) -> Conflict:
    """The refusal of a change to a booking that is not what the caller has seen."""
    return Conflict(f"booking {booking_id} has changed since you read it", hint="read it again")


def agendas_of(booking: Booking) -> "set[Day]":
    """The agenda it lies on: none or one."""
    return set() if booking.therapist is None else {(booking.therapist, booking.date)}
