"""Answers once given, so that a repeated request gets the same one."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from data.store.records import IdempotencyRecord
from data.store.repositories.base import Repository
from data.store.tables import idempotency as table
from data.store.turns import in_flight


def _from_row(row: Row[Any]) -> IdempotencyRecord:
    return IdempotencyRecord(
        key=row.key,
        fingerprint=row.fingerprint,
        status=row.status,
        headers=row.headers,
        body=row.body,
        created_at=row.created_at,
    )


class IdempotencyRecords(Repository):
    def find(self, key: str) -> IdempotencyRecord | None:
        """The answer kept under this key."""
        row = self._one(self._select(table, table.c.key == key))
        return None if row is None else _from_row(row)

    def add(self, record: IdempotencyRecord) -> None:
        """Keep an answer, in the transaction of the write it answers.

        Raises
        ------
        InFlight
            When a twin of the request has been answered in the meantime. Commit nothing then.
        """
        values = {
            "key": record.key,
            "fingerprint": record.fingerprint,
            "status": record.status,
            "headers": dict(record.headers),
            "body": record.body,
            "created_at": record.created_at,
        }
        if not self._add(table, values):
            raise in_flight()

    def purge(self, before: datetime) -> int:
        """Forget the answers older than that; says how many."""
        return self._delete(table, table.c.created_at < before)
