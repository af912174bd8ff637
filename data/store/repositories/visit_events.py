"""What happened at the visits of a day, as therapists told it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Row

from data.store.repositories.base import Repository
from data.store.tables import visit_event as table
from optimizer.domain.errors import Conflict, NotFound
from optimizer.domain.visit_event import EventKind, VisitEvent


class VisitEvents(Repository):
    """Whoever adds one has locked that day (`agendas.lock`), so that two of a kind do not come in at once."""

    def add(self, event: VisitEvent) -> None:
        """Raises Conflict (`already_exists`) where one of this kind stands already."""
        if not self._add(table, _to_row(event)):
            raise Conflict(f"{event.visit} {event.kind} was told already", code="already_exists")

    def get(self, id: str) -> VisitEvent:
        """Taken back or not. Raises NotFound."""
        row = self._one(self._select(table, table.c.id == id))
        if row is None:
            raise NotFound(f"there is no event {id!r}")
        return _from_row(row)

    def undo(self, id: str, at: datetime) -> None:
        """Take one back; doing it twice keeps the first instant."""
        self._update(table, table.c.id == id, table.c.undone_at.is_(None), values={"undone_at": at})

    def on(self, day: date, therapist: str | None = None) -> tuple[VisitEvent, ...]:
        """The events of a date that stand, of one therapist or of all, in the order they happened."""
        return self.between(day, day, therapist)

    def between(self, first: date, last: date, therapist: str | None = None) -> tuple[VisitEvent, ...]:
        """The same of many dates, both included."""
        query = self._select(table, table.c.date >= first, table.c.date <= last, table.c.undone_at.is_(None))
        if therapist is not None:
            query = query.where(table.c.therapist == therapist)
        found = (_from_row(row) for row in self._all(query))
        return tuple(sorted(found, key=lambda event: (event.date, event.at, event.kind.rank, event.recorded_at)))


def _to_row(event: VisitEvent) -> dict[str, Any]:
    return {
        "id": event.id,
        "therapist": event.therapist,
        "date": event.date,
        "visit": event.visit,
        "type": event.kind.value,
        "at": event.at,
        "recorded_at": event.recorded_at,
        "source": event.source,
        "undone_at": event.undone_at,
    }


def _from_row(row: Row[Any]) -> VisitEvent:
    return VisitEvent(
        id=row.id,
        therapist=row.therapist,
        date=row.date,
        visit=row.visit,
        kind=EventKind(row.type),
        at=row.at,
        recorded_at=row.recorded_at,
        source=row.source,
        undone_at=row.undone_at,
    )
