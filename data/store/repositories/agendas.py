"""Therapist-days as consistency boundaries: lock the day, look again, write, count its version up.

Two bookings that do not overlap can still be impossible to drive, so no constraint on rows can guard a day. However
many days are asked for, the number of statements is the same.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from data.store.records import Agenda
from data.store.repositories.base import Repository
from data.store.repositories.blocks import Blocks
from data.store.tables import agenda as table

Day = tuple[str, date]
"""(therapist, date)"""

CHANGES = select(func.coalesce(func.sum(table.c.version), 0)).where(
    table.c.practice_id == bindparam("of"), table.c.date.between(bindparam("first"), bindparam("last"))
)
"""Asked by every search, and so written once."""

TOUCHED = (
    select(table)
    .where(
        table.c.practice_id == bindparam("of"),
        table.c.therapist.in_(bindparam("therapists", expanding=True)),
        table.c.date.between(bindparam("first"), bindparam("last")),
    )
    .order_by(table.c.date, table.c.therapist)
)
"""Asked by every hold, and so written once."""

LOCK, COUNT_UP = 0, 1


@cache
def _taking(dialect: str, up: int) -> ReturningInsert[Any]:
    """Take days, whether or not somebody has touched them before, and count them up by so much."""
    into = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    return into.on_conflict_do_update(
        index_elements=["practice_id", "therapist", "date"], set_={"version": table.c.version + up}
    ).returning(*table.c)


class Agendas(Repository):
    def __init__(self, connection: Connection, practice_id: str) -> None:
        super().__init__(connection, practice_id)
        self.net = Blocks(connection, practice_id)
        self._held: dict[Day, int] = {}
        self._counted: set[Day] = set()
        """Counted up for changes that nobody has seen yet: what comes on top of them need not be counted."""

    @property
    def held(self) -> Mapping[Day, int]:
        """The versions of days that this transaction has locked, as they are until it changes them: not to be asked
        for again, least of all where they have been counted up for a change to come."""
        return self._held

    def get(self, therapist: str, day: date) -> Agenda:
        """The day as last committed, unlocked. A day that nobody has touched has version 0."""
        self._counted.clear()
        row = self._one(self._select(table, table.c.therapist == therapist, table.c.date == day))
        return Agenda(therapist=therapist, date=day, version=0 if row is None else row.version)

    def between(self, first: date, last: date) -> tuple[Agenda, ...]:
        """Every day touched so far, both dates included, by (date, therapist); the others have version 0."""
        self._counted.clear()
        rows = self._all(
            self._select(table, table.c.date >= first, table.c.date <= last).order_by(table.c.date, table.c.therapist)
        )
        return tuple(_from_row(row) for row in rows)

    def versions(self, therapists: Collection[str], first: date, last: date) -> tuple[Agenda, ...]:
        """The days of these therapists touched so far, both dates included; the others have version 0."""
        self._counted.clear()
        asked = {"of": self._practice_id, "therapists": sorted(therapists), "first": first, "last": last}
        return tuple(_from_row(row) for row in self._connection.execute(TOUCHED, asked))

    def changes(self, first: date, last: date) -> int:
        """How often the days of these dates have been changed so far, both included, whoever's they are.

        A day's version never falls and a day is never forgotten: the same sum means the same days.
        """
        self._counted.clear()
        return int(self._connection.scalar(CHANGES, {"of": self._practice_id, "first": first, "last": last}) or 0)

    def lock(self, days: Iterable[Day], now: datetime | None = None, *, to_change: bool = False) -> tuple[Agenda, ...]:
        """Hold these (therapist, date) days until the transaction ends; nobody else changes them meanwhile.

        Lock every day a transaction needs in one call: they are taken in one order, so two callers cannot wait for
        each other. Answers in that order: by date, then therapist. The row is written as it is: one statement locks
        it as SELECT ... FOR UPDATE would, makes it where nobody has touched the day, and tells the version.

        Parameters
        ----------
        now
            Given by whoever is about to add a booking or a hold: holds that have lapsed by then let go of their
            time. Without it they go on standing in the way.
        to_change
            True for whoever will change all of these days or take everything back: they are counted up at once.
            The versions answered are those before.
        """
        self._counted.clear()
        wanted = _in_order(days)
        up = COUNT_UP if to_change else LOCK
        locked = tuple(replace(agenda, version=agenda.version - up) for agenda in self._take(wanted, up))
        self._held |= {(agenda.therapist, agenda.date): agenda.version for agenda in locked}
        if to_change:
            self._count(wanted)
        if now is not None:
            self.lapse(wanted, now)
        return locked

    def lapse(self, days: Iterable[Day], now: datetime) -> None:
        """On days that are locked: holds that have lapsed by now let go of their time to whoever wants it."""
        self.net.lapse(_in_order(days), now)

    def bump(self, days: Iterable[Day]) -> None:
        """Lock these days and count their versions up: once, until somebody asks for them."""
        wanted = _in_order(days)
        for day in wanted:
            self._held.pop(day, None)  # whoever counts up may yet take it back
        new = [day for day in wanted if day not in self._counted]
        self._take(new, COUNT_UP)
        self._count(new)

    def _count(self, days: Iterable[Day]) -> None:
        if not self._connection.in_nested_transaction():  # that may be taken back alone
            self._counted.update(days)

    def _take(self, wanted: Sequence[Day], up: int) -> tuple[Agenda, ...]:
        if not wanted:
            return ()
        rows = [
            {"practice_id": self._practice_id, "therapist": therapist, "date": day, "version": up}
            for therapist, day in wanted
        ]
        taken = self._connection.execute(_taking(self._connection.dialect.name, up), rows)
        return tuple(sorted((_from_row(row) for row in taken), key=lambda agenda: (agenda.date, agenda.therapist)))


def _in_order(days: Iterable[Day]) -> Sequence[Day]:
    return sorted(set(days), key=lambda day: day[::-1])


def _from_row(row: Row[Any]) -> Agenda:
    return Agenda(therapist=row.therapist, date=row.date, version=row.version)
