"""Who did what."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import tuple_

from data.store.records import AuditEntry
from data.store.repositories.base import Repository
from data.store.tables import audit as table
from optimizer.domain.errors import Conflict


class Audit(Repository):
    def add(self, entry: AuditEntry) -> None:
        """Raises Conflict (`already_exists`) when the id is taken: an entry is never rewritten."""
        detail: Mapping[str, str | int] = dict(entry.detail)
        values = {
            "id": entry.id,
            "at": entry.at,
            "actor": entry.actor,
            "action": entry.action,
            "subject": entry.subject,
            "detail": detail,
        }
        if not self._add(table, values):
            raise Conflict(f"audit entry {entry.id!r} exists already", code="already_exists")

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
