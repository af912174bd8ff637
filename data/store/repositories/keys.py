"""Bearer keys. Secrets are made elsewhere; a hash comes in."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, bindparam, exists, select, update

from data.store.engine import Database
from data.store.records import ApiKey, KnownKey, Role
from data.store.repositories.base import insert_once
from data.store.tables import api_key as table
from data.store.tables import practice, work_pattern
from optimizer.domain.errors import Conflict, NotFound

LIVE = (
    select(table, practice.c.zone)
    .join_from(table, practice)
    .where(table.c.secret_hash == bindparam("hash"), table.c.revoked_at.is_(None))
)
"""Asked by every request, and so written once."""


def _to_row(key: ApiKey) -> dict[str, Any]:
    return {
        "practice_id": key.practice_id,
        "id": key.id,
        "role": key.role.value,
        "label": key.label,
        "therapist": key.therapist,
        "created_at": key.created_at,
        "revoked_at": key.revoked_at,
    }


def _from_row(row: Row[Any]) -> ApiKey:
    return ApiKey(
        id=row.id,
        practice_id=row.practice_id,
        role=Role(row.role),
        created_at=row.created_at,
        label=row.label,
        therapist=row.therapist,
        revoked_at=row.revoked_at,
    )


class Keys:
    """Asked before the practice is known, so outside a unit of work. Each call is a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, key: ApiKey, *, secret_hash: str) -> None:
        """Keep a key.

        Raises
        ------
        NotFound
            When there is no such practice, or no such therapist in it.
        Conflict
            code `already_exists`, when the id (in the practice) or the hash is taken.
        """
        of_practice = exists().where(practice.c.id == key.practice_id)
        of_therapist = exists().where(
            work_pattern.c.practice_id == key.practice_id, work_pattern.c.therapist == key.therapist
        )
        with self._database.transaction(write=True) as connection:
            if not connection.scalar(select(of_practice)):
                raise NotFound(f"there is no practice {key.practice_id!r}")
            if key.therapist is not None and not connection.scalar(select(of_therapist)):
                raise NotFound(f"there is no therapist {key.therapist!r}")
            if not insert_once(connection, table, {**_to_row(key), "secret_hash": secret_hash}):
                raise Conflict(f"key {key.id!r} exists already", code="already_exists")
            connection.commit()

    def find_by_hash(self, secret_hash: str) -> KnownKey | None:
        """The key with this secret, and the clocks of its practice; a revoked one is not found."""
        with self._database.glance() as connection:
            row = connection.execute(LIVE, {"hash": secret_hash}).first()
        return None if row is None else KnownKey(key=_from_row(row), zone=ZoneInfo(row.zone))

    def list(self, practice_id: str) -> tuple[ApiKey, ...]:
        """The practice's keys, revoked ones too, oldest first."""
        mine = select(table).where(table.c.practice_id == practice_id).order_by(table.c.created_at, table.c.id)
        with self._database.transaction(write=False) as connection:
            return tuple(_from_row(row) for row in connection.execute(mine))

    def revoke(self, practice_id: str, id: str, at: datetime) -> None:
        """From now on the key opens nothing. Raises NotFound; revoking twice keeps the first instant."""
        this = (table.c.practice_id == practice_id, table.c.id == id)
        with self._database.transaction(write=True) as connection:
            if not connection.scalar(select(exists().where(*this))):
                raise NotFound(f"there is no key {id!r}")
            connection.execute(update(table).where(*this, table.c.revoked_at.is_(None)).values(revoked_at=at))
            connection.commit()
