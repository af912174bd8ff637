"""The second net under the day's check: the store itself refuses two sessions of one therapist at one time.

It sees no travel, so it replaces nothing. It is there for the day on which a caller forgets to lock or to look. What
it compares are sessions alone, from the start to the end that the client was told, so that whatever the day's check
allows (a couple in one house, back to back) passes. Window promises, bookings made against the check, bookings on
nobody's agenda, and what people's own calendars say (which may well overlap) are not in it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, tuple_
from sqlalchemy.exc import IntegrityError

from data.store.repositories.base import Repository, adding
from data.store.tables import promise_block as table
from optimizer.domain.booking import Booking, BookingStatus
from optimizer.domain.errors import Conflict
from optimizer.domain.promise import Hold, HoldStatus

TRIGGERED = "SQLITE_CONSTRAINT_TRIGGER"

CLEAR = delete(table).where(
    table.c.practice_id == bindparam("of"),
    table.c.kind == bindparam("kind"),
    table.c.promise.in_(bindparam("promises", expanding=True)),
)
"""Sent by every confirmation, and so written once."""


class PromiseKind(StrEnum):
    BOOKING = "booking"
    HOLD = "hold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A session on an agenda: the start is in it, the end is not. `until` is when it lapses, None for never."""

    therapist: str
    date: date
    starts_at: datetime
    ends_at: datetime
    until: datetime | None = None


class Blocks(Repository):
    """Kept by the repositories of bookings and holds; a service never sees it."""

    def __init__(self, connection: Connection, practice_id: str) -> None:
        super().__init__(connection, practice_id)
        self._lapsing: list[tuple[tuple[tuple[str, date], ...], datetime]] = []

    def of_bookings(self, bookings: Sequence[Booking]) -> None:
        """Make the net agree with these bookings, which may trade places. Raises Conflict (`slot_taken`)."""
        self._change(PromiseKind.BOOKING, {booking.id: tuple(_of_booking(booking)) for booking in bookings})

    def of_new_bookings(self, bookings: Sequence[Booking]) -> None:
        """The same for bookings just added, without asking what there was. After a Conflict nothing is kept."""
        self._add_all(PromiseKind.BOOKING, {booking.id: tuple(_of_booking(booking)) for booking in bookings})

    def of_hold(self, hold: Hold) -> None:
        """Make the net agree with the hold. Raises Conflict (`slot_taken`).

        The booking it replaces does not stand in its way, and goes on blocking what is its own.
        """
        self._change(PromiseKind.HOLD, {hold.id: self._held(hold)})

    def of_new_hold(self, hold: Hold) -> None:
        """The same for a hold just added, without asking what there was. After a Conflict nothing is kept."""
        self._add_all(PromiseKind.HOLD, {hold.id: self._held(hold)})

    def clear_hold(self, id: str) -> None:
        """A hold lets go of its time: it has become bookings."""
        self._clear(PromiseKind.HOLD, [id])

    def lapse(self, days: Sequence[tuple[str, date]], now: datetime) -> None:
        """What has lapsed by now on these (therapist, date) days, which the caller has locked, gives way.

        It is taken off when it first stands in somebody's way: hardly ever.
        """
        self._lapsing.append((tuple(days), now))

    def forget(self, before: datetime) -> None:
        """Take what lapsed before that off every day."""
        self._delete(table, table.c.until < before)

    def _held(self, hold: Hold) -> tuple[Block, ...]:
        if hold.status is not HoldStatus.LIVE:
            return ()
        given_up = self._of(PromiseKind.BOOKING, hold.replaces) if hold.replaces else ()
        return tuple(piece for block in _of_hold(hold) for piece in _without(block, given_up))

    def _of(self, kind: PromiseKind, promise: str) -> tuple[Block, ...]:
        rows = self._all(self._select(table, table.c.kind == kind.value, table.c.promise == promise))
        return tuple(_from_row(row) for row in rows)

    def _change(self, kind: PromiseKind, promises: Mapping[str, tuple[Block, ...]]) -> None:
        query = self._select(table, table.c.kind == kind.value, table.c.promise.in_(promises))
        stored: dict[str, list[Block]] = {promise: [] for promise in promises}
        for row in self._all(query.order_by(table.c.promise, table.c.position)):
            stored[row.promise].append(_from_row(row))
        changed = {promise: blocks for promise, blocks in promises.items() if blocks != tuple(stored[promise])}
        gone = [promise for promise in changed if stored[promise]]
        if gone:
            self._clear(kind, gone)
        self._add_all(kind, changed)

    def _add_all(self, kind: PromiseKind, promises: Mapping[str, tuple[Block, ...]]) -> None:
        rows = [
            self._to_row(kind, promise, position, block)
            for promise, blocks in promises.items()
            for position, block in enumerate(blocks)
        ]
        if not rows or self._fit(rows):
            return
        self._clear(kind, promises)
        for days, now in self._lapsing:
            self._delete(table, tuple_(table.c.therapist, table.c.date).in_(days), table.c.until <= now)
        if not (self._lapsing and self._fit(rows)):
            self._clear(kind, promises)
            raise Conflict("that time is taken by another promise of this therapist", code="slot_taken")

    def _fit(self, rows: Sequence[dict[str, Any]]) -> bool:
        """Add rows; where they do not all fit, some may have been added. PostgreSQL passes over those that overlap
        something, SQLite's trigger stops at the first.
        """
        try:
            added = self._connection.execute(adding(self._connection.dialect.name, table), rows).all()
        except IntegrityError as error:
            if not _is_overlap(error):
                raise
            return False
        return len(added) == len(rows)

    def _clear(self, kind: PromiseKind, promises: Iterable[str]) -> None:
        self._connection.execute(CLEAR, {"of": self._practice_id, "kind": kind.value, "promises": list(promises)})

    def _to_row(self, kind: PromiseKind, promise: str, position: int, block: Block) -> dict[str, Any]:
        return {
            "practice_id": self._practice_id,
            "kind": kind.value,
            "promise": promise,
            "position": position,
            "therapist": block.therapist,
            "date": block.date,
            "starts_at": block.starts_at,
            "ends_at": block.ends_at,
            "until": block.until,
        }


