"""Calendars kept elsewhere: which there are, how they are doing, and who has to be told."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from data.feeds.address import read_address, shown
from data.store.records import AuditEntry, FeedFormat, OutsideFeed
from optimizer.domain.booking import Booking, BookingStatus
from optimizer.domain.time import HOUR, Seconds

if TYPE_CHECKING:
    from data.store.store import Store
    from data.store.unit_of_work import UnitOfWork

FRESH_FOR: Seconds = 2 * HOUR

PUBLIC_WARNING = "Some calendars could not be read lately; a start may turn out to be taken."
"""What the public is told: neither whose calendar nor since when."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFeed:
    """A calendar to read from now on. `address` is a file, or an https address; `fresh_for` is in seconds."""

    practice_id: str
    actor: str
    therapist: str
    address: str
    format: FeedFormat = FeedFormat.ICS
    fresh_for: Seconds = FRESH_FOR
    allow_loopback: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """A calendar, how many promises of today and later it has made, and whether it is behind."""

    feed: OutsideFeed
    promises: int
    stale: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedWarning:
    """A calendar that is behind, for staff. `since` is when it was last read (aware), None for never."""

    feed: str
    therapist: str
    source: str
    since: datetime | None
    trouble: str
    zone: ZoneInfo

    @property
    def sentence(self) -> str:
        """Which calendar, since when, and why."""
        known = "has never been read" if self.since is None else f"is known only as of {self._local(self.since)}"
        why = f": {self.trouble}" if self.trouble else ""
        return f"The calendar of {self.therapist} at {self.source} ({self.feed}) {known}{why}."

    def _local(self, instant: datetime) -> str:
        return f"{instant.astimezone(self.zone):%Y-%m-%d %H:%M}"


def add_feed(request: NewFeed, *, store: "Store", clock: Callable[[], datetime]) -> OutsideFeed:
    """Read this calendar from now on; nothing is read yet.

    Raises
    ------
    InvalidRequest
        code `bad_address`.
    NotFound
        When there is no such therapist.
    Conflict
        code `already_exists`.
    """
    read_address(request.address, allow_loopback=request.allow_loopback)
    now = clock()
    feed = OutsideFeed(
        id=f"feed_{uuid.uuid4().hex[:12]}",
        therapist=request.therapist,
        address=request.address,
        format=request.format,
        added_at=now,
        fresh_for=request.fresh_for,
        allow_loopback=request.allow_loopback,
    )
    with store.unit_of_work(request.practice_id) as uow:
        uow.outside_feeds.add(feed)
        uow.audit.add(_entry("feed.add", feed, request.actor, now))
        uow.commit()
    return feed


def remove_feed(
    practice_id: str, feed_id: str, *, actor: str, store: "Store", clock: Callable[[], datetime]
) -> tuple[OutsideFeed, int]:
    """Read it no longer, and release what it has promised from now on; answers how many promises that were.

    Raises
    ------
    NotFound
    """
    now = clock()
    with store.unit_of_work(practice_id) as uow:
        feed = uow.outside_feeds.get(feed_id)
        uow.agendas.lock({(b.therapist, b.date) for b in _promises(uow, feed, now) if b.therapist is not None})
        ahead = [b for b in _promises(uow, feed, now) if b.windows[-1].latest > now]
        if ahead:
            uow.bookings.put_all([replace(booking, status=BookingStatus.CANCELLED) for booking in ahead])
        uow.outside_feeds.remove(feed_id)
        uow.audit.add(_entry("feed.remove", feed, actor, now))
        uow.commit()
    return feed, len(ahead)


def feed_states(practice_id: str, *, store: "Store", clock: Callable[[], datetime]) -> tuple[FeedState, ...]:
    """Every calendar of the practice."""
    now = clock()
    with store.unit_of_work(practice_id, write=False) as uow:
        return tuple(
            FeedState(feed=feed, promises=len(_promises(uow, feed, now)), stale=feed.is_stale(now))
            for feed in uow.outside_feeds.list()
        )


def feed_warnings(practice_id: str, *, store: "Store", now: datetime) -> tuple[FeedWarning, ...]:
    """The calendars that are behind. What they said last still counts, so nobody is free or busy because of that."""
    with store.unit_of_work(practice_id, write=False) as uow:
        return warnings_in(uow, now, uow.practice().zone)


def warnings_in(uow: "UnitOfWork", now: datetime, zone: ZoneInfo) -> tuple[FeedWarning, ...]:
    """The same in one query, for whoever reads anyway."""
    return tuple(
        FeedWarning(
            feed=feed.id,
            therapist=feed.therapist,
            source=shown(feed.address),
            since=feed.succeeded_at,
            trouble=feed.trouble,
            zone=zone,
        )
        for feed in uow.outside_feeds.list()
        if feed.is_stale(now)
    )


def told(warnings: Sequence[FeedWarning], *, staff: bool) -> tuple[str, ...]:
    """What a caller reads: staff each calendar, the public that there is something."""
    if not staff:
        return (PUBLIC_WARNING,) if warnings else ()
    return tuple(warning.sentence for warning in warnings)


def _promises(uow: "UnitOfWork", feed: OutsideFeed, now: datetime) -> list[Booking]:
    today = now.astimezone(uow.practice().zone).date()
    return [booking for booking in uow.bookings.of_feed(feed.id, today) if booking.status is BookingStatus.CONFIRMED]


def _entry(action: str, feed: OutsideFeed, actor: str, now: datetime) -> AuditEntry:
    return AuditEntry(
        id=uuid.uuid4().hex, at=now, actor=actor, action=action, subject=feed.id, detail={"therapist": feed.therapist}
    )
