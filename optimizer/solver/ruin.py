"""The state of ruin and recreate: what it starts from, what steers it, and the days it has seen."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from optimizer.schedule.day_kernel import Sheet, blank_sheet
from optimizer.schedule.timeline import Day
from optimizer.schedule.world import BACK_BY, BEGINS, LEAD, LIMITS, LOAD, REST_COUNT, TAIL, World, is_steady
from optimizer.solver.anneal_kernel import anneal, worth
from optimizer.solver.assignment import Assignment, Column
from optimizer.solver.chain_kernel import LONGEST_CHAIN, Links, serve_by_chains
from optimizer.solver.guide import guide_for, point_unit, usual_leg
from optimizer.solver.route_pool_kernel import Hashes, Pool, remember
from optimizer.solver.ruin_kernel import Desk, Floats, Guide, put_back
from optimizer.solver.team_kernel import LOADS, NOBODY, Hops, Team, copy_team, fill_hops, load_day

POOL_SIZE = 1 << 15
NEAR_BEST = 0.02
"""How much dearer than the best plan's points one may be whose days are kept, besides one visit more left out."""
MOST_HOPS = 1 << 24
"""Pairs of visits that a table is worth its memory for: 256 MB."""


class Worth(NamedTuple):
    """What assignments compare by: priorities left out (required ones outweigh all others), overtime, points."""

    left_out: int
    overtime: int
    points: int


@dataclass(slots=True, eq=False, kw_only=True)
class Ruin:
    """Ruin and recreate on one day: changes `current`, keeps the best assignment met and a pool of days.

    `usual_leg` is the seconds to a near neighbour: temperatures are well measured by it.
    """

    day: Day
    guide: Guide
    hops: Hops
    usual_leg: float
    current: Team
    best: Team
    spare: Team
    pool: Pool
    desk: Desk
    links: Links
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
            guide=guide_for(day),
            hops=_hops(world),
            usual_leg=usual_leg(day),
            current=_everybody_at_home(world, longest, breaks),
            best=_everybody_at_home(world, longest, breaks),
            spare=_everybody_at_home(world, longest, breaks),
            pool=Pool(
                keys=np.zeros(POOL_SIZE, dtype=np.uint64),
                shift=np.zeros(POOL_SIZE, dtype=np.int64),
                order=np.zeros((POOL_SIZE, longest), dtype=np.int32),
                size=np.zeros(POOL_SIZE, dtype=np.int64),
                value=np.zeros((POOL_SIZE, 2), dtype=np.int64),
                used=np.zeros(1, dtype=np.int64),
                marks=marks,
            ),
            desk=_clear_desk(shifts, visits, breaks),
            links=_links(shifts, visits, breaks),
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
            visits = np.array(order, dtype=np.int64)
            load_day(self.day.world, self.hops, self.current, shift, visits, self.sheet)
        return self._repair(self.guide.ranks[0])

    def anneal(self, iterations: int, *, hot: float, cold: float) -> bool:
        """Search from `current` for a number of iterations, cooling from `hot` to `cold` seconds on the road."""
        unit = point_unit(self.day)
        if 2 * self.days_seen >= POOL_SIZE:
            self._forget_days()
        worse = NEAR_BEST * self.worth.points + float(self.guide.price.max(initial=0.0))
        better = anneal(
            self.day.world,
            self.hops,
            self.guide,
            self.current,
            self.best,
            self.spare,
            self.pool,
            self.desk,
            self.sheet,
            self.state,
            hot * unit,
            (cold / hot) ** (1 / iterations),
            iterations,
            worse,
        )
        self.iterations += iterations
        return bool(better > 0)

    def serve_more(self) -> bool:
        """Serve visits left out of `current` by chains of exchanges; true when that is a better plan than any before.

        Nothing happens where tables of all pairs of visits would take too much memory.
        """
        if not len(self.links.instead) or not serve_by_chains(
            self.day.world,
            self.hops,
            self.guide.left_out,
            self.guide.late_price,
            self.current,
            self.spare,
            self.sheet,
            self.links,
        ):
            return False
        return self._keep()

    def completed(self, assignment: Assignment) -> Assignment:
        """The best one met, after visits left out of this one were put where they fit and served by chains."""
        self.offer(assignment)
        self.serve_more()
        return self.assignment

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

    def _forget_days(self) -> None:
        """Make room for the days of better plans; those of the best one stay."""
        self.pool.keys[:] = 0
        self.pool.used[:] = 0
        for shift in range(len(self.best.size)):
            remember(self.best, shift, self.pool)

    def _clear(self) -> None:
        self.current.size[:] = 0
        self.current.sums[:] = 0
        self.current.taker[:] = NOBODY

    def _repair(self, rank: Floats) -> bool:
        put_back(self.day.world, self.hops, self.guide, self.current, self.sheet, rank, self.desk.room)
        return self._keep()

    def _keep(self) -> bool:
        """Note the days of `current`, and itself where it is the best; true then."""
        for shift in range(len(self.current.size)):
            remember(self.current, shift, self.pool)
        if worth(self.guide, self.current) < worth(self.guide, self.best):
            copy_team(self.current, self.best)
            return True
        return False


