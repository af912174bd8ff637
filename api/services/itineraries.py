"""Read what is planned, and what has been booked since: a date, a therapist's day, a calendar."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Self

from api.feeds import words
from api.feeds.feed_day import FeedDay
from api.feeds.timetable import Captions
from api.services.captions import captions, why_added
from api.services.day_now import Behind, day_now
from api.services.day_problem import StoredDay
from api.services.feeds import FeedWarning, told, warnings_in
from api.services.unplaced import Unplaced, unplaced
from data.roads.source import TravelSource
from data.store.records import PlanHead, StoredPlan
from optimizer.domain.booking import Booking
from optimizer.domain.itinerary import Itinerary, Stop
from optimizer.domain.practice import Practice, Service
from optimizer.domain.progress import NOTHING_SAID, Report
from optimizer.domain.therapist import Therapist, WorkPattern
from optimizer.domain.time import Horizon
from optimizer.domain.visit_event import VisitEvent
from optimizer.schedule.day_so_far import day_so_far
from optimizer.schedule.reported import happened, reported

if TYPE_CHECKING:
    from data.store.store import Store
    from data.store.unit_of_work import UnitOfWork
    from optimizer.schedule.checker import Violation

FEED_DAYS_BACK = 7
FEED_DAYS_AHEAD = 35
"""How much of the past and the future a calendar feed holds."""


@dataclass(frozen=True, kw_only=True)
class TherapistDay:
    """A therapist's date as it stands now; `plan` is the published plan of the date, else the one made last.

    `behind`, `broken` and `off` are those of `day_now.DayNow`. `overridden` are the ids of its visits that were
    accepted against the day's check; `warnings` say which calendars of the therapist kept elsewhere are behind.
    `events` is what the therapist has told of it.
    """

    practice: Practice
    therapist: Therapist
    date: date
    plan: PlanHead | None
    itinerary: Itinerary | None
    roads: str
    captions: Captions
    behind: Behind = Behind()
    broken: "tuple[Violation, ...]" = ()
    off: bool = False
    overridden: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    version: int = 0
    events: tuple[VisitEvent, ...] = ()

    @property
    def horizon(self) -> Horizon:
        return Horizon(self.date, self.practice.zone)

    @property
    def is_published(self) -> bool:
        return self.plan is not None and self.plan.published_at is not None

    @property
    def is_empty(self) -> bool:
        """Is there nothing to say of it: neither planned nor booked?"""
        return self.itinerary is None and not self.behind

    @property
    def feed_day(self) -> FeedDay | None:
        """The day for a calendar; None until it is published."""
        if self.itinerary is None or self.plan is None or self.plan.published_at is None:
            return None
        return FeedDay(
            horizon=self.horizon,
            itinerary=self.itinerary,
            captions=self.captions,
            published_at=self.plan.published_at,
            revision=self.version,
        )

    def report(self, now: datetime) -> Report:
        """What its events say of how far it has come."""
        if self.itinerary is None or not self.events:
            return NOTHING_SAID
        return reported(self.itinerary, happened(self.events, self.horizon), self.horizon.seconds(now))

    def next_stop(self, now: datetime) -> Stop | None:
        """The first visit not over by `now`, or the one under way; None after the last, and on an empty day."""
        if self.itinerary is None:
            return None
        progress = day_so_far(self.itinerary, self.horizon.seconds(now), self.report(now))
        ahead = [stop for stop in self.itinerary.stops if stop.visit.id not in progress.over]
        here = progress.under_way.visit if progress.under_way is not None else None
        return next((stop for stop in ahead if stop.visit.id == here), ahead[0] if ahead else None)


@dataclass(frozen=True, kw_only=True)
class PlannedDate:
    """A date of a practice as it was planned: the published plan, else the one made last, None where there is none.

    `behind` are the therapists' days that are not as planned any more; `unplaced` is what is in nobody's day.
    """

    practice: Practice
    date: date
    plan: StoredPlan | None
    captions: Captions
    behind: tuple[TherapistDay, ...] = ()
    unplaced: tuple[Unplaced, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PracticeDate:
    """Every therapist's day of a date, as in the plan and then by id; `warnings` name every calendar that is behind.

    `unplaced` is what is in nobody's day; empty where only one therapist's day was asked for.
    """

    practice: Practice
    days: tuple[TherapistDay, ...]
    warnings: tuple[str, ...]
    unplaced: tuple[Unplaced, ...]


def planned_date(practice_id: str, day: date, *, store: "Store", roads: TravelSource, now: datetime) -> PlannedDate:
    """What is planned on a date, for those who may read clients' names."""
    with store.unit_of_work(practice_id, write=False) as uow:
        plan = uow.plans.published(day) or uow.plans.latest(day)
        reading = DateReading.of(uow, day, now)
    seen = captions(reading.bookings, reading.services)
    days = [reading.day(name, roads) for name in reading.names] if plan is not None else []
    changed = tuple(each for each in days if each.behind)
    return PlannedDate(
        practice=reading.practice, date=day, plan=plan, captions=seen, behind=changed, unplaced=reading.unplaced
    )


