"""Who did what."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import tuple_

from data.store.records import AuditEntry
from data.store.repositories.base import Repository, adding
from data.store.tables import audit as table
from optimizer.domain.errors import Conflict


def _to_row(entry: AuditEntry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "at": entry.at,
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "detail": dict(entry.detail),
    }


class Audit(Repository):
    def add(self, entry: AuditEntry) -> None:
        """Raises Conflict (`already_exists`) when the id is taken: an entry is never rewritten."""
        self.add_all([entry])

    def add_all(self, entries: Sequence[AuditEntry]) -> None:
        """The same for many at once."""
        rows = [{"practice_id": self._practice_id, **_to_row(entry)} for entry in entries]
        added = self._connection.scalars(adding(self._connection.dialect.name, table), rows).all()
        if missing := {entry.id for entry in entries} - set(added):
            raise Conflict(f"audit entry {min(missing)!r} exists already", code="already_exists")

    def list(
        self, *, before: tuple[datetime, str] | None = None, since: datetime | None = None, limit: int = 100
    ) -> tuple[AuditEntry, ...]:
        """Entries, newest first. `before` is (at, id) of the last one seen; nothing older than `since` is told."""
        query = self._select(table).order_by(table.c.at.desc(), table.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(tuple_(table.c.at, table.c.id) < before)
        if since is not None:
            query = query.where(table.c.at >= since)
        return tuple(
            AuditEntry(id=row.id, at=row.at, actor=row.actor, action=row.action, subject=row.subject, detail=row.detail)
            for row in self._all(query)
        )
