"""Who can take one visit more, when, and at what cost: every therapist's day over every order of it.

Which starts are possible comes from the same arrays as an offer (`slots.Board`); where the visit goes best, and what it
adds, from the subset programme that proves small days.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimizer.domain.reason import Rejection
from optimizer.domain.therapist import Shift
from optimizer.domain.time import MINUTE, Seconds, TimeWindow
from optimizer.domain.visit import Visit
from optimizer.schedule.insertion import insert
from optimizer.schedule.problem import Problem
from optimizer.schedule.refusal import explain
from optimizer.schedule.slots import Board, OpenDay, Spokes
from optimizer.schedule.timeline import Day, Timeline
from optimizer.schedule.world import Ints
from optimizer.solver.exact import MOST_VISITS, TooManyLabels, best_days

STEP: Seconds = 5 * MINUTE
"""How finely windows of possible starts are told."""

KIND = "the day asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taker:
    """A therapist's day that can take the visit, in its best place.

    `order` are the visits of the day with the new one, which `position` others come before. What it adds is counted
    against the best order of the day without it: seconds on the road with buffers, idle seconds, overtime, and the
    points of all (with wishes missed). `windows` are the runs of possible starts.
    """

    shift: str
    start: Seconds
    position: int
    order: tuple[str, ...]
    added_road: Seconds
    added_waiting: Seconds
    added_overtime: Seconds
    added_points: int
    windows: tuple[TimeWindow, ...] = ()

    @property
    def rank(self) -> tuple[int, int, Seconds]:
        """The cheapest first, of equals the earliest."""
        return self.added_overtime, self.added_points, self.start


def takers(
    problem: Problem, orders: Mapping[str, Sequence[str]], visit: str, *, step: Seconds = STEP
) -> tuple[Taker | Rejection, ...]:
    """For each shift of a problem: where one of its visits goes best, or the rule that keeps it out.

    Parameters
    ----------
    orders
        Shift id to the ids of the visits it has; others are passed over. Beyond `MOST_VISITS` in one day, only the
        order given is looked at.
    step
        Starts are tried at multiples of it and at the ends of the visit's windows, to tell the `windows`.

    Raises
    ------
    KeyError
        When an id is not part of the problem.
    """
    asked = problem.visits[problem.visit_index[visit]]
    days = [_day(problem, shift, orders.get(shift.id, ()), asked) for shift in problem.shifts]
    told = _windows(problem, days, asked, step)
    return tuple(_answer(day, asked, windows) for day, windows in zip(days, told, strict=True))


def best_place(day: Problem, visit: Visit) -> Taker | None:
    """Where a visit goes best in a problem of one shift, in some order of all of it; None where none keeps it.

    Parameters
    ----------
    day
        The day without the visit; its travel knows the visit's place.
    """
    (shift,) = day.shifts
    before = _best(Day.of(day), None)
    with_it = Day.of(replace(day, visits=(*day.visits, visit)))
    if before is None or not with_it.world.fits[0, -1]:
        return None
    after = _best(with_it, before)
    if after is None:
        return None
    new = len(day.visits)
    position = int(np.flatnonzero(after.order == new)[0])
    ours, theirs = before.itinerary(), after.itinerary()
    return Taker(
        shift=shift.id,
        start=theirs.stops[position].start,
        position=position,
        order=theirs.order,
        added_road=_road(after) - _road(before),
        added_waiting=theirs.waiting - ours.waiting,
        added_overtime=after.overtime - before.overtime,
        added_points=after.cost - before.cost,
    )


def runs(grid: Ints, possible: Sequence[bool] | Ints) -> tuple[TimeWindow, ...]:
    """Neighbours of a rising grid that are all possible, as windows."""
    found: list[TimeWindow] = []
    last: int | None = None
    for column in np.flatnonzero(possible).tolist():
        start = int(grid[column])
        if last is not None and column == last + 1:
            found[-1] = TimeWindow(found[-1].earliest, start)
        else:
            found.append(TimeWindow(start, start))
        last = column
    return tuple(found)


def _day(problem: Problem, shift: Shift, order: Sequence[str], asked: Visit) -> Problem:
    """One shift with its visits, and travel between no more places than it takes."""
    visits = tuple(problem.visits[problem.visit_index[name]] for name in order)
    homes = [place.id for place in (shift.start_place, shift.end_place) if place is not None]
    doors = dict.fromkeys([*homes, *(visit.place.id for visit in visits), asked.place.id])
    return replace(problem, shifts=(shift,), visits=visits, travel=problem.travel.only(tuple(doors)))


def _best(day: Day, without: Timeline | None) -> Timeline | None:
    """The best order of all visits of a day's only shift; of a long day the visit put where it costs least."""
    rows = range(len(day.problem.visits))
    if not rows:
        return Timeline.of(day, 0, rows)
    try:
        if len(rows) <= MOST_VISITS:
            order = best_days(day, 0, rows).order((1 << len(rows)) - 1)
            return Timeline.of(day, 0, order) if order else None
    except TooManyLabels:
        pass
    if without is None:
        given = Timeline.of(day, 0, rows)
        return given if given.is_feasible else None
    found = insert(Timeline.of(day, 0, without.order), len(rows) - 1)
    return None if found is None else found.timeline


