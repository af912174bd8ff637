"""Therapist-days as consistency boundaries: lock the day, look again, write, count its version up.

Two bookings that do not overlap can still be impossible to drive, so no constraint on rows can guard a day. However
many days are asked for, the number of statements is the same.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, select, tuple_

from data.store.records import Agenda
from data.store.repositories.base import Repository, insert
from data.store.repositories.blocks import Blocks
from data.store.tables import agenda as table

Day = tuple[str, date]
"""(therapist, date)"""

CHANGES = select(func.coalesce(func.sum(table.c.version), 0)).where(
    table.c.practice_id == bindparam("of"), table.c.date.between(bindparam("first"), bindparam("last"))
)
"""Asked by every search, and so written once."""


class Agendas(Repository):
    def get(self, therapist: str, day: date) -> Agenda:
        """The day as last committed, unlocked. A day that nobody has touched has version 0."""
        row = self._one(self._select(table, table.c.therapist == therapist, table.c.date == day))
        return Agenda(therapist=therapist, date=day, version=0 if row is None else row.version)

    def between(self, first: date, last: date) -> tuple[Agenda, ...]:
        """Every day touched so far, both dates included, by (date, therapist); the others have version 0."""
        rows = self._all(
            self._select(table, table.c.date >= first, table.c.date <= last).order_by(table.c.date, table.c.therapist)
        )
        return tuple(_from_row(row) for row in rows)

    def versions(self, therapists: Collection[str], first: date, last: date) -> tuple[Agenda, ...]:
        """The days of these therapists touched so far, both dates included; the others have version 0."""
        query = self._select(
            table, table.c.therapist.in_(therapists), table.c.date >= first, table.c.date <= last
        ).order_by(table.c.date, table.c.therapist)
        return tuple(_from_row(row) for row in self._all(query))

    def changes(self, first: date, last: date) -> int:
        """How often the days of these dates have been changed so far, both included, whoever's they are.

        A day's version never falls and a day is never forgotten: the same sum means the same days.
        """
        return int(self._connection.scalar(CHANGES, {"of": self._practice_id, "first": first, "last": last}) or 0)

    def lock(self, days: Iterable[Day], now: datetime | None = None) -> tuple[Agenda, ...]:
        """Hold these (therapist, date) days until the transaction ends; nobody else changes them meanwhile.

        Lock every day a transaction needs in one call: they are taken in one order, so two callers cannot wait for
        each other. Answers in that order: by date, then therapist.

        Parameters
        ----------
        now
            Given by whoever is about to add a booking or a hold: holds that have lapsed by then let go of their
            time. Without it they go on standing in the way.
        """
        wanted = _in_order(days)
        if not wanted:
            return ()
        rows = [self._row(day, version=0) for day in wanted]
        self._connection.execute(insert(self._connection, table).values(rows).on_conflict_do_nothing())
        locked = self._all(
            self._select(table, tuple_(table.c.therapist, table.c.date).in_(wanted))
            .order_by(table.c.date, table.c.therapist)
            .with_for_update()
        )
        if now is not None:
            self.lapse(wanted, now)
        return tuple(sorted((_from_row(row) for row in locked), key=lambda agenda: (agenda.date, agenda.therapist)))

    def lapse(self, days: Iterable[Day], now: datetime) -> None:
        """On days that are locked: holds that have lapsed by now let go of their time."""
        Blocks(self._connection, self._practice_id).lapse(_in_order(days), now)

    def bump(self, days: Iterable[Day]) -> tuple[Agenda, ...]:
        """Lock these days and count their versions up."""
        wanted = _in_order(days)
        if not wanted:
            return ()
        rows = [self._row(day, version=1) for day in wanted]
        bump = (
            insert(self._connection, table)
            .values(rows)
            .on_conflict_do_update(
                index_elements=["practice_id", "therapist", "date"], set_={"version": table.c.version + 1}
            )
            .returning(*table.c)
        )
        bumped = self._connection.execute(bump).all()
        return tuple(sorted((_from_row(row) for row in bumped), key=lambda agenda: (agenda.date, agenda.therapist)))

    def _row(self, day: Day, *, version: int) -> dict[str, str | date | int]:
        therapist, of = day
        return {"practice_id": self._practice_id, "therapist": therapist, "date": of, "version": version}


def _in_order(days: Iterable[Day]) -> Sequence[Day]:
    return sorted(set(days), key=lambda day: day[::-1])


def _from_row(row: Row[Any]) -> Agenda:
    return Agenda(therapist=row.therapist, date=row.date, version=row.version)
