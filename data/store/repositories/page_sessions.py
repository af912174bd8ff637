"""Signed-in browsers. Secrets are made elsewhere; a hash comes in."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, delete, exists, select, update

from data.store.engine import Database
from data.store.page_records import PageSession
from data.store.records import Role
from data.store.repositories.base import insert_once
from data.store.tables import page_session as table
from data.store.tables import practice, work_pattern
from optimizer.domain.errors import Conflict, NotFound

LIVE = select(table).where(table.c.secret_hash == bindparam("hash"), table.c.revoked_at.is_(None))
"""Asked by every page, and so written once."""

KEPT = timedelta(days=30)
"""How long a session that is over is still remembered."""


def _to_row(session: PageSession) -> dict[str, Any]:
    return {
        "practice_id": session.practice_id,
        "id": session.id,
        "role": session.role.value,
        "therapist": session.therapist,
        "name": session.name,
        "device": session.device,
        "created_at": session.created_at,
        "seen_at": session.seen_at,
        "expires_at": session.expires_at,
        "revoked_at": session.revoked_at,
    }


def _from_row(row: Row[Any]) -> PageSession:
    return PageSession(
        id=row.id,
        practice_id=row.practice_id,
        role=Role(row.role),
        created_at=row.created_at,
        seen_at=row.seen_at,
        expires_at=row.expires_at,
        therapist=row.therapist,
        name=row.name,
        device=row.device,
        revoked_at=row.revoked_at,
    )


class PageSessions:
    """Asked before the practice is known, so outside a unit of work. Each call is a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, session: PageSession, *, secret_hash: str) -> None:
        """Sign somebody in, and forget sessions long over.

        Raises
        ------
        NotFound
            When there is no such practice, or no such therapist in it.
        Conflict
            code `already_exists`, when the id (in the practice) or the hash is taken.
        """
        of_practice = exists().where(practice.c.id == session.practice_id)
        of_therapist = exists().where(
            work_pattern.c.practice_id == session.practice_id, work_pattern.c.therapist == session.therapist
        )
        over = (table.c.practice_id == session.practice_id, table.c.expires_at < session.created_at - KEPT)
        with self._database.transaction(write=True) as connection:
            if not connection.scalar(select(of_practice)):
                raise NotFound(f"there is no practice {session.practice_id!r}")
            if session.therapist is not None and not connection.scalar(select(of_therapist)):
                raise NotFound(f"there is no therapist {session.therapist!r}")
            if not insert_once(connection, table, {**_to_row(session), "secret_hash": secret_hash}):
                raise Conflict(f"session {session.id!r} exists already", code="already_exists")
            connection.execute(delete(table).where(*over))
            connection.commit()

    def find_by_hash(self, secret_hash: str, now: datetime) -> PageSession | None:
        """The session with this secret; one that is revoked or over is not found."""
        with self._database.glance() as connection:
            row = connection.execute(LIVE, {"hash": secret_hash}).first()
        found = None if row is None else _from_row(row)
        return found if found is not None and found.is_live(now) else None

    def touch(self, session: PageSession) -> None:
        """Keep when a session was seen last, and how long it lasts."""
        with self._database.transaction(write=True) as connection:
            change = update(table).where(*_this(session.practice_id, session.id))
            connection.execute(change.values(seen_at=session.seen_at, expires_at=session.expires_at))
            connection.commit()

    def list(self, practice_id: str, now: datetime) -> tuple[PageSession, ...]:
        """The practice's live sessions, seen last first."""
        mine = select(table).where(
            table.c.practice_id == practice_id, table.c.revoked_at.is_(None), table.c.expires_at > now
        )
        with self._database.transaction(write=False) as connection:
            rows = connection.execute(mine.order_by(table.c.seen_at.desc(), table.c.id))
            return tuple(_from_row(row) for row in rows)

    def names(self, practice_id: str) -> dict[str, str]:
        """Who was behind each session that is still remembered, by its id: a name, or a therapist's id."""
        mine = select(table.c.id, table.c.name, table.c.therapist).where(table.c.practice_id == practice_id)
        with self._database.transaction(write=False) as connection:
            return {row.id: row.name or row.therapist or "" for row in connection.execute(mine)}

    def revoke(self, practice_id: str, id: str, at: datetime) -> None:
        """Sign a browser out. Raises NotFound; twice keeps the first instant."""
        this = _this(practice_id, id)
        with self._database.transaction(write=True) as connection:
            if not connection.scalar(select(exists().where(*this))):
                raise NotFound(f"there is no session {id!r}")
            connection.execute(update(table).where(*this, table.c.revoked_at.is_(None)).values(revoked_at=at))
            connection.commit()

    def revoke_others(self, session: PageSession, at: datetime) -> int:
        """Sign the same person out everywhere else; says of how many browsers."""
        same = (
            table.c.practice_id == session.practice_id,
            table.c.role == session.role.value,
            table.c.therapist.is_not_distinct_from(session.therapist),
            table.c.name == session.name,
            table.c.id != session.id,
            table.c.revoked_at.is_(None),
            table.c.expires_at > at,
        )
        with self._database.transaction(write=True) as connection:
            count = connection.execute(update(table).where(*same).values(revoked_at=at)).rowcount
            connection.commit()
        return int(count)


def _this(practice_id: str, id: str) -> tuple[ColumnElement[bool], ...]:
    return table.c.practice_id == practice_id, table.c.id == id
