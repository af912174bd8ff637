"""The state of ruin and recreate: what it starts from, what steers it, and the days it has seen."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from optimizer.schedule.day_kernel import Sheet, blank_sheet
from optimizer.schedule.timeline import Day
from optimizer.schedule.world import (
    BACK_BY,
    BEGINS,
    HOME,
    LEAD,
    LEFT_OUT,
    LIMITS,
    LOAD,
    PLACE,
    REST_COUNT,
    TAIL,
    WINDOWS,
    Ints,
    World,
)
from optimizer.solver.assignment import Assignment, Column
from optimizer.solver.ruin_kernel import (
    NOBODY,
    Floats,
    Guide,
    Hashes,
    Pool,
    Team,
    anneal,
    copy_team,
    load_day,
    put_back,
    remember,
    worth,
)

POOL_SIZE = 1 << 15
NEIGHBOURS = 40
PRICE_OF_A_VISIT = 30_000
"""Seconds on the road that leaving out a visit of middle priority counts while annealing: as long as a whole day."""
PRICE_OF_A_SECOND_LATE = 100
"""Seconds on the road that a second of overtime counts while annealing."""


class Worth(NamedTuple):
    """What assignments compare by: priorities left out (required ones outweigh all others), overtime, points."""

    left_out: int
    overtime: int
    points: int


@dataclass(slots=True, eq=False, kw_only=True)
class Ruin:
    """Ruin and recreate on one day: changes `current`, keeps the best assignment met and a pool of days."""

    day: Day
    guide: Guide
    current: Team
    best: Team
    spare: Team
    pool: Pool
    sheet: Sheet
    state: Hashes
    iterations: int = 0

    @classmethod
    def of(cls, day: Day, seed: int) -> Self:
        """Begin with everybody at home. `seed` feeds the search's own random numbers."""
        world, random = day.world, np.random.default_rng(seed)
        shifts, visits = world.fits.shape
        longest = longest_day(world)
        breaks = int(world.shifts[:, REST_COUNT].max(initial=0))
        marks = random.integers(1, 1 << 63, size=shifts + visits, dtype=np.uint64)
        return cls(
            day=day,
            guide=_guide(day),
            current=_everybody_at_home(world, longest, breaks),
            best=_everybody_at_home(world, longest, breaks),
            spare=_everybody_at_home(world, longest, breaks),
            pool=Pool(
                keys=np.zeros(POOL_SIZE, dtype=np.uint64),
                shift=np.zeros(POOL_SIZE, dtype=np.int64),
                order=np.zeros((POOL_SIZE, longest), dtype=np.int64),
                size=np.zeros(POOL_SIZE, dtype=np.int64),
                value=np.zeros((POOL_SIZE, 2), dtype=np.int64),
                used=np.zeros(1, dtype=np.int64),
                marks=marks,
            ),
            sheet=blank_sheet(longest, breaks),
            state=random.integers(1, 1 << 63, size=1, dtype=np.uint64),
        )

    @property
    def worth(self) -> Worth:
        return Worth(*(int(value) for value in worth(self.guide, self.best)))

    @property
    def assignment(self) -> Assignment:
        """The best one met."""
        return tuple(tuple(order[:size].tolist()) for order, size in zip(self.best.order, self.best.size, strict=True))

    @property
    def days_seen(self) -> int:
        """Days in the pool."""
        return int(self.pool.used[0])

    def insert_all(self) -> Iterator[bool]:
        """The first plans: insert visit by visit, in each of a few orders; true where that is the best until then."""
        for rank in self.guide.ranks:
            self._clear()
            yield self._repair(rank)

    def offer(self, assignment: Assignment) -> bool:
        """Take an assignment over as far as it keeps its promises, and fill it up; true when that is a better plan.

        What keeps no promise is left out where it stands and inserted where it fits.
        """
        self._clear()
        for shift, order in enumerate(assignment):
            load_day(self.day.world, self.current, shift, np.array(order, dtype=np.int64), self.sheet)
        return self._repair(self.guide.ranks[0])

    def anneal(self, iterations: int, *, hot: float, cold: float) -> bool:
        """Search from `current` for a number of iterations, cooling from `hot` to `cold` seconds on the road."""
        unit = _unit(self.day)
        better = anneal(
            self.day.world,
            self.guide,
            self.current,
            self.best,
            self.spare,
            self.pool,
            self.sheet,
            self.state,
            hot * unit,
            (cold / hot) ** (1 / iterations),
            iterations,
        )
        self.iterations += iterations
        return bool(better > 0)

    def columns(self) -> list[Column]:
        """The pool's days, in the order in which they were first seen or its hash says: the same for the same seed."""
        return [
            Column(
                shift=int(self.pool.shift[at]),
                visits=tuple(self.pool.order[at, : self.pool.size[at]].tolist()),
                overtime=int(self.pool.value[at, 0]),
                points=int(self.pool.value[at, 1]),
            )
            for at in np.flatnonzero(self.pool.keys)
        ]

    def _clear(self) -> None:
        self.current.size[:] = 0
        self.current.value[:] = 0
        self.current.taker[:] = NOBODY

    def _repair(self, rank: Floats) -> bool:
        dirty = np.zeros(len(self.current.size), dtype=np.bool_)
        put_back(self.day.world, self.guide, self.current, dirty, self.sheet, rank, 0.0, self.state)
        for shift in range(len(self.current.size)):
            remember(self.current, shift, self.pool)
        if worth(self.guide, self.current) < worth(self.guide, self.best):
            copy_team(self.current, self.best)
            return True
        return False


