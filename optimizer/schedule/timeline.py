"""An order of visits becomes a day: starts, waits, breaks and slack. The one truth about time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from optimizer.domain.itinerary import Break, Itinerary, Leg, Step, Stop
from optimizer.domain.place import Place
from optimizer.domain.therapist import Shift
from optimizer.domain.time import Seconds
from optimizer.domain.visit import Visit
from optimizer.schedule.day_kernel import NO_LEG, Sheet, blank_sheet, time_day
from optimizer.schedule.kernels import passes
from optimizer.schedule.problem import Problem
from optimizer.schedule.world import BACK_BY, LIMITS, NEVER, RESTS, ROAD_POINTS, WINDOWS, Ints, World, compile_world


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Day:
    """A problem with its arrays: what timelines are made of. Compile once, time many orders."""

    problem: Problem
    world: World

    @classmethod
    def of(cls, problem: Problem) -> Self:
        return cls(problem=problem, world=compile_world(problem))

    def timeline(self, shift: str, visits: Sequence[str]) -> "Timeline":
        """The timeline of a therapist serving visits in this order.

        Raises
        ------
        KeyError
            When an id is not part of the problem.
        """
        order = [self.problem.visit_index[visit] for visit in visits]
        return Timeline.of(self, self.problem.shift_index[shift], order)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Timeline:
    """One therapist's day in one order, timed.

    Attributes
    ----------
    shift, order
        Rows of the problem's shifts and visits.
    earliest, latest
        `[position, breaks already taken]`: bounds of the start with every other promise kept; see `kernels.passes`.
    sheet
        The day written out; only meaningful when `is_feasible`.
    is_feasible
        Whether windows, hours, breaks and limits can be kept. Eligibility is not asked here.
    """

    day: Day
    shift: int
    order: Ints
    earliest: Ints
    latest: Ints
    sheet: Sheet
    is_feasible: bool

    @classmethod
    def of(cls, day: Day, shift: int, order: Sequence[int] | Ints) -> Self:
        rows = np.asarray(order, dtype=np.int64)
        breaks = len(day.problem.shifts[shift].breaks)
        earliest = np.zeros((len(rows), breaks + 1), dtype=np.int64)
        latest = np.zeros((len(rows), breaks + 1), dtype=np.int64)
        sheet = blank_sheet(len(rows), breaks)
        possible = passes(day.world, shift, rows, earliest, latest) and time_day(day.world, shift, rows, sheet)
        return cls(
            day=day, shift=shift, order=rows, earliest=earliest, latest=latest, sheet=sheet, is_feasible=bool(possible)
        )

    @property
    def overtime(self) -> Seconds:
        return int(self.sheet.sums[0])

    @property
    def cost(self) -> int:
        """Points of the last objective tier: road, waiting, missed preferences."""
        return int(self.sheet.sums[1])

    def taken_before(self, position: int) -> int:
        """Breaks taken before the session at `position` starts."""
        return int(self.sheet.stops[position, 4])

    def slack(self, position: int) -> Seconds:
        """How much later the session at `position` may start with every later promise kept."""
        return int(self.latest[position, self.taken_before(position)] - self.sheet.stops[position, 1])

    def itinerary(self) -> Itinerary:
        """The day as steps in the order they happen. Call it on a feasible timeline only."""
        shift, n = self._shift, len(self.order)
        if n == 0:
            return Itinerary(shift=shift)
        visits = [self.day.problem.visits[row] for row in self.order]
        doors = [shift.start_place, *(visit.place for visit in visits), shift.end_place]
        steps: list[Step] = []
        for gap in range(n + 1):
            steps += self._breaks(2 * gap, doors[gap])
            leg = self._leg(gap, doors[gap], doors[gap + 1])
            steps += () if leg is None else (leg,)
            steps += self._breaks(2 * gap + 1, doors[gap + 1])
            if gap < n:
                steps.append(self._stop(gap, visits))
        return Itinerary(shift=shift, steps=tuple(steps))

    @property
    def _shift(self) -> Shift:
        return self.day.problem.shifts[self.shift]

    def _breaks(self, slot: int, place: Place | None) -> list[Step]:
        return [
            Break(rule=rule, start=int(start), finish=int(start) + rule.duration, place=place)
            for rule, (start, at) in zip(self._shift.breaks, self.sheet.rests, strict=False)
            if at == slot
        ]

    def _leg(self, gap: int, origin: Place | None, destination: Place | None) -> Leg | None:
        depart, arrive, seconds, driving = (int(value) for value in self.sheet.legs[gap])
        if depart == NO_LEG or origin is None or destination is None:
            return None
        travel = self.day.problem.travel
        meters = None
        if travel.meters is not None:
            meters = int(travel.meters[travel.index[origin.id], travel.index[destination.id]])
        return Leg(
            origin=origin,
            destination=destination,
            depart=depart,
            arrive=arrive,
            travel=driving,
            buffer=seconds - driving,
            meters=meters,
            roads=travel.source_of(origin.id, destination.id) if travel.estimated is not None else "",
        )

    def _stop(self, position: int, visits: Sequence[Visit]) -> Stop:
        visit = visits[position]
        arrival, start, wait, depart, _ = (int(value) for value in self.sheet.stops[position])
        shared_before = position > 0 and visits[position - 1].place.id == visit.place.id
        shared_after = position + 1 < len(visits) and visits[position + 1].place.id == visit.place.id
        return Stop(
            visit=visit,
            arrival=arrival,
            start=start,
            finish=start + visit.session,
            depart=depart,
            wait=wait,
            slack=self.slack(position),
            parking=0 if shared_before else visit.parking,
            setup=0 if shared_before else visit.setup,
            consultation=visit.consultation,
            wrap_up=visit.wrap_up,
            tear_down=0 if shared_after else visit.tear_down,
        )


def unbounded(world: World, grace: Seconds = NEVER) -> World:
    """The same world where being late breaks nothing: for timing an order that someone else decided.

    The last window of a visit, shifts and breaks end `grace` later, without it never; limits have no end any more.
    """
    visits, shifts = world.visits.copy(), world.shifts.copy()
    for row in visits:
        latest = row[WINDOWS + 1 :: 2]
        last = np.flatnonzero(latest > -NEVER)[-1]
        latest[last] = min(latest[last] + grace, NEVER - 1)
    shifts[:, RESTS + 1 :: 3] = np.minimum(shifts[:, RESTS + 1 :: 3] + grace, NEVER - 1)
    shifts[:, BACK_BY] = np.minimum(shifts[:, BACK_BY] + grace, NEVER - 1)
    shifts[:, LIMITS:ROAD_POINTS] = NEVER
    return world._replace(visits=visits, shifts=shifts)