def _road(timeline: Timeline) -> Seconds:
    return int(timeline.sheet.legs[:, 2].sum()) if len(timeline.order) else 0


def _answer(day: Problem, asked: Visit, windows: tuple[TimeWindow, ...]) -> Taker | Rejection:
    found = best_place(day, asked)
    if found is not None:
        return replace(found, windows=windows or (TimeWindow(found.start, found.start),))
    with_it = Day.of(replace(day, visits=(*day.visits, asked)))
    return explain(Timeline.of(with_it, 0, range(len(day.visits))), len(day.visits))[0]


def _windows(
    problem: Problem, days: Sequence[Problem], asked: Visit, step: Seconds
) -> Iterator[tuple[TimeWindow, ...]]:
    """The possible starts of each day, all days asked at once."""
    board = Board.of([OpenDay.of(day, KIND, range(len(day.visits))) for day in days])
    grid = _grid(asked, days, step)
    here, stops = problem.travel.index[asked.place.id], [problem.travel.index[stop.id] for stop in board.stops]
    tables = {roads: problem.travel.at_percent(roads.percent).seconds for roads in board.kinds}
    spokes = {
        roads: Spokes(out=np.ascontiguousarray(table[:, here, stops]), back=np.ascontiguousarray(table[:, stops, here]))
        for roads, table in tables.items()
    }
    row = problem.visit_index[asked.id]
    eligible = Day.of(problem).world.fits[:, row]
    found = board.openings(asked, eligible, spokes, [grid] * len(days))
    for day, possible in zip(days, found.possible, strict=True):
        limits = day.shifts[0].limits
        if limits.driving is not None or limits.longest_drive is not None:
            # The board does not see how much is driven.
            possible = np.array(
                [
                    is_open and best_place(day, _at(asked, int(start))) is not None
                    for start, is_open in zip(grid, possible, strict=True)
                ],
                dtype=np.bool_,
            )
        yield runs(grid, possible)


def _at(visit: Visit, start: Seconds) -> Visit:
    return replace(visit, windows=(TimeWindow(start, start),), pinned=None)


def _grid(asked: Visit, days: Sequence[Problem], step: Seconds) -> Ints:
    """Multiples of the step within the visit's windows and anybody's hours, and the ends of the windows."""
    begins = min((day.shifts[0].begins for day in days), default=0)
    ends = max((day.shifts[0].ends + day.shifts[0].limits.overtime for day in days), default=0)
    starts: set[int] = set()
    for window in asked.starts:
        first, last = max(window.earliest, begins), min(window.latest, ends)
        if first <= last:
            starts |= {first, last, *range(-(-first // step) * step, last + 1, step)}
    return np.array(sorted(starts), dtype=np.int64)
