"""A course of treatment on offer: every date of it possible, conflicts moved and named, one therapist if one can."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import numpy as np

from api.services.boards import PracticeBoard, dates_between
from api.services.desk import Desk
from api.services.feeds import told, warnings_in
from api.services.offers import GOOD_FOR, Terms
from api.services.placing import is_full, question
from api.services.searching import (
    Wanted,
    count_far_place,
    faults_of,
    located,
    openings_for,
    roads_told,
    told_to,
    view_for,
)
from api.services.served_areas import areas_of, is_served
from api.services.starts import padded
from optimizer.domain.errors import Fault, InvalidRequest
from optimizer.domain.place import Place
from optimizer.domain.practice import Policies
from optimizer.domain.rhythm import EveryDays, Phase, nominal_dates
from optimizer.domain.time import Horizon
from optimizer.domain.visit import Visit
from optimizer.schedule.series import Calendar, Course, Placed, best_courses, unserved
from optimizer.schedule.world import NEVER, Ints

MOST_VISITS = 60
MOST_DAYS = 400
MOST_THERAPIST_DAYS = 3_000
"""Days of therapists that one answer looks at; about 0.5 ms each the first time."""

MOST_OFFERS = 3
DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferred:
    """What the client likes best. Monday is weekday 0; times of the wall clock bound every start, both included."""

    weekday: int | None = None
    earliest: time = time(0)
    latest: time = time(23, 59)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesQuery:
    """A course that is looked for.

    `first_from` is the earliest date of the course, `tolerance` is how many days a visit may be moved either way.
    """

    what: Wanted
    first_from: date
    phases: tuple[Phase, ...]
    tolerance: int = 0
    preferred: Preferred = Preferred()


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesVisit:
    """One visit of a course, in UTC. `moved_from` is the start that the rhythm would have had, None where it has."""

    start: datetime
    end: datetime
    moved_from: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesOffer:
    visits: tuple[SeriesVisit, ...]
    one_therapist: bool
    offer: str


@dataclass(frozen=True, kw_only=True)
class SeriesAnswer:
    """The best courses, the best one first. `unserved`: without any, dates of the rhythm on which nobody can come.

    `place`, `warnings` and `roads` are those of `slot_search.SlotAnswer`.
    """

    zone: str
    place: Place | None
    expires_at: datetime
    offers: tuple[SeriesOffer, ...] = ()
    unserved: tuple[date, ...] = ()
    warnings: tuple[str, ...] = ()
    roads: str | None = None


def offer_series(query: SeriesQuery, *, desk: Desk) -> SeriesAnswer:
    """Find the place, lay the rhythm over every first date, ask one board for all dates, sign the best courses.

    Raises
    ------
    InvalidRequest
        With a fault for everything wrong; a course that reaches too far ahead is one, as is one that is too much to
        look through.
    """
    what, faults = query.what, list[Fault]()
    place, now = located(what, desk, faults), desk.clock()
    with desk.store.unit_of_work(what.practice_id, write=False) as uow:
        house = desk.boards.house(uow)
        practice = house.practice
        today = now.astimezone(practice.zone).date()
        span = _span(query, today, practice.policies)
        patterns, far = _patterns(query, span)
        faults += far
        known = house.settings.keys()
        # The public's search for somebody unknown is as large as one for anybody known.
        is_one = what.choice.require and (not what.exact or what.choice.require <= known)
        asked = what.choice.require if is_one else None
        warnings = told(warnings_in(uow, now, practice.zone), staff=what.exact)
        dates = _dates(patterns, span, query.tolerance)
        if len(dates) * len(asked or known) > MOST_THERAPIST_DAYS:
            faults.append(_too_much(len(dates)))
        reading = desk.boards.read(uow, () if faults else dates, now, house=house, therapists=asked)
    faults += faults_of(what, reading)
    if faults:
        raise InvalidRequest("the series cannot be searched", code="search_refused", faults=faults)
    expires_at = (now + GOOD_FOR).replace(microsecond=0)
    if place is None:
        count_far_place(what, desk, now)
        return SeriesAnswer(zone=str(practice.zone), place=None, expires_at=expires_at, warnings=warnings)
    view = view_for(what, place, reading, desk)
    areas = areas_of(what.where, place, practice.policies)
    open_dates = {day for day in dates if is_served(areas, day, practice.policies) and not is_full(view, day)}
    terms = Terms(
        practice_id=what.practice_id,
        place=place,
        service=what.service,
        session=what.session,
        expires_at=expires_at,
        first_visit=what.first_visit,
        choice=what.choice,
        seen=desk.offers.digest(view.state),
    )
    earliest = now + timedelta(minutes=practice.policies.notice_minutes)
    search = _Search(query=query, view=view, span=span, open_dates=open_dates, earliest=earliest, desk=desk)
    calendar = search.calendar(question(view, terms, span[0], first_visit=False))
    opening = search.calendar(question(view, terms, span[0])) if terms.first_visit else calendar
    courses = best_courses(calendar, patterns, tolerance=query.tolerance, most=MOST_OFFERS, opening=opening)
    missing = () if courses else unserved(calendar, patterns, tolerance=query.tolerance, opening=opening)
    return SeriesAnswer(
        zone=str(practice.zone),
        place=told_to(what, place, is_empty=not courses),
        expires_at=expires_at,
        offers=tuple(_signed(course, view, terms, desk) for course in courses),
        unserved=missing,
        warnings=warnings,
        roads=roads_told(what, view, place, desk) if courses else None,
    )


@dataclass(frozen=True, kw_only=True)
class _Search:
    """What every date is asked with. `span` is the first and the last date of the calendar."""

    query: SeriesQuery
    view: PracticeBoard
    span: tuple[date, date]
    open_dates: set[date]
    earliest: datetime
    desk: Desk

    def calendar(self, visit: Visit) -> Calendar:
        """Every possible start of a visit by therapist, date and wall-clock time."""
        minutes = _minutes(self.query.preferred, self.view.practice.policies.grid_minutes)
        grids = {day: _grid(self.view.horizon(day), minutes) for day in self.view.dates}
        days = self.view.days
        starts_of = padded([grids[day.problem.horizon.date][0] for day in days])
        found = openings_for(self.query.what, self.view, visit, starts_of, self.desk)
        therapists = sorted({day.shift.id for day in days})
        added = np.full((len(therapists), (self.span[1] - self.span[0]).days + 1, len(minutes)), NEVER, dtype=np.int64)
        for row, day in enumerate(days):
            horizon = day.problem.horizon
            if horizon.date in self.open_dates:
                starts, exists = grids[horizon.date]
                allowed = exists & (starts >= horizon.seconds(self.earliest - timedelta(microseconds=1)) + 1)
                cell = therapists.index(day.shift.id), (horizon.date - self.span[0]).days
                added[cell] = np.where(allowed, found.added[row, : len(minutes)], NEVER)
        return Calendar(first=self.span[0], minutes=np.array(minutes, dtype=np.int64), added=added)


def _span(query: SeriesQuery, today: date, policies: Policies) -> tuple[date, date]:
    """The dates that may be booked, at most `MOST_DAYS` of them."""
    first = max(query.first_from, today + timedelta(days=policies.lead_days))
    last = min(today + timedelta(days=policies.horizon_days), first + timedelta(days=MOST_DAYS - 1))
    return first, last


def _patterns(query: SeriesQuery, span: tuple[date, date]) -> tuple[list[tuple[date, ...]], list[Fault]]:
    """The nominal dates for each first date worth trying: of the weekday preferred, or of the first week."""
    opening = query.phases[0]
    ahead = 7 if query.preferred.weekday is not None or not isinstance(opening, EveryDays) else min(7, opening.days)
    firsts = [span[0] + timedelta(days=k) for k in range(ahead)]
    wanted = [day for day in firsts if query.preferred.weekday in (None, day.weekday())]
    every = [nominal_dates(day, query.phases) for day in wanted]
    patterns = [dates for dates in every if dates[-1] <= span[1]]
    if patterns:
        return patterns, []
    fault = Fault(
        pointer="/count",
        code="too_far_ahead",
        detail=f"The last visit would be on {every[0][-1]}; this can be booked until {span[1]}.",
        hint="Ask for fewer visits now, and for the others later.",
    )
    return [], [fault]


def _dates(patterns: Sequence[Sequence[date]], span: tuple[date, date], tolerance: int) -> tuple[date, ...]:
    """Every date on which some visit of some pattern may be."""
    wanted = {day + timedelta(days=k) for dates in patterns for day in dates for k in range(-tolerance, tolerance + 1)}
    return tuple(sorted(wanted & set(dates_between(*span))))


def _too_much(dates: int) -> Fault:
    return Fault(
        pointer="/count",
        code="too_much_to_search",
        detail=f"The search would look at {dates} dates of every therapist.",
        hint="Ask for fewer visits, less tolerance, a weekday, or one therapist.",
    )


def _minutes(preferred: Preferred, grid_minutes: int) -> tuple[int, ...]:
    """The wall-clock minutes of the grid that the client likes."""
    first, last = (at.hour * 60 + at.minute for at in (preferred.earliest, preferred.latest))
    return tuple(minute for minute in range(0, DAY_MINUTES, grid_minutes) if first <= minute <= last)


@lru_cache(maxsize=1024)
def _grid(horizon: Horizon, minutes: tuple[int, ...]) -> tuple[Ints, Ints]:
    """The instant of each wall-clock minute of a date, never falling, and whether clocks show that time at all.

    A time that happens twice means the first.
    """
    walls = [time(*divmod(minute, 60)) for minute in minutes]
    starts = np.array([horizon.at(wall) for wall in walls], dtype=np.int64)
    exists = np.array([horizon.local(at).time() == wall for at, wall in zip(starts.tolist(), walls, strict=True)])
    return np.minimum.accumulate(starts[::-1])[::-1], exists


def _signed(course: Course, view: PracticeBoard, terms: Terms, desk: Desk) -> SeriesOffer:
    session = timedelta(seconds=terms.session)
    visits = tuple(
        SeriesVisit(start=start, end=start + session, moved_from=_nominal(visit, view))
        for visit in course.visits
        for start in (_instant(view, visit.day, visit.minute),)
    )
    alike = replace(terms, one_therapist=course.has_one_therapist)
    (offer,) = desk.offers.sign(alike, [tuple(visit.start for visit in visits)])
    return SeriesOffer(visits=visits, one_therapist=course.has_one_therapist, offer=offer)


def _nominal(visit: Placed, view: PracticeBoard) -> datetime | None:
    return None if visit.moved_from is None else _instant(view, *visit.moved_from)


def _instant(view: PracticeBoard, day: date, minute: int) -> datetime:
    horizon = view.horizon(day)
    return horizon.instant(horizon.at(time(*divmod(minute, 60))))
