"""Put what a calendar says on its therapist's agenda, take off what it says no longer, and flag what cannot be kept."""

import hashlib
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from api.feeds.booking_rows import BookingRow
from api.feeds.outside import BusyTime, event_uid
from api.services.agendas import AgendaDay, Setting, agenda_day, open_days
from data.feeds.errors import FeedTrouble
from data.roads.source import TravelSource
from data.store.records import AuditEntry, OutsideFeed
from optimizer.domain.booking import BUSY, Booking, BookingStatus, Client, StartWindow
from optimizer.domain.place import Place
from optimizer.domain.visit import TherapistChoice

if TYPE_CHECKING:
    from data.store.unit_of_work import UnitOfWork

FEW = 4
"""Fewer events than this may vanish without suspicion."""

BUSY_PRIORITY = 100
"""Whatever else a day cannot keep, the therapist is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Takeover:
    """What a calendar promises on the dates from `first` to `last`, with its places found.

    `mentioned` are the UIDs of all its events; an event that is not among them has vanished. `accept_loss` believes
    it when most of them have.
    """

    feed: OutsideFeed
    visits: tuple[tuple[BookingRow, Place], ...]
    busy: tuple[tuple[BusyTime, Place], ...]
    mentioned: frozenset[str]
    first: date = date.min
    last: date = date.max
    accept_loss: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What it changed, in numbers of promises. `flagged` are the dates on which not everything can be kept any more."""

    added: int = 0
    changed: int = 0
    released: int = 0
    flagged: tuple[date, ...] = ()


def take_over(request: Takeover, *, uow: "UnitOfWork", roads: TravelSource, clock: Callable[[], datetime]) -> Taken:
    """Write it in the caller's transaction, which the caller commits.

    Raises
    ------
    FeedTrouble
        code `suspicious_loss`, when more than half of what it promised, and at least `FEW`, has vanished.
    NotFound
        When the calendar has been removed meanwhile.
    """
    feed = uow.outside_feeds.locked(request.feed.id)
    therapist = feed.therapist
    known = {booking.id: booking for booking in uow.bookings.of_feed(feed.id, request.first)}
    wanted = {booking.id: booking for booking in _bookings(request, uow.practice_id)}
    days = {b.date for b in (*wanted.values(), *known.values()) if _differs(wanted.get(b.id), known.get(b.id))}
    # The days first, then the clock: whoever waited must not see an instant from before the wait.
    uow.agendas.lock((therapist, day) for day in days)
    now = clock()
    uow.agendas.lock(((therapist, day) for day in days), now)
    vanished = _vanished(request, known, wanted, now)
    released = [replace(booking, status=BookingStatus.CANCELLED) for booking in vanished]
    changed = [booking for booking in wanted.values() if _differs(booking, known.get(booking.id))]
    broken = _broken(days, [*changed, *released], therapist, uow, roads, now)
    # A day that can be kept again loses its flags; on one that cannot, what came last is flagged.
    cleared = [
        replace(booking, overridden=False)
        for booking in known.values()
        if booking.overridden and booking.date in days - broken and not _differs(wanted.get(booking.id), booking)
    ]
    written = [*(replace(booking, overridden=booking.date in broken) for booking in changed), *cleared, *released]
    if written:
        uow.bookings.put_all(written)
    added = sum(booking.id not in known for booking in changed)
    taken = Taken(added=added, changed=len(changed) - added, released=len(released), flagged=tuple(sorted(broken)))
    if written:
        uow.audit.add(_entry(feed, taken, now))
    return taken


