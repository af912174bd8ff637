"""Who can take this, when, at what cost: every therapist on every date at once, for staff."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from api.services.dated import Dated
from api.services.day_problem import buffer_of
from api.services.desk import Desk
from api.services.feeds import told, warnings_in
from api.services.offers import Terms
from api.services.placing import question
from api.services.search_tally import NOTHING, OFFERED, area_of
from api.services.searching import faults_of, located, roads_told, view_for
from api.services.served_areas import areas_of, is_served
from api.services.why_not import Refused, Searched, Unoffered, whole_day
from data.roads.source import TravelSource
from optimizer.domain.errors import Fault, InvalidRequest
from optimizer.domain.place import Place
from optimizer.domain.reason import Reason
from optimizer.domain.time import Horizon, TimeWindow
from optimizer.schedule.problem import Problem
from optimizer.schedule.refusal import START_RULES, Case, no_single_change, relaxations
from optimizer.schedule.slots import OpenDay
from optimizer.schedule.timeline import Day, Timeline
from optimizer.schedule.world import NEVER, Ints
from optimizer.solver.taking import Taker, best_place, runs
from optimizer.travel.times import TravelTimes

MOST_EXPLAINED = 400
"""Therapist-days without a place whose reason an answer is worth; each takes a few thousandths of a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTaker:
    """One therapist's date that can take it; `taker` in seconds of `horizon`."""

    horizon: Horizon
    taker: Taker


@dataclass(frozen=True, kw_only=True)
class TakerAnswer:
    """`takers` ranked, the cheapest first. `refused` therapist-days and whole dates, with what would open them;
    `left_out` counts the days that were too many to explain; `roads` names what the drives come from."""

    zone: str
    place: Place
    takers: tuple[DayTaker, ...]
    refused: tuple[Refused, ...]
    left_out: int
    warnings: tuple[str, ...]
    roads: str


def find_takers(query: Dated, *, desk: Desk) -> TakerAnswer:
    """Ask every day for the visit: where it goes best, or what stands in the way.

    Raises
    ------
    InvalidRequest
        With a fault for everything wrong.
    """
    faults: list[Fault] = []
    place = located(query, desk, faults)
    now = desk.clock()
    with desk.store.unit_of_work(query.practice_id, write=False) as uow:
        house = desk.boards.house(uow)
        practice = house.practice
        today = now.astimezone(practice.zone).date()
        dates = query.dates(today)
        reading = desk.boards.read(uow, [day for day in dates if day >= today], now, house=house)
        warnings = told(warnings_in(uow, now, practice.zone), staff=True)
    faults += faults_of(query, reading)
    if faults or place is None:
        raise InvalidRequest("the search cannot be made", code="search_refused", faults=faults)
    view = view_for(query, place, reading, desk)
    areas = areas_of(query.where, place, practice.policies)
    terms = Terms(
        practice_id=query.practice_id, place=place, service=query.service, session=query.session, expires_at=now,
        first_visit=query.first_visit, choice=query.choice, seen="",
    )  # fmt: skip
    visit = question(view, terms, today)
    served = [day for day in view.dates if is_served(areas, day, practice.policies)]
    searched = Searched.of(Unoffered(view=view, visit=visit, dates=dates, served=served, now=now), desk.roads)
    found = answers(searched, desk.roads)
    reasons = {why.reason.value for why in found.refused}
    desk.tally.note(query.practice_id, today, area_of(place), {OFFERED if found.takers else NOTHING, *reasons}, now)
    return TakerAnswer(
        zone=str(practice.zone),
        place=place,
        takers=found.ranked,
        refused=tuple(found.refused),
        left_out=found.left_out,
        warnings=warnings,
        roads=roads_told(query, view, place, desk),
    )


@dataclass(kw_only=True)
class Found:
    """Who can take it, in no order, and why the others cannot."""

    takers: list[DayTaker]
    refused: list[Refused]
    left_out: int = 0

    @property
    def ranked(self) -> tuple[DayTaker, ...]:
        """The cheapest first, of equals the earliest."""
        return tuple(sorted(self.takers, key=lambda each: (each.taker.rank[:2], each.horizon.date, each.taker.start)))


