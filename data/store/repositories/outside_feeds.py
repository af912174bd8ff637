"""Calendars kept elsewhere: where they are, and how reading them went."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from data.store.engine import Database
from data.store.records import FeedFormat, OutsideFeed
from data.store.repositories.base import Repository, Values
from data.store.tables import outside_feed as table
from data.store.tables import work_pattern
from optimizer.domain.errors import Conflict, NotFound


class OutsideFeeds(Repository):
    def add(self, feed: OutsideFeed) -> None:
        """Keep a calendar of a therapist of this practice.

        Raises
        ------
        NotFound
            When there is no such therapist.
        Conflict
            code `already_exists`, when the id is taken or the therapist has this calendar already.
        """
        if self._one(self._select(work_pattern, work_pattern.c.therapist == feed.therapist)) is None:
            raise NotFound(f"there is no therapist {feed.therapist!r}")
        self._revise()
        if not self._add(table, _to_row(feed)):
            raise Conflict(f"{feed.therapist} has this calendar already", code="already_exists")

    def get(self, id: str) -> OutsideFeed:
        """Raises NotFound."""
        row = self._one(self._select(table, table.c.id == id))
        if row is None:
            raise NotFound(f"there is no outside calendar {id!r}")
        return _from_row(row)

    def locked(self, id: str) -> OutsideFeed:
        """The same, and nobody else reads this calendar until the transaction ends. Raises NotFound."""
        row = self._one(self._select(table, table.c.id == id).with_for_update())
        if row is None:
            raise NotFound(f"there is no outside calendar {id!r}")
        return _from_row(row)

    def list(self) -> tuple[OutsideFeed, ...]:
        """By therapist, oldest first."""
        rows = self._all(self._select(table).order_by(table.c.therapist, table.c.added_at, table.c.id))
        return tuple(_from_row(row) for row in rows)

    def put(self, feed: OutsideFeed) -> None:
        """Replace what is known of a calendar. Raises NotFound."""
        if not self._update(table, table.c.id == feed.id, values=_to_row(feed)):
            raise NotFound(f"there is no outside calendar {feed.id!r}")

    def remove(self, id: str) -> None:
        """Read it no longer. Raises NotFound; its bookings are the caller's to release."""
        self._revise()
        if not self._delete(table, table.c.id == id):
            raise NotFound(f"there is no outside calendar {id!r}")


class FeedHealth:
    """How the calendars of all practices are doing: a number, and nothing about whose they are."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def stale(self, now: datetime) -> int:
        """How many were never read, or too long ago."""
        with self._database.transaction(write=False) as connection:
            rows = connection.execute(select(table)).all()
        return sum(_from_row(row).is_stale(now) for row in rows)


def _to_row(feed: OutsideFeed) -> Values:
    return {
        "id": feed.id,
        "therapist": feed.therapist,
        "address": feed.address,
        "format": feed.format.value,
        "fresh_for": feed.fresh_for,
        "allow_loopback": feed.allow_loopback,
        "added_at": feed.added_at,
        "succeeded_at": feed.succeeded_at,
        "read_to": feed.read_to,
        "etag": feed.etag,
        "last_modified": feed.last_modified,
        "trouble": feed.trouble,
        "trouble_at": feed.trouble_at,
    }


def _from_row(row: Row[Any]) -> OutsideFeed:
    return OutsideFeed(
        id=row.id,
        therapist=row.therapist,
        address=row.address,
        format=FeedFormat(row.format),
        fresh_for=row.fresh_for,
        allow_loopback=row.allow_loopback,
        added_at=row.added_at,
        succeeded_at=row.succeeded_at,
        read_to=row.read_to,
        etag=row.etag,
        last_modified=row.last_modified,
        trouble=row.trouble,
        trouble_at=row.trouble_at,
    )
