"""A date as the planner sees it: what everybody drives, what nobody has yet, and which draft waits for a decision.

Drafts are not mixed into the day: the board shows what is promised and worked by, and a draft beside it to compare.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from api.feeds.timetable import Captions
from api.services.captions import captions
from api.services.day_version import day_version
from api.services.itineraries import DateReading, TherapistDay
from api.services.unplaced import unplaced
from data.roads.source import TravelSource
from data.store.records import PlanHead
from optimizer.domain.booking import Booking, PlanRun, RunStatus
from optimizer.domain.practice import Practice
from optimizer.domain.promise import HeldVisit, Hold
from optimizer.domain.reason import Rejection
from optimizer.domain.therapist import Shift
from optimizer.domain.time import Horizon
from optimizer.domain.visit_event import VisitEvent

if TYPE_CHECKING:
    from data.store.store import Store
    from data.store.unit_of_work import UnitOfWork

UNDER_WAY = (RunStatus.QUEUED, RunStatus.RUNNING)


@dataclass(frozen=True, kw_only=True)
class BoardRow:
    """One therapist's line. `shift` is None on a day off; `day` is empty where nothing is booked. `held` are places
    that clients are making up their minds about, each with the instant at which it is free again."""

    day: TherapistDay
    shift: Shift | None
    held: tuple[tuple[HeldVisit, datetime], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Loose:
    """A visit on nobody's agenda: `why` in a few words, and what the published plan said of each therapist."""

    booking: Booking
    why: str
    rejections: tuple[Rejection, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """What tells a page cheaply that there is news: the date's version, its plans, the last request to plan it, and how
    often therapists have told something of it."""

    version: str
    plan_id: str | None
    draft_id: str | None
    run: PlanRun | None
    events: int


@dataclass(frozen=True, kw_only=True)
class BoardDay:
    """Everything on the board of a date. `names` tell therapists by id; `bookings` go by id.

    `told` is how far each visit is, by its id, as far as its therapist has told.
    """

    practice: Practice
    date: date
    rows: tuple[BoardRow, ...]
    loose: tuple[Loose, ...]
    bookings: Mapping[str, Booking]
    captions: Captions
    names: Mapping[str, str]
    plan: PlanHead | None
    pulse: Pulse
    told: Mapping[str, VisitEvent]
    read_at: datetime

    @property
    def horizon(self) -> Horizon:
        return Horizon(self.date, self.practice.zone)


def board_day(practice_id: str, day: date, *, store: "Store", roads: TravelSource, now: datetime) -> BoardDay:
    """Read a date for the board."""
    with store.unit_of_work(practice_id, write=False) as uow:
        reading = DateReading.of(uow, day, now, drafts=False)
        events = uow.visit_events.on(day)
        holds = uow.holds.live_on([(name, day) for name in reading.names], now)
        pulse = _pulse(uow, day, reading.plan, len(events))
    horizon = Horizon(day, reading.practice.zone)
    rows = [
        _row(reading.day(name, roads), _shift(reading, name, horizon), holds)
        for name in sorted(reading.names, key=lambda name: (_name(reading, name), name))
    ]
    return BoardDay(
        practice=reading.practice,
        date=day,
        rows=tuple(row for row in rows if row.shift is not None or not row.day.is_empty),
        loose=_loose(reading),
        bookings={booking.id: booking for booking in reading.bookings},
        captions=captions(reading.bookings, reading.services),
        names={name: _name(reading, name) for name in reading.names},
        plan=reading.plan,
        pulse=pulse,
        told={event.visit: event for event in sorted(events, key=lambda event: event.kind.rank)},
        read_at=now,
    )


def pulse(practice_id: str, day: date, *, store: "Store") -> Pulse:
    """A handful of small queries."""
    with store.unit_of_work(practice_id, write=False) as uow:
        return _pulse(uow, day, uow.plans.head(day, drafts=False), len(uow.visit_events.on(day)))


def _pulse(uow: "UnitOfWork", day: date, plan: PlanHead | None, events: int) -> Pulse:
    draft, run = uow.plans.draft(day), uow.plan_runs.latest(day)
    return Pulse(
        version=day_version(uow, day),
        plan_id=plan.id if plan is not None else None,
        draft_id=draft.id if draft is not None else None,
        run=run,
        events=events,
    )


def is_under_way(run: PlanRun | None) -> bool:
    """Will it still change? One that was stopped keeps its best plan a moment later."""
    return run is not None and (run.status in UNDER_WAY or run.finished_at is None)


def _shift(reading: DateReading, therapist: str, horizon: Horizon) -> Shift | None:
    pattern = reading.patterns.get(therapist)
    return None if pattern is None else pattern.shift_on(horizon, reading.practice.policies.learned)


def _row(day: TherapistDay, shift: Shift | None, holds: Collection[Hold]) -> BoardRow:
    held = [
        (visit, hold.expires_at)
        for hold in holds
        for visit in hold.visits
        if (visit.therapist, visit.date) == (day.therapist.id, day.date)
    ]
    return BoardRow(
        day=day,
        shift=shift,
        held=tuple(sorted(held, key=lambda each: each[0].start)),
    )


def _name(reading: DateReading, therapist: str) -> str:
    pattern = reading.patterns.get(therapist)
    return (pattern.therapist.name if pattern is not None else "") or therapist


def _loose(reading: DateReading) -> tuple[Loose, ...]:
    said = {left.visit.id: left.rejections for left in reading.plan.unassigned} if reading.plan is not None else {}
    planned = {visit for day in reading.planned.values() for visit in day.order}
    return tuple(
        Loose(booking=each.booking, why=each.why, rejections=said.get(each.booking.id, ()))
        for each in unplaced(reading.bookings, reading.plan, planned)
    )