def longest_day(world: World) -> int:
    """The most visits that any shift can hold, by its hours and its limit; at least one."""
    sessions = np.sort(world.visits[:, LOAD + 1]).cumsum()
    hours = (world.shifts[:, BACK_BY] - world.shifts[:, BEGINS]).max(initial=0)
    limit = world.shifts[:, LIMITS].max(initial=0)
    return max(1, min(int((sessions <= hours).sum()), int(limit)))


def _everybody_at_home(world: World, longest: int, breaks: int) -> Team:
    shifts, visits = world.fits.shape
    return Team(
        order=np.zeros((shifts, longest), dtype=np.int64),
        size=np.zeros(shifts, dtype=np.int64),
        earliest=np.zeros((shifts, longest, breaks + 1), dtype=np.int64),
        latest=np.zeros((shifts, longest, breaks + 1), dtype=np.int64),
        value=np.zeros((shifts, 2), dtype=np.int64),
        taker=np.full(visits, NOBODY, dtype=np.int64),
    )


def _unit(day: Day) -> int:
    """Points that stand for a second on the road; one where the road costs nothing."""
    return max(day.problem.weights.road, 1)


def _guide(day: Day) -> Guide:
    world, unit = day.world, _unit(day)
    place, priorities = world.visits[:, PLACE], world.visits[:, LEFT_OUT : LEFT_OUT + 2]
    road = world.road.mean(axis=0)
    apart = (road + road.T)[np.ix_(place, place)] / 2
    first, last = _span(world)
    middle, width = (first + last) / 2, last - first
    block = world.visits[:, LEAD] + world.visits[:, TAIL]
    homes = world.shifts[:, HOME][world.shifts[:, HOME] >= 0]
    far = road[np.ix_(homes, place)].min(axis=0) if len(homes) else np.zeros(len(place))
    clock = np.abs(middle[:, None] - middle[None, :]) + apart
    left_out = priorities[:, 0] * (1 + int(priorities[:, 1].sum())) + priorities[:, 1]
    late = PRICE_OF_A_SECOND_LATE * unit
    allowance = max((shift.limits.overtime for shift in day.problem.shifts), default=0)
    weight = (4 * priorities[:, 0] + priorities[:, 1]) / 50
    return Guide(
        near=np.stack([_nearest(apart), _nearest(clock)]),
        ranks=np.stack(
            [
                _rank(width, -left_out),
                _rank(-block, -left_out),
                _rank(block, -left_out),
                _rank(-far, -left_out),
                _rank(middle, -left_out),
            ]
        ),
        price=weight * (PRICE_OF_A_VISIT * unit + late * allowance),
        late_price=float(late),
        left_out=left_out,
    )


def _span(world: World) -> tuple[Ints, Ints]:
    """First and last start of each visit over all its windows."""
    firsts, lasts = world.visits[:, WINDOWS::2], world.visits[:, WINDOWS + 1 :: 2]
    return firsts.min(axis=1), lasts.max(axis=1)


def _nearest(distance: Floats) -> Ints:
    return np.argsort(distance, axis=1, kind="stable")[:, 1 : NEIGHBOURS + 1].astype(np.int64)


def _rank(*keys: Floats | Ints) -> Floats:
    """Positions in the order of the last key, equal ones in the order of the key before."""
    order = np.lexsort(keys)
    rank = np.empty(len(order))
    rank[order] = np.arange(len(order))
    return rank