def answers(searched: Searched, roads: TravelSource) -> Found:
    """Ask each day of a search for the visit."""
    found = Found(takers=[], refused=[])
    for day in searched.searched.dates:
        closed = whole_day(searched, day)
        if closed is not None:
            found.refused.append(closed)
            continue
        rows = searched.rows(day)
        travel = dict(_travel([searched.day(row) for row in rows], searched.searched, roads))
        for row in rows:
            roads_there = travel[searched.day(row).shift.id]
            taker = _taker(searched, row, roads_there)
            if taker is not None:
                found.takers.append(taker)
            elif len(found.refused) < MOST_EXPLAINED:
                found.refused.append(_refusal(searched, row, roads_there))
            else:
                found.left_out += 1
    return found


def _taker(searched: Searched, row: int, travel: TravelTimes) -> DayTaker | None:
    day, possible = searched.day(row), searched.possible[row] & (searched.grids[row] >= _first(searched, row))
    if not possible.any():
        return None
    grid = searched.grids[row]
    visit = replace(searched.searched.visit, windows=_fixed(grid[possible]), pinned=None)
    taker = best_place(replace(day.problem, travel=travel), visit)
    if taker is None:
        return None
    return DayTaker(horizon=day.problem.horizon, taker=replace(taker, windows=runs(grid, possible)))


def _first(searched: Searched, row: int) -> int:
    """The first instant of a day that may be booked."""
    horizon, allowed = searched.day(row).problem.horizon, searched.first_allowed
    # One second less and one more: a fraction of a second counts as a whole one.
    return horizon.seconds(allowed - timedelta(microseconds=1)) + 1


def _fixed(starts: Ints) -> tuple[TimeWindow, ...]:
    return tuple(TimeWindow(start, start) for start in starts.tolist())


def _refusal(searched: Searched, row: int, travel: TravelTimes) -> Refused:
    """What keeps a whole day from taking it at any start of the grid, and the smallest change of it."""
    day, grid = searched.day(row), searched.grids[row]
    hours = (grid >= max(_first(searched, row), day.shift.begins)) & (grid < min(day.shift.ends, NEVER))
    on, starts = day.problem.horizon.date, _fixed(grid[hours])
    if not starts:
        detail = f"{day.shift.therapist.name or day.shift.id} has no hours left that may be booked"
        return Refused(date=on, start=None, reason=Reason.SHIFT, detail=detail, therapist=day.shift.id)
    others = day.problem.visits
    visit = replace(searched.searched.visit, windows=starts, pinned=None)
    order = sorted(range(len(others)), key=lambda k: others[k].starts)
    timeline = Timeline.of(Day.of(replace(day.problem, visits=(*others, visit), travel=travel)), 0, order)
    case = Case.of(timeline, len(others))
    why = next((each.rejection for each in relaxations(case, START_RULES)), None) or no_single_change(case)
    return Refused(
        date=on, start=None, reason=why.reason, detail=why.detail, therapist=why.shift, opens_if=why.opens_if
    )


def _travel(days: Sequence[OpenDay], searched: Unoffered, roads: TravelSource) -> Iterator[tuple[str, TravelTimes]]:
    """Travel of each therapist's day of a date with the visit's place in it: the drives to and from there are new."""
    place, policy = searched.visit.place, buffer_of(searched.view.practice.policies)
    stops = tuple({stop.id: stop for day in days for stop in _places(day.problem)}.values())
    rows = {stop.id: row for row, stop in enumerate(stops)}
    horizon = days[0].problem.horizon
    drives = roads.spokes(place, stops, horizon, policy.bare)
    for day in days:
        # Of time given to something else, some places are on the way to nothing any more.
        travel = day.problem.travel.only([stop for stop in day.problem.travel.places if stop in rows])
        if place.id not in travel.index:
            mine = [rows[stop] for stop in travel.places]
            travel = travel.and_place(place.id, out=drives.out[:, mine], back=drives.back[:, mine])
        yield day.shift.id, travel


def _places(problem: Problem) -> Iterator[Place]:
    shift = problem.shifts[0]
    yield from (place for place in (shift.start_place, shift.end_place) if place is not None)
    yield from (visit.place for visit in problem.visits)
