"""Answers once given, so that a repeated request gets the same one."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import Row, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from data.store.records import IdempotencyRecord
from data.store.repositories.base import Repository
from data.store.tables import idempotency as table
from data.store.turns import in_flight

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@cache
def _keeping(dialect: str) -> ReturningInsert[Any]:
    """Keep an answer where there is none, or one too old to count; answers the key."""
    into = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    new = {column.name: into.excluded[column.name] for column in table.c if not column.primary_key}
    is_outdated = table.c.created_at <= bindparam("outdated", type_=table.c.created_at.type)
    keys = ["practice_id", "key"]
    return into.on_conflict_do_update(index_elements=keys, set_=new, where=is_outdated).returning(table.c.key)


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
        row = self._keyed(table, key)
        return None if row is None else _from_row(row)

    def add(self, record: IdempotencyRecord, *, outdated: datetime = LONG_AGO) -> None:
        """Keep an answer, in the transaction of the write it answers.

        Parameters
        ----------
        outdated
            An answer kept until then makes room for this one.

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
        keeping = _keeping(self._connection.dialect.name)
        given = {"practice_id": self._practice_id, **values, "outdated": outdated}
        if self._connection.execute(keeping, given).first() is None:
            raise in_flight()

    def purge(self, before: datetime) -> int:
        """Forget the answers older than that; says how many."""
        return self._delete(table, table.c.created_at < before)