def _bookings(request: Takeover, practice_id: str) -> Iterator[Booking]:
    feed = request.feed
    own = TherapistChoice(require=frozenset({feed.therapist}))
    for row, place in request.visits:
        if row.day is None:
            raise ValueError(f"{row.uid} was parsed without a date")
        uid = f"{feed.id}/{row.uid}"
        yield Booking(
            id=_id(practice_id, uid),
            uid=uid,
            feed=feed.id,
            date=row.day,
            client=row.client or Client(ref=uid),
            place=place,
            service=row.service,
            session=row.session,
            windows=row.windows,
            first_visit=row.first_visit,
            priority=row.priority,
            required=row.required,
            choice=own,
            notes=row.notes,
            therapist=feed.therapist,
        )
    for block, place in request.busy:
        uid = f"{feed.id}/{block.uid}"
        yield Booking(
            id=_id(practice_id, uid),
            uid=uid,
            feed=feed.id,
            date=block.day,
            client=Client(ref=uid),
            place=place,
            service=BUSY,
            session=int((block.ends - block.begins).total_seconds()),
            windows=(StartWindow(earliest=block.begins, latest=block.begins),),
            priority=BUSY_PRIORITY,
            choice=own,
            notes=block.summary,
            therapist=feed.therapist,
            busy=True,
        )


def _id(practice_id: str, uid: str) -> str:
    """The same for the same UID, so that an event that comes back is the same booking."""
    return f"booking_{hashlib.sha256(f'{practice_id}/{uid}'.encode()).hexdigest()[:32]}"


def _differs(wanted: Booking | None, known: Booking | None) -> bool:
    """Flags aside, which are not the calendar's to say. A promise that it no longer makes is none of tomorrow's."""
    if wanted is None or known is None:
        return known is None or known.status is BookingStatus.CONFIRMED
    return replace(wanted, overridden=known.overridden) != known


def _vanished(
    request: Takeover, known: Mapping[str, Booking], wanted: Mapping[str, Booking], now: datetime
) -> list[Booking]:
    """Promises of the future that the calendar makes no longer."""
    ahead = [
        booking
        for booking in known.values()
        if booking.status is BookingStatus.CONFIRMED
        and request.first <= booking.date <= request.last
        and booking.windows[-1].latest > now
    ]
    gone = [booking for booking in ahead if booking.id not in wanted]
    lost = [booking for booking in gone if _event(booking, request.feed) not in request.mentioned]
    if len(lost) >= FEW and 2 * len(lost) > len(ahead) and not request.accept_loss:
        raise FeedTrouble(
            f"{len(lost)} of its {len(ahead)} future events are gone at once, which is not believed",
            code="suspicious_loss",
            hint="if they are really gone: rounds feeds fetch --accept-loss",
        )
    return gone


def _event(booking: Booking, feed: OutsideFeed) -> str:
    return event_uid((booking.uid or "").removeprefix(f"{feed.id}/"))


def _broken(
    days: Collection[date],
    coming: Collection[Booking],
    therapist: str,
    uow: "UnitOfWork",
    roads: TravelSource,
    now: datetime,
) -> set[date]:
    """The dates on which no order keeps every promise, as they will be. On a day off no visit can be kept."""
    keys = [(therapist, day) for day in sorted(days)]
    replaced = {booking.id for booking in coming}
    kept = [booking for booking in uow.bookings.on_agendas(keys) if booking.id not in replaced] if keys else []
    kept += [booking for booking in coming if booking.status is BookingStatus.CONFIRMED]
    holds = uow.holds.live_on(keys, now) if keys else ()
    setting = Setting(practice=uow.practice(), services=uow.services.list(), pattern=uow.patterns.get(therapist))
    broken: set[date] = set()
    for _, day in keys:
        agenda = agenda_day(setting, day, kept, holds)
        if agenda is None:
            if any(booking.date == day and not booking.busy for booking in kept):
                broken.add(day)
        elif not _can_be_kept(agenda, roads, setting):
            broken.add(day)
    return broken


def _can_be_kept(day: AgendaDay, roads: TravelSource, setting: Setting) -> bool:
    (prepared,) = open_days([day], roads, setting.practice.policies)
    return len(prepared.cuts) > 0


def _entry(feed: OutsideFeed, taken: Taken, now: datetime) -> AuditEntry:
    return AuditEntry(
        id=uuid.uuid4().hex,
        at=now,
        actor=feed.id,
        action="feed.read",
        subject=feed.id,
        detail={
            "added": taken.added,
            "changed": taken.changed,
            "released": taken.released,
            "flagged": len(taken.flagged),
        },
    )
