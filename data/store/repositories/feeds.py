"""Calendar feed tokens. Secrets are made elsewhere; a hash comes in."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from data.store.engine import Database
from data.store.records import FeedToken
from data.store.repositories.base import Repository
from data.store.tables import feed_token as table
from data.store.tables import work_pattern
from optimizer.domain.errors import Conflict, NotFound


def _from_row(row: Row[Any]) -> FeedToken:
    return FeedToken(
        id=row.id,
        practice_id=row.practice_id,
        therapist=row.therapist,
        created_at=row.created_at,
        revoked_at=row.revoked_at,
    )


class Feeds(Repository):
    def create(self, token: FeedToken, *, secret_hash: str) -> None:
        """Keep a token of a therapist of this practice.

        Raises
        ------
        NotFound
            When there is no such therapist.
        Conflict
            code `already_exists`, when the id or the hash is taken.
        ValueError
            When the token says another practice.
        """
        if token.practice_id != self._practice_id:
            raise ValueError(f"token {token.id!r} belongs to another practice")
        if self._one(self._select(work_pattern, work_pattern.c.therapist == token.therapist)) is None:
            raise NotFound(f"there is no therapist {token.therapist!r}")
        values = {
            "id": token.id,
            "secret_hash": secret_hash,
            "therapist": token.therapist,
            "created_at": token.created_at,
            "revoked_at": token.revoked_at,
        }
        if not self._add(table, values):
            raise Conflict(f"feed token {token.id!r} exists already", code="already_exists")

    def list(self, therapist: str) -> tuple[FeedToken, ...]:
        """The therapist's tokens, revoked ones too, oldest first."""
        rows = self._all(self._select(table, table.c.therapist == therapist).order_by(table.c.created_at, table.c.id))
        return tuple(_from_row(row) for row in rows)

    def revoke(self, id: str, at: datetime) -> None:
        """From now on the token opens nothing. Raises NotFound; revoking twice keeps the first instant."""
        row = self._one(self._select(table, table.c.id == id))
        if row is None:
            raise NotFound(f"there is no feed token {id!r}")
        self._update(table, table.c.id == id, table.c.revoked_at.is_(None), values={"revoked_at": at})


class FeedTokens:
    """The other side of `Feeds`: a calendar program asks with nothing but the secret, whatever the practice."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find_by_hash(self, secret_hash: str) -> FeedToken | None:
        """The token with this secret; a revoked one is not found."""
        live = select(table).where(table.c.secret_hash == secret_hash, table.c.revoked_at.is_(None))
        with self._database.transaction(write=False) as connection:
            row = connection.execute(live).first()
        return None if row is None else _from_row(row)