def plan_captions(practice_id: str, plan_id: str, *, store: "Store") -> tuple[StoredPlan, Captions]:
    """A plan, and its visits for those who may read clients' names.

    Raises
    ------
    NotFound
    """
    with store.unit_of_work(practice_id, write=False) as uow:
        plan = uow.plans.get(plan_id)
        return plan, captions(uow.bookings.on(plan.date), uow.services.list())


def practice_date(
    practice_id: str,
    day: date,
    *,
    store: "Store",
    roads: TravelSource,
    now: datetime,
    only: str | None = None,
) -> PracticeDate:
    """Every therapist's day that is planned, or has something booked; with `only` that therapist's."""
    with store.unit_of_work(practice_id, write=False) as uow:
        reading = DateReading.of(uow, day, now, only=only)
    days = (reading.day(name, roads) for name in reading.names)
    stale = [warning for warning in reading.stale if only in (None, warning.therapist)]
    return PracticeDate(
        practice=reading.practice,
        days=tuple(each for each in days if not each.is_empty),
        warnings=told(stale, staff=True),
        unplaced=reading.unplaced if only is None else (),
    )


def therapist_day(
    practice_id: str, therapist: str, day: date, *, store: "Store", roads: TravelSource, now: datetime
) -> TherapistDay:
    """One therapist's date.

    Raises
    ------
    NotFound
        When there is no such therapist; a date on which nothing is planned or booked is an answer.
    """
    with store.unit_of_work(practice_id, write=False) as uow:
        uow.patterns.get(therapist)
        reading = DateReading.of(uow, day, now, only=therapist)
    return reading.day(therapist, roads)


