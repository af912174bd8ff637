"""What was promised to clients."""

from datetime import date

from sqlalchemy import tuple_

from data.store.convert import booking_from_row, booking_to_row
from data.store.repositories.base import Repository
from data.store.tables import booking as table
from optimizer.domain.booking import Booking, BookingStatus
from optimizer.domain.errors import Conflict, NotFound


class Bookings(Repository):
    def get(self, id: str) -> Booking:
        """Raises NotFound."""
        row = self._one(self._select(table, table.c.id == id))
        if row is None:
            raise NotFound(f"there is no booking {id!r}")
        return booking_from_row(row)

    def by_uid(self, uid: str) -> Booking | None:
        """The booking imported under this stable id, cancelled or not."""
        row = self._one(self._select(table, table.c.uid == uid))
        return None if row is None else booking_from_row(row)

    def add(self, booking: Booking) -> None:
        """Raises Conflict (`already_exists`) when the id or the uid is taken."""
        if not self._add(table, booking_to_row(booking)):
            raise Conflict(f"booking {booking.id!r} exists already", code="already_exists")

    def put(self, booking: Booking) -> None:
        """Replace the booking with this id.

        Raises
        ------
        NotFound
            When there is no such booking.
        Conflict
            code `already_exists`, when the uid is another booking's.
        """
        if booking.uid is not None and self._one(
            self._select(table, table.c.uid == booking.uid, table.c.id != booking.id)
        ):
            raise Conflict(f"uid {booking.uid!r} belongs to another booking", code="already_exists")
        if not self._update(table, table.c.id == booking.id, values=booking_to_row(booking)):
            raise NotFound(f"there is no booking {booking.id!r}")

    def on(self, day: date) -> tuple[Booking, ...]:
        """The confirmed bookings of a date, by id."""
        confirmed = table.c.status == BookingStatus.CONFIRMED.value
        rows = self._all(self._select(table, table.c.date == day, confirmed).order_by(table.c.id))
        return tuple(booking_from_row(row) for row in rows)

    def list(
        self,
        *,
        after: tuple[date, str] | None = None,
        limit: int = 100,
        first: date | None = None,
        last: date | None = None,
    ) -> tuple[Booking, ...]:
        """Bookings of every status, by (date, id).

        Parameters
        ----------
        after
            (date, id) of the last booking seen; None for the first page.
        first, last
            Dates to look at, both included; None for no end.
        """
        query = self._select(table).order_by(table.c.date, table.c.id).limit(limit)
        if after is not None:
            query = query.where(tuple_(table.c.date, table.c.id) > after)
        if first is not None:
            query = query.where(table.c.date >= first)
        if last is not None:
            query = query.where(table.c.date <= last)
        return tuple(booking_from_row(row) for row in self._all(query))
