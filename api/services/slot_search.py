"""When can someone come? Every start that some order of a whole day can keep, date by date."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from api.services.boards import PracticeBoard, Reading
from api.services.dated import Dated
from api.services.desk import Desk
from api.services.feeds import told, warnings_in
from api.services.moving import Moving
from api.services.offers import GOOD_FOR, Terms
from api.services.placing import is_full, question, question_of
from api.services.search_tally import NOTHING, OFFERED, area_of
from api.services.searching import (
    count_far_place,
    faults_of,
    located,
    openings_for,
    roads_told,
    told_to,
    view_for,
)
from api.services.served_areas import areas_of, is_served
from api.services.starts import wall_grid
from api.services.why_not import Refusals, Unoffered, why_not
from data.geocoding.geocoder import PlaceQuery
from optimizer.domain.errors import Fault, InvalidRequest
from optimizer.domain.place import Place
from optimizer.domain.practice import Policies, Practice
from optimizer.domain.time import MINUTE, Seconds
from optimizer.domain.visit import Visit
from optimizer.schedule.world import NEVER, Ints

MOST_STARTS = 2_000
"""Starts in one answer; what does not fit is left to another search, whole dates at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotQuery(Dated):
    """What is looked for, and how it is told.

    `cheapest_first` orders the starts of a date by what they add to driving and idling. `explained` asks for the
    reasons of what is not offered, too: they speak of other clients' visits, so it goes with `exact`. `moving` is the
    booking for which another start is looked for: it does not stand in its own way, and what it does not leave open
    (treatment, first visit, lengths at the door) is looked for as it is booked.
    """

    cheapest_first: bool = False
    explained: bool = False
    moving: Moving | None = None

    @property
    def without(self) -> frozenset[str]:
        """Ids of bookings that do not count."""
        return frozenset() if self.moving is None else frozenset({self.moving.booking.id})


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A start on offer, in UTC. `added` is what it costs in driving and idling; `offer` is what a hold is made with."""

    start: datetime
    end: datetime
    on_the_way: bool
    added: Seconds
    offer: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Start:
    """A possible start before it is signed."""

    instant: datetime
    added: Seconds
    detour: Seconds


@dataclass(frozen=True, kw_only=True)
class SlotAnswer:
    """Slots by date; every date asked for is there, with or without slots.

    `place` is None for the public where nothing is on offer: a full calendar and a far place look alike. `next_from` is
    the date to search on from, where the answer would have become too long. `refusals` is there when asked for.
    `warnings` say in the asker's words that calendars kept elsewhere are behind; what they said last still counts.
    `roads` names what the drives come from, with "+estimate" where some are estimated; None where nothing is on offer.
    """

    zone: str
    place: Place | None
    days: Mapping[date, tuple[Slot, ...]]
    next_from: date | None = None
    refusals: Refusals | None = None
    warnings: tuple[str, ...] = ()
    roads: str | None = None


def search(query: SlotQuery, *, desk: Desk) -> SlotAnswer:
    """Find the place, read what has changed, ask the board, sign what it says.

    Raises
    ------
    InvalidRequest
        With a fault for everything wrong; `outside_area` for staff only, `place_differs` for a visit that may not
        leave its home.
    """
    faults: list[Fault] = []
    place = located(query, desk, faults)
    if query.moving is not None and place is not None:
        place = query.moving.place(place, pointer="?place")
    now = desk.clock()
    reading, warnings = _read(query, now, desk)
    practice = reading.house.practice
    today = now.astimezone(practice.zone).date()
    asked = query.dates(today)
    faults += faults_of(query, reading)
    if faults:
        raise InvalidRequest("the search cannot be made", code="search_refused", faults=faults)
    if place is None:
        count_far_place(query, desk, now)
        desk.tally.note(query.practice_id, today, "", [NOTHING], now)
        return SlotAnswer(zone=str(practice.zone), place=None, days=dict.fromkeys(asked, ()), warnings=warnings)
    view = view_for(query, place, reading, desk, keep=query.moving is None)
    terms = Terms(
        practice_id=query.practice_id,
        place=place,
        service=query.service,
        session=query.session,
        expires_at=(now + GOOD_FOR).replace(microsecond=0),
        first_visit=query.first_visit,
        choice=query.choice,
        moving=None if query.moving is None else query.moving.booking.id,
        seen=desk.offers.digest(view.state),
    )
    areas = areas_of(query.where, place, practice.policies)
    served = [day for day in view.dates if is_served(areas, day, practice.policies)]
    bookable = _open_dates(asked, today, practice.policies)
    days, next_from = _bounded(asked, _slots(view, terms, [day for day in served if day in bookable], query, desk))
    refusals = None
    if query.explained:
        visit = _visit(query, view, terms, today)
        searched = Unoffered(view=view, visit=visit, dates=tuple(days), served=served, now=now)
        refusals = why_not(searched, roads=desk.roads)
    if query.moving is None:
        reasons = set() if refusals is None else {why.reason.value for why in refusals.refused}
        desk.tally.note(
            query.practice_id, today, area_of(place), {OFFERED if any(days.values()) else NOTHING, *reasons}, now
        )
    return SlotAnswer(
        zone=str(practice.zone),
        place=told_to(query, place, is_empty=not any(days.values())),
        days=days,
        next_from=next_from,
        refusals=refusals,
        warnings=warnings,
        roads=roads_told(query, view, place, desk) if any(days.values()) else None,
    )


def _read(query: SlotQuery, now: datetime, desk: Desk) -> tuple[Reading, tuple[str, ...]]:
    """What there is on the dates asked for, and what calendars kept elsewhere have not told."""
    boards = desk.boards
    known = boards.known(query.practice_id)
    if known is not None and not known.has_feeds and not query.without:
        kept = boards.again(desk.store, known, _looked_at(query, known.practice, now), now)
        if kept is not None:
            return kept, ()
    with desk.store.unit_of_work(query.practice_id, write=False) as uow:
        house = boards.house(uow)
        dates = _looked_at(query, house.practice, now)
        reading = boards.read(uow, dates, now, house=house, without=query.without)
        behind = warnings_in(uow, now, house.practice.zone) if house.has_feeds else ()
    return reading, told(behind, staff=query.exact)


def _looked_at(query: SlotQuery, practice: Practice, now: datetime) -> Sequence[date]:
    """The dates whose agendas matter: those that may be booked, and others where somebody asks why not."""
    today = now.astimezone(practice.zone).date()
    asked = query.dates(today)
    return [day for day in asked if day >= today] if query.explained else _open_dates(asked, today, practice.policies)


def near(
    terms: Terms,
    start: datetime,
    *,
    zone: ZoneInfo,
    exact: bool,
    desk: Desk,
    moving: Moving | None = None,
    count: int = 5,
    days: int = 2,
) -> tuple[Slot, ...]:
    """Fresh slots on the same terms, closest to a start that was lost; for a booking to be moved where one is given.

    `zone` is the practice's.
    """
    day = start.astimezone(zone).date()
    query = SlotQuery(
        practice_id=terms.practice_id,
        where=PlaceQuery(label=terms.place.label),
        known=terms.place,
        moving=moving,
        service=terms.service,
        session=terms.session,
        first=day,
        last=day + timedelta(days=days),
        choice=terms.choice,
        first_visit=terms.first_visit,
        exact=exact,
    )
    found = [slot for slots in search(query, desk=desk).days.values() for slot in slots]
    return tuple(sorted(sorted(found, key=lambda slot: abs(slot.start - start))[:count], key=lambda slot: slot.start))


def _visit(query: SlotQuery, view: PracticeBoard, terms: Terms, day: date) -> Visit:
    """What is asked of the board: a visit like every other of its service, or the one that is booked."""
    if query.moving is None:
        return question(view, terms, day)
    booked = query.moving.booking
    return question_of(view, replace(booked, date=day, place=terms.place, choice=query.moving.choice(terms.choice)))


def _open_dates(asked: Sequence[date], today: date, policies: Policies) -> tuple[date, ...]:
    """The dates asked for that may be booked at all."""
    first, last = (today + timedelta(days=days) for days in (policies.lead_days, policies.horizon_days))
    return tuple(day for day in asked if first <= day <= last)


def _bounded(
    asked: Sequence[date], found: Mapping[date, tuple[Slot, ...]]
) -> tuple[dict[date, tuple[Slot, ...]], date | None]:
    """As many whole dates as fit in one answer, and the first that does not."""
    days: dict[date, tuple[Slot, ...]] = {}
    room = MOST_STARTS
    for day in asked:
        slots = found.get(day, ())
        room -= len(slots)
        if room < 0 and days:
            return days, day
        days[day] = slots
    return days, None


def _slots(
    view: PracticeBoard, terms: Terms, served: Sequence[date], query: SlotQuery, desk: Desk
) -> dict[date, tuple[Slot, ...]]:
    """The possible starts of each date that is served, signed."""
    rows_of = view.stack.rows_of
    earliest = view.read_at + timedelta(minutes=view.practice.policies.notice_minutes)
    grid_of = {day: _grid(view, day, earliest) for day in served if day in rows_of and not is_full(view, day)}
    if not grid_of:
        return {}
    grids = np.full((len(view.days), max(len(grid) for grid in grid_of.values())), NEVER, dtype=np.int64)
    for day, grid in grid_of.items():
        grids[rows_of[day], : len(grid)] = grid
    found = openings_for(query, view, _visit(query, view, terms, served[0]), grids, desk)
    starts: dict[date, list[_Start]] = {}
    for day, grid in grid_of.items():
        rows = rows_of[day]
        best = rows[found.added[rows, : len(grid)].argmin(axis=0)]
        every = np.arange(len(grid))
        added, origin = found.added[best, every], view.horizon(day).origin
        possible = np.flatnonzero(added < NEVER)
        figures = (grid[possible], added[possible], found.detours[best[possible], possible])
        starts[day] = [
            _Start(instant=origin + timedelta(seconds=start), added=cost, detour=detour)
            for start, cost, detour in zip(*(column.tolist() for column in figures), strict=True)
        ]
        if query.cheapest_first:
            starts[day].sort(key=lambda start: (start.added, start.instant))
    return _signed(view, terms, starts, desk)


def _grid(view: PracticeBoard, day: date, earliest: datetime) -> Ints:
    """The starts of a date that are far enough ahead."""
    horizon = view.horizon(day)
    grid = wall_grid(horizon, view.practice.policies.grid_minutes)
    # One second less and one more: a fraction of a second counts as a whole one.
    return grid[grid > horizon.seconds(earliest - timedelta(microseconds=1))]


def _signed(
    view: PracticeBoard, terms: Terms, starts: Mapping[date, Sequence[_Start]], desk: Desk
) -> dict[date, tuple[Slot, ...]]:
    offers = iter(desk.offers.sign(terms, [(start.instant,) for each in starts.values() for start in each]))
    session, cheap = timedelta(seconds=terms.session), view.practice.policies.on_the_way_minutes * MINUTE
    return {
        day: tuple(
            Slot(
                start=start.instant,
                end=start.instant + session,
                on_the_way=start.detour <= cheap,
                added=start.added,
                offer=next(offers),
                expires_at=terms.expires_at,
            )
            for start in each
        )
        for day, each in starts.items()
    }