@dataclass(frozen=True, kw_only=True)
class DateReading:
    """What one transaction saw of a date. `planned` are the days of its plan: all of them, or of one therapist."""

    practice: Practice
    on: date
    services: tuple[Service, ...]
    patterns: Mapping[str, WorkPattern]
    plan: PlanHead | None
    planned: Mapping[str, Itinerary]
    bookings: tuple[Booking, ...]
    versions: Mapping[str, int]
    stale: tuple[FeedWarning, ...]
    events: tuple[VisitEvent, ...]
    only: str | None

    @classmethod
    def of(cls, uow: "UnitOfWork", day: date, now: datetime, *, only: str | None = None, drafts: bool = True) -> Self:
        """Parameters
        ----------
        only
            One therapist's id; None for everybody.
        drafts
            Whether a date without a published plan is read from the plan made last, or from what is booked.
        """
        practice, plan = uow.practice(), uow.plans.head(day, drafts=drafts)
        if plan is None:
            days: tuple[Itinerary, ...] = ()
        elif only is None or plan.published_at is None:
            days = uow.itineraries.of(plan.id)
        else:
            mine = uow.itineraries.find(plan.id, only)
            days = () if mine is None else (mine,)
        return cls(
            practice=practice,
            on=day,
            services=uow.services.list(),
            patterns={pattern.therapist.id: pattern for pattern in uow.patterns.list()},
            plan=plan,
            planned={itinerary.shift.id: itinerary for itinerary in days},
            bookings=uow.bookings.on(day),
            versions={agenda.therapist: agenda.version for agenda in uow.agendas.between(day, day)},
            stale=warnings_in(uow, now, practice.zone),
            events=uow.visit_events.on(day, only),
            only=only,
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Therapists as in the plan, then the others by id; who has left the practice keeps what was planned."""
        everybody = (*self.planned, *sorted(self.patterns.keys() - self.planned.keys()))
        return tuple(name for name in everybody if self.only in (None, name))

    @property
    def unplaced(self) -> tuple[Unplaced, ...]:
        """What is in nobody's day; true only of a reading of all of them."""
        planned = {visit for day in self.planned.values() for visit in day.order}
        return unplaced(self.bookings, self.plan, planned)

    def day(self, therapist: str, roads: TravelSource, *, bookings: Sequence[Booking] | None = None) -> TherapistDay:
        """A therapist's day; with `bookings` as it would be if those lay on the agenda instead."""
        planned = self.planned.get(therapist)
        pattern = self.patterns.get(therapist)
        if pattern is None:
            if planned is None:
                raise ValueError(f"{therapist!r} has neither a week nor a day in the plan")
            pattern = _as_planned(planned)
        agenda = self.agenda(therapist) if bookings is None else tuple(bookings)
        return _day(
            StoredDay(
                practice=self.practice, date=self.on, services=self.services, patterns=(pattern,), bookings=agenda
            ),
            planned,
            self.plan,
            roads=roads,
            warnings=told([each for each in self.stale if each.therapist == therapist], staff=True),
            version=self.versions.get(therapist, 0),
            events=tuple(event for event in self.events if event.therapist == therapist),
        )

    def agenda(self, therapist: str) -> tuple[Booking, ...]:
        """What the therapist is to drive: the agenda, or what a draft would make of it."""
        planned = self.planned.get(therapist)
        if self.plan is None or self.plan.published_at is not None:
            return tuple(booking for booking in self.bookings if booking.therapist == therapist)
        mine = set(planned.order) if planned is not None else set()
        others = {visit for day in self.planned.values() for visit in day.order} - mine
        return tuple(
            booking
            for booking in self.bookings
            if booking.id in mine or (booking.therapist == therapist and booking.id not in others)
        )


def calendar_days(
    practice_id: str, therapist: str, *, now: datetime, store: "Store", roads: TravelSource
) -> tuple[Practice, Therapist, tuple[FeedDay, ...]]:
    """The published days around now, as they stand.

    Raises
    ------
    NotFound
        When there is no such therapist.
    """
    with store.unit_of_work(practice_id, write=False) as uow:
        practice, pattern, services = uow.practice(), uow.patterns.get(therapist), uow.services.list()
        today = now.astimezone(practice.zone).date()
        first, last = today - timedelta(days=FEED_DAYS_BACK), today + timedelta(days=FEED_DAYS_AHEAD)
        plans = uow.plans.published_between(first, last)
        planned = uow.itineraries.of_plans([plan.id for plan in plans], therapist)
        bookings = uow.bookings.on_days([therapist], first, last)
        versions = {agenda.date: agenda.version for agenda in uow.agendas.versions([therapist], first, last)}
    found = []
    for plan in plans:
        agenda = StoredDay(
            practice=practice,
            date=plan.date,
            services=services,
            patterns=(pattern,),
            bookings=tuple(booking for booking in bookings if booking.date == plan.date),
        )
        day = _day(agenda, planned.get(plan.id), plan, roads=roads, version=versions.get(plan.date, 0))
        if day.feed_day is not None:
            found.append(day.feed_day)
    return practice, pattern.therapist, tuple(found)


def _day(
    agenda: StoredDay,
    planned: Itinerary | None,
    plan: PlanHead | None,
    *,
    roads: TravelSource,
    warnings: tuple[str, ...] = (),
    version: int = 0,
    events: tuple[VisitEvent, ...] = (),
) -> TherapistDay:
    now = day_now(agenda, planned, planned_with=plan.roads if plan is not None else "", roads=roads)
    (pattern,) = agenda.patterns
    marks: dict[str, tuple[str, ...]] = {}
    if plan is not None:
        by_hand = {booking.id for booking in agenda.bookings if booking.pinned is not None}
        marks |= {name: (why_added(name, plan, by_hand),) for name in now.behind.added}
        marks |= dict.fromkeys(now.behind.changed, (words.CHANGED_SINCE,))
    served = set(now.itinerary.order) if now.itinerary is not None else set()
    return TherapistDay(
        practice=agenda.practice,
        therapist=pattern.therapist,
        date=agenda.date,
        plan=plan,
        itinerary=now.itinerary,
        roads=now.roads,
        captions=captions(agenda.bookings, agenda.services, marks),
        behind=now.behind,
        broken=now.broken,
        off=now.off,
        overridden=tuple(sorted(b.id for b in agenda.bookings if b.overridden and b.id in served)),
        warnings=warnings,
        version=version,
        events=events,
    )


def _as_planned(planned: Itinerary) -> WorkPattern:
    """Somebody who has left the practice: nothing is known of their week any more."""
    return WorkPattern(
        therapist=planned.shift.therapist,
        hours=(None,) * 7,
        start_place=planned.shift.start_place,
        end_place=planned.shift.end_place,
    )