def longest_day(world: World) -> int:
    """The most visits that any shift can hold, by its hours and its limits; at least one."""
    least_block = np.minimum(world.visits[:, LEAD], world.visits[:, LEAD + 1])
    least_block = least_block + np.minimum(world.visits[:, TAIL], world.visits[:, TAIL + 1])
    blocks, hands_on = np.sort(least_block).cumsum(), np.sort(world.visits[:, LOAD + 1]).cumsum()
    # The first arrival lies at the begin, the last leaving at the end: both blocks are inside.
    hours = (world.shifts[:, BACK_BY] - world.shifts[:, BEGINS]).max(initial=0)
    most = world.shifts[:, LIMITS : LIMITS + 2].max(axis=0, initial=0)
    # The limit of visits does not count busy time.
    busy = int((world.visits[:, LOAD] == 0).sum())
    held = min(int((blocks <= hours).sum()), int((hands_on <= most[1]).sum()), int(most[0]) + busy)
    return max(1, held)


def _hops(world: World) -> Hops:
    shifts, visits = world.fits.shape
    tables, steady = len(world.road), is_steady(world.road) and is_steady(world.drive)
    rows = visits if steady and tables * visits * visits <= MOST_HOPS else 0
    hops = Hops(
        between=np.zeros((tables, rows, rows, 4), dtype=np.int32),
        ends=np.zeros((shifts, visits, 4), dtype=np.int64),
    )
    fill_hops(world, hops)
    return hops


def _clear_desk(shifts: int, visits: int, breaks: int) -> Desk:
    return Desk(
        dirty=np.zeros(shifts + 1, dtype=np.int64),
        is_dirty=np.zeros(shifts, dtype=np.bool_),
        absent=np.zeros(visits + 1, dtype=np.int64),
        was_absent=np.zeros(visits, dtype=np.bool_),
        open=np.zeros(visits + 1, dtype=np.int64),
        keys=np.zeros(visits, dtype=np.float64),
        seen=np.zeros(shifts, dtype=np.int64),
        banned=np.zeros(shifts, dtype=np.int64),
        empty=np.full(shifts, NOBODY, dtype=np.int64),
        tally=np.zeros(2, dtype=np.int64),
        skip=np.full(1, -1, dtype=np.int64),
        room=np.zeros((breaks + 1, 2), dtype=np.int64),
    )


def _links(shifts: int, visits: int, breaks: int) -> Links:
    rows = visits if visits * max(visits, shifts) <= MOST_HOPS else 0
    return Links(
        instead=np.zeros((rows, rows), dtype=np.float32),
        room=np.zeros((rows, shifts), dtype=np.float32),
        cost=np.zeros((LONGEST_CHAIN + 1, rows), dtype=np.float32),
        parent=np.zeros((LONGEST_CHAIN + 1, rows), dtype=np.int64),
        path=np.zeros(LONGEST_CHAIN + 1, dtype=np.int64),
        days=np.zeros(shifts + 1, dtype=np.int64),
        skip=np.zeros(1, dtype=np.int64),
        room_before=np.zeros((breaks + 1, 2), dtype=np.int64),
    )


def _everybody_at_home(world: World, longest: int, breaks: int) -> Team:
    shifts, visits = world.fits.shape
    return Team(
        order=np.zeros((shifts, longest), dtype=np.int64),
        size=np.zeros(shifts, dtype=np.int64),
        earliest=np.zeros((shifts, longest, breaks + 1), dtype=np.int64),
        latest=np.zeros((shifts, longest, breaks + 1), dtype=np.int64),
        starts=np.zeros((shifts, longest), dtype=np.int64),
        gaps=np.zeros((shifts, longest + 1, 3), dtype=np.int64),
        sums=np.zeros((shifts, LOADS + 3), dtype=np.int64),
        taker=np.full(visits, NOBODY, dtype=np.int64),
    )
