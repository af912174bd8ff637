"""Therapist-days as consistency boundaries: lock the day, look again, write, count its version up.

Two bookings that do not overlap can still be impossible to drive, so no constraint on rows can guard a day.
"""

from collections.abc import Iterable
from datetime import date

from data.store.records import Agenda
from data.store.repositories.base import Repository
from data.store.tables import agenda as table


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
        return tuple(Agenda(therapist=row.therapist, date=row.date, version=row.version) for row in rows)

    def lock(self, days: Iterable[tuple[str, date]]) -> tuple[Agenda, ...]:
        """Hold these (therapist, date) days until the transaction ends; nobody else changes them meanwhile.

        Lock every day a transaction needs in one call: they are taken in one order, so two callers cannot wait for
        each other. Answers in that order: by date, then therapist.
        """
        return tuple(self._lock(therapist, day) for therapist, day in sorted(set(days), key=lambda key: key[::-1]))

    def _lock(self, therapist: str, day: date) -> Agenda:
        self._add(table, {"therapist": therapist, "date": day, "version": 0})
        row = self._one(self._select(table, table.c.therapist == therapist, table.c.date == day).with_for_update())
        assert row is not None  # noqa: S101  # inserted above if it was not there
        return Agenda(therapist=therapist, date=day, version=row.version)

    def bump(self, days: Iterable[tuple[str, date]]) -> tuple[Agenda, ...]:
        """Lock these days and count their versions up."""
        bumped = []
        for agenda in self.lock(days):
            version = agenda.version + 1
            self._update(
                table,
                table.c.therapist == agenda.therapist,
                table.c.date == agenda.date,
                values={"version": version},
            )
            bumped.append(Agenda(therapist=agenda.therapist, date=agenda.date, version=version))
        return tuple(bumped)
