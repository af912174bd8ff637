"""What a therapist tells while the day goes on: set off, at the door, begun, done, nobody there.

Each of these stands once for a visit; told again with another time, the new one takes its place. What is told is kept
for good, also when it is taken back: the drives of a practice are learned from it.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from api.services.receipt import Receipt, no_receipt
from data.store.records import AuditEntry
from optimizer.domain.booking import Booking, BookingStatus
from optimizer.domain.errors import Conflict, Fault, InvalidRequest, NotFound
from optimizer.domain.visit_event import EventKind, VisitEvent

if TYPE_CHECKING:
    from data.store.store import Store
    from data.store.unit_of_work import UnitOfWork

SKEW = timedelta(seconds=30)
"""How far the clock of a phone may be ahead of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What is told: this happened at this visit, `at` an aware instant, now where it is None.

    `source` says through which door it came: `api`, `page`.
    """

    visit: str
    kind: EventKind
    at: datetime | None = None
    source: str = "api"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedEvent:
    """An event as it stands. `remarks` say what is odd about it, `new` whether it was not known before."""

    event: VisitEvent
    zone: ZoneInfo
    remarks: tuple[str, ...] = ()
    new: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsOfDay:
    """A therapist's events of a date that stand, in the order they happened."""

    date: date
    zone: ZoneInfo
    events: tuple[VisitEvent, ...]


def record_event(
    practice_id: str,
    therapist: str,
    event: Event,
    *,
    store: "Store",
    clock: Callable[[], datetime],
    actor: str,
    receipt: Receipt[RecordedEvent] = no_receipt,
) -> RecordedEvent:
    """Keep what happened at a visit. The same told twice is one event; events that came late are put in order.

    Parameters
    ----------
    therapist
        On whose agenda the visit lies.
    actor
        What the audit says: the id of a key, or `page`.

    Raises
    ------
    NotFound
        When the therapist has no such visit.
    InvalidRequest
        code `event_refused`, when it is said to have happened in the future (`in_future`) or on another date than the
        visit's (`other_date`).
    Conflict
        code `event_contradicts`, when a session that took place is said to have been missed, or the other way round.
    """
    with store.unit_of_work(practice_id) as uow:
        zone, now = uow.practice().zone, clock()
        at = (event.at or now).replace(microsecond=0)
        booking = _visit_of(uow, therapist, event.visit)
        _require_plausible(booking, at, now, zone)
        uow.agendas.lock([(therapist, booking.date)])
        standing = [each for each in uow.visit_events.on(booking.date, therapist) if each.visit == event.visit]
        _require_consistent(event, standing, zone)
        twin = next((each for each in standing if each.kind is event.kind), None)
        others = [each for each in standing if each is not twin]
        if twin is not None and twin.at == at:
            recorded = RecordedEvent(event=twin, zone=zone, new=False)
        else:
            stored = VisitEvent(
                id=f"event_{uuid.uuid4().hex}",
                therapist=therapist,
                date=booking.date,
                visit=event.visit,
                kind=event.kind,
                at=at,
                recorded_at=now,
                source=event.source,
            )
            remarks = _remarks(stored, twin, others, zone)
            if twin is not None:
                uow.visit_events.undo(twin.id, now)
            uow.visit_events.add(stored)
            _write_down(uow, f"visit.{event.kind}", stored, actor, now)
            recorded = RecordedEvent(event=stored, zone=zone, remarks=remarks)
        receipt(uow, recorded)
        uow.commit()
    return recorded


def undo_event(
    practice_id: str, therapist: str, event_id: str, *, store: "Store", clock: Callable[[], datetime], actor: str
) -> None:
    """Take an event back; doing it twice changes nothing more.

    Raises
    ------
    NotFound
        When the therapist has told no such event.
    """
    with store.unit_of_work(practice_id) as uow:
        event = uow.visit_events.get(event_id)
        if event.therapist != therapist:
            raise NotFound(f"there is no event {event_id!r}")
        uow.agendas.lock([(therapist, event.date)])
        if uow.visit_events.get(event_id).undone_at is None:
            now = clock()
            uow.visit_events.undo(event_id, now)
            _write_down(uow, "visit.undo", event, actor, now)
        uow.commit()


def events_of_day(
    practice_id: str, therapist: str, day: date | None, *, store: "Store", clock: Callable[[], datetime]
) -> EventsOfDay:
    """What a therapist has told of a date, of today where `day` is None."""
    with store.unit_of_work(practice_id, write=False) as uow:
        zone = uow.practice().zone
        on = day or clock().astimezone(zone).date()
        return EventsOfDay(date=on, zone=zone, events=uow.visit_events.on(on, therapist))


def _visit_of(uow: "UnitOfWork", therapist: str, visit: str) -> Booking:
    """The booking, where it lies on this agenda; others do not exist for its therapist."""
    unknown = NotFound(f"there is no visit {visit!r} on your agenda", hint="GET /v1/me/day names your visits.")
    try:
        booking = uow.bookings.get(visit)
    except NotFound:
        raise unknown from None
    if booking.therapist != therapist or booking.busy or booking.status is not BookingStatus.CONFIRMED:
        raise unknown
    return booking


def _require_plausible(booking: Booking, at: datetime, now: datetime, zone: ZoneInfo) -> None:
    faults = []
    if at > now + SKEW:
        faults.append(
            Fault(
                pointer="/at",
                code="in_future",
                detail=f"{_clock(at, zone)} on {at.astimezone(zone):%Y-%m-%d} is still to come.",
                hint="Tell what has happened, when it has; check the clock of the device.",
            )
        )
    if at.astimezone(zone).date() != booking.date:
        faults.append(
            Fault(
                pointer="/at",
                code="other_date",
                detail=f"The visit is on {booking.date}, not on {at.astimezone(zone):%Y-%m-%d}.",
                hint="Check date and offset.",
            )
        )
    if faults:
        raise InvalidRequest("this cannot have happened", code="event_refused", faults=faults)


def _require_consistent(event: Event, standing: Sequence[VisitEvent], zone: ZoneInfo) -> None:
    took_place = {EventKind.STARTED, EventKind.FINISHED}
    opposite = {EventKind.NO_SHOW} if event.kind in took_place else took_place
    if event.kind not in took_place | {EventKind.NO_SHOW}:
        return
    against = next((each for each in standing if each.kind in opposite), None)
    if against is not None:
        raise Conflict(
            f"{event.kind} contradicts {against.kind} at {_clock(against.at, zone)}",
            code="event_contradicts",
            hint=f"Take that back first: DELETE /v1/me/events/{against.id}",
        )


def _remarks(
    stored: VisitEvent, twin: VisitEvent | None, others: Sequence[VisitEvent], zone: ZoneInfo
) -> tuple[str, ...]:
    remarks = [] if twin is None else [f"{twin.kind} was told before, at {_clock(twin.at, zone)}; that is taken back"]
    for each in others:
        before, after = sorted((stored, each), key=lambda event: event.kind.rank)
        if before.kind.rank < after.kind.rank and before.at > after.at:
            remarks.append(
                f"{after.kind} at {_clock(after.at, zone)} is before {before.kind} at {_clock(before.at, zone)}"
            )
    return tuple(remarks)


def _write_down(uow: "UnitOfWork", action: str, event: VisitEvent, actor: str, now: datetime) -> None:
    detail = {"event": event.id, "therapist": event.therapist}
    uow.audit.add(
        AuditEntry(id=uuid.uuid4().hex, at=now, actor=actor, action=action, subject=event.visit, detail=detail)
    )


def _clock(instant: datetime, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%H:%M}"