def _from_row(row: Row[Any]) -> Block:
    return Block(therapist=row.therapist, date=row.date, starts_at=row.starts_at, ends_at=row.ends_at, until=row.until)


def _of_booking(booking: Booking) -> Iterator[Block]:
    start = booking.fixed_start
    if booking.status is not BookingStatus.CONFIRMED or booking.overridden or booking.busy:
        return
    if start is None or booking.therapist is None or booking.session <= 0:
        return
    start = start.astimezone(UTC)
    end = start + timedelta(seconds=booking.session)
    yield Block(therapist=booking.therapist, date=booking.date, starts_at=start, ends_at=end)


def _of_hold(hold: Hold) -> Iterator[Block]:
    until = hold.expires_at.astimezone(UTC)
    for visit in hold.visits:
        start = visit.start.astimezone(UTC)
        if visit.end > start:
            yield Block(therapist=visit.therapist, date=visit.date, starts_at=start, ends_at=visit.end, until=until)


def _without(block: Block, others: Sequence[Block]) -> Iterator[Block]:
    """What is left of a block where the others, of which no two overlap, are taken out."""
    pieces = [(block.starts_at, block.ends_at)]
    for other in others:
        if other.therapist == block.therapist:
            pieces = [
                (start, end)
                for left, right in pieces
                for start, end in ((left, min(right, other.starts_at)), (max(left, other.ends_at), right))
                if start < end
            ]
    for start, end in pieces:
        yield Block(therapist=block.therapist, date=block.date, starts_at=start, ends_at=end, until=block.until)


def _is_overlap(error: IntegrityError) -> bool:
    return getattr(error.orig, "sqlite_errorname", None) == TRIGGERED
