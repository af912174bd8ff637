"""What was promised to clients. Each change counts up the agendas it touches."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import ColumnElement, Connection, bindparam, case, select, tuple_, update

from data.store.convert import booking_from_row, booking_to_row
from data.store.repositories.agendas import Agendas, Day
from data.store.repositories.base import Repository, adding, on_agendas
from data.store.tables import booking as table
from optimizer.domain.booking import Booking, BookingStatus
from optimizer.domain.errors import Conflict, NotFound

CONFIRMED = (
    select(table)
    .where(table.c.practice_id == bindparam("of"), table.c.status == BookingStatus.CONFIRMED.value)
    .order_by(table.c.date, table.c.therapist, table.c.id)
)

ON_AGENDAS = CONFIRMED.where(on_agendas(table))
"""Asked wherever a day has changed, and so written once."""


class Bookings(Repository):
    """Whoever puts a booking on an agenda has locked that day (`agendas.lock`) and looked at it again."""

    def __init__(self, connection: Connection, practice_id: str, agendas: Agendas) -> None:
        super().__init__(connection, practice_id)
        self._agendas = agendas

    def get(self, id: str) -> Booking:
        """Raises NotFound."""
        row = self._keyed(table, id)
        if row is None:
            raise NotFound(f"there is no booking {id!r}")
        return booking_from_row(row)

    def by_uid(self, uid: str) -> Booking | None:
        """The booking imported under this stable id, cancelled or not."""
        row = self._one(self._select(table, table.c.uid == uid))
        return None if row is None else booking_from_row(row)

    def add(self, booking: Booking) -> None:
        """Keep a booking.

        Raises
        ------
        Conflict
            code `slot_taken`, when another promise of its therapist has that very time; `already_exists`, when the id
            or the uid is taken. Nothing of the booking is kept then.
        """
        self.add_all([booking])

    def add_all(self, bookings: Sequence[Booking]) -> None:
        """Keep all of these, or none. Raises Conflict as `add` does."""
        self._agendas.bump(day for booking in bookings for day in _days(booking))
        rows = [{"practice_id": self._practice_id, **booking_to_row(booking)} for booking in bookings]
        added = self._connection.scalars(adding(self._connection.dialect.name, table), rows).all()
        try:
            if missing := {booking.id for booking in bookings} - set(added):
                raise Conflict(f"booking {min(missing)!r} exists already", code="already_exists")
            self._agendas.net.of_new_bookings(bookings)
        except Conflict:
            self._delete(table, table.c.id.in_(added))
            raise

    def put(self, booking: Booking) -> None:
        """Replace the booking with this id.

        Raises
        ------
        NotFound
            When there is no such booking.
        Conflict
            code `slot_taken`, when another promise of its therapist has that very time; `already_exists`, when the
            uid is another booking's. The booking stays as it was then.
        """
        if booking.uid is not None and self._one(
            self._select(table, table.c.uid == booking.uid, table.c.id != booking.id)
        ):
            raise Conflict(f"uid {booking.uid!r} belongs to another booking", code="already_exists")
        with self._connection.begin_nested():
            # Days before rows, as everybody; then again, for who moved it between the look and the lock.
            days = {*_days(self.get(booking.id)), *_days(booking)}
            self._agendas.bump(days)
            row = self._one(self._select(table, table.c.id == booking.id).with_for_update())
            if row is not None:
                self._agendas.bump(_days(booking_from_row(row)) - days)
            self._update(table, table.c.id == booking.id, values=booking_to_row(booking))
            self._agendas.net.of_bookings([booking])

    def put_all(self, bookings: Sequence[Booking]) -> None:
        """Add or replace many at once; they may trade places. The caller has locked every day that they leave or take.

        Raises
        ------
        Conflict
            code `slot_taken`, when another promise of a therapist has that very time. Nothing is kept then.
        """
        before = self._all(self._select(table, table.c.id.in_([booking.id for booking in bookings])))
        with self._connection.begin_nested():
            self._agendas.bump(day for booking in (*map(booking_from_row, before), *bookings) for day in _days(booking))
            for booking in bookings:
                self._put(table, booking_to_row(booking))
            self._agendas.net.of_bookings(bookings)

    def place(self, day: date, therapists: Mapping[str, str | None]) -> tuple[Booking, ...]:
        """Put confirmed bookings of a date on other agendas, all at once; answers those that moved.

        Parameters
        ----------
        therapists
            For a booking's id on whose agenda it lies from now on, None for nobody's. Other ids count for nothing, nor
            do those of time that a therapist is busy elsewhere: it cannot be anybody else's.

        Raises
        ------
        Conflict
            code `slot_taken`, when another promise of a therapist has that very time. Nothing has moved then.
        """
        moving = [
            (booking, replace(booking, therapist=therapists[booking.id]))
            for booking in self.on(day)
            if booking.id in therapists and booking.therapist != therapists[booking.id] and not booking.busy
        ]
        if not moving:
            return ()
        with self._connection.begin_nested():
            self._agendas.bump(day for pair in moving for booking in pair for day in _days(booking))
            new = case({booking.id: booking.therapist for _, booking in moving}, value=table.c.id)
            change = (
                update(table)
                .where(
                    self._mine(table),
                    table.c.id.in_([booking.id for booking, _ in moving]),
                    table.c.status == BookingStatus.CONFIRMED.value,
                )
                .values(therapist=new)
                .returning(table.c.id)
            )
            still = set(self._connection.scalars(change))  # one on nobody's agenda may just have been cancelled
            moved = tuple(booking for _, booking in moving if booking.id in still)
            self._agendas.net.of_bookings(moved)
        return moved

    def on(self, day: date) -> tuple[Booking, ...]:
        """The confirmed bookings of a date, by id."""
        confirmed = table.c.status == BookingStatus.CONFIRMED.value
        rows = self._all(self._select(table, table.c.date == day, confirmed).order_by(table.c.id))
        return tuple(booking_from_row(row) for row in rows)

    def on_days(self, therapists: Collection[str], first: date, last: date) -> tuple[Booking, ...]:
        """The confirmed bookings on these therapists' agendas, both dates included, in one query.

        By date, therapist and id.
        """
        return self._confirmed(table.c.therapist.in_(therapists), table.c.date >= first, table.c.date <= last)

    def on_agendas(self, days: Iterable[Day]) -> tuple[Booking, ...]:
        """The same for any (therapist, date) days."""
        rows = self._all(ON_AGENDAS, of=self._practice_id, days=sorted(set(days)))
        return tuple(booking_from_row(row) for row in rows)

    def of_feed(self, feed: str, first: date) -> tuple[Booking, ...]:
        """The bookings of every status read from an outside calendar, from a date on, by date and id."""
        query = self._select(table, table.c.feed == feed, table.c.date >= first)
        return tuple(booking_from_row(row) for row in self._all(query.order_by(table.c.date, table.c.id)))

    def unplaced(self, first: date, last: date) -> tuple[Booking, ...]:
        """The confirmed bookings on nobody's agenda, both dates included, by date and id."""
        return self._confirmed(table.c.therapist.is_(None), table.c.date >= first, table.c.date <= last)

    def _confirmed(self, *where: ColumnElement[bool]) -> tuple[Booking, ...]:
        rows = self._all(CONFIRMED.where(*where), of=self._practice_id)
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


def _days(booking: Booking) -> set[Day]:
    """The agendas it lies on: none or one."""
    return set() if booking.therapist is None else {(booking.therapist, booking.date)}
