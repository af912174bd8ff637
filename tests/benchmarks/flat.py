"""A day as other engines take it: matrices, one travel time an arc, everything in whole numbers.

Exact, not an approximation: an order is feasible here if and only if it is in the problem (unless breaks are in play,
whose place inside a drive engines choose differently). What is paid once a place (parking, set-up, tear-down) is part
of the arc, the rest of a block is service at the node, and windows bound the beginning of that service.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.place import Place
from optimizer.domain.therapist import Limits
from optimizer.domain.time import Seconds
from optimizer.schedule.problem import Problem
from optimizer.schedule.world import NEVER, compile_world

Ints = NDArray[np.int64]
Windows = tuple[tuple[Seconds, Seconds], ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class FlatDay:
    """`V` visits are the nodes 0 to V-1; behind them stand the homes, each once.

    Attributes
    ----------
    road
        `[N, N]` seconds on the road, buffers included; zero from and to the home that a shift does not have.
    owed
        `[N, N]` seconds at the doors that are paid on the way: tear-down here, parking and set-up there.
    service
        `[N]` seconds at a node; zero at homes.
    windows
        For each visit the spans in which its service may begin.
    homes
        `[S, 2]` nodes where each shift starts and ends.
    fits
        `[S, V]` who may take what.
    wishes
        `[S, V]` points lost when a client's wish is missed.
    price
        `[V]` points for leaving a visit out.
    loads, capacity
        `[V, 3]` and `[S, 3]`: visits, hands-on seconds, heavy visits; NEVER without a limit.
    """

    problem: Problem
    serve_all: bool
    road: Ints
    owed: Ints
    service: Ints
    windows: tuple[Windows, ...]
    homes: Ints
    fits: NDArray[np.bool_]
    wishes: Ints
    price: Ints
    loads: Ints
    capacity: Ints

    @classmethod
    def of(cls, problem: Problem, *, price: int, serve_all: bool) -> "FlatDay":
        """Flatten a problem with one travel band; `price` is for a visit of usual priority left out.

        Raises
        ------
        ValueError
            When travel depends on the hour, or a rule has no form in matrices.
        """
        if reason := obstacle(problem):
            raise ValueError(reason)
        doors = [visit.place for visit in problem.visits]
        homes = [home for shift in problem.shifts for home in (shift.start_place, shift.end_place)]
        kinds = list(dict.fromkeys("" if home is None else home.id for home in homes))
        nodes: list[Place | None] = [*doors, *({"" if h is None else h.id: h for h in homes}[kind] for kind in kinds)]
        row = {kind: len(doors) + k for k, kind in enumerate(kinds)}
        world = compile_world(problem)
        limits = [(s.limits.visits, s.limits.hands_on, s.limits.heavy_visits) for s in problem.shifts]
        return cls(
            problem=problem,
            serve_all=serve_all,
            road=_road(problem, nodes),
            owed=_owed(problem, nodes),
            service=np.array([v.consultation + v.session + v.wrap_up for v in problem.visits] + [0] * len(kinds)),
            windows=tuple(
                tuple((w.earliest - v.consultation, w.latest - v.consultation) for w in v.starts)
                for v in problem.visits
            ),
            homes=np.array([row["" if home is None else home.id] for home in homes]).reshape(-1, 2),
            fits=world.fits,
            wishes=world.preference,
            price=np.array([price * v.priority // 50 for v in problem.visits]),
            loads=np.array([(int(not v.busy), v.hands_on, int(v.heavy)) for v in problem.visits]).reshape(-1, 3),
            capacity=np.array([[NEVER if limit is None else limit for limit in row] for row in limits]).reshape(-1, 3),
        )

    @property
    def time(self) -> Ints:
        """`[N, N]` from the end of service here to the beginning of service there."""
        return self.road + self.owed

    @cached_property
    def limited(self) -> tuple[int, ...]:
        """Columns of `loads` that somebody limits."""
        return tuple(np.flatnonzero((self.capacity < NEVER).any(axis=0)).tolist())

    @cached_property
    def takes(self) -> tuple[frozenset[int], ...]:
        """For each shift the visits it may take."""
        return tuple(frozenset(np.flatnonzero(row).tolist()) for row in self.fits)

    def named(self, orders: dict[int, list[int]]) -> dict[str, tuple[str, ...]]:
        """Rows of shifts and visits as ids."""
        shifts, visits = self.problem.shifts, self.problem.visits
        return {shifts[row].id: tuple(visits[visit].id for visit in order) for row, order in orders.items()}


def obstacle(problem: Problem) -> str:
    """What of this problem has no form in matrices; empty when everything has."""
    if len(problem.travel.starts) > 1:
        return "travel depends on the hour"
    for shift in problem.shifts:
        if shift.limits.driving is not None or shift.limits.longest_drive is not None or shift.limits.overtime:
            return "limits of driving and overtime"
    for visit in problem.visits:
        if any(after.earliest <= before.latest for before, after in pairwise(visit.starts)):
            return "windows that overlap"
    return ""


def same_all_over(problem: Problem) -> str:
    """What makes this more than one office, alike therapists, and one window a visit; empty when nothing does."""
    first = problem.shifts[0]
    if any(replace(shift, therapist=first.therapist) != first for shift in problem.shifts):
        return "shifts differ"
    if first.breaks or first.limits != Limits() or first.start_place is None or first.start_place != first.end_place:
        return "breaks, limits or no office"
    if not compile_world(problem).fits.all() or any(visit.choice.prefer for visit in problem.visits):
        return "therapists differ"
    if any(len(visit.starts) != 1 for visit in problem.visits):
        return "several windows"
    if len({visit.place.id for visit in problem.visits}) < len(problem.visits):
        return "two visits at one door"
    return ""


def _road(problem: Problem, nodes: list[Place | None]) -> Ints:
    index = problem.travel.index
    rows = np.array([0 if place is None else index[place.id] for place in nodes])
    road = problem.travel.seconds[0][np.ix_(rows, rows)].astype(np.int64)
    nowhere = np.array([place is None for place in nodes])
    road[nowhere, :] = road[:, nowhere] = 0
    road[_same(nodes)] = 0
    return road


def _owed(problem: Problem, nodes: list[Place | None]) -> Ints:
    homes = [0] * (len(nodes) - len(problem.visits))
    before = np.array([visit.tear_down for visit in problem.visits] + homes)
    after = np.array([visit.parking + visit.setup for visit in problem.visits] + homes)
    owed = before[:, None] + after[None, :]
    same, visits = _same(nodes), len(problem.visits)
    owed[:visits, :visits][same[:visits, :visits]] = 0
    return owed


def _same(nodes: list[Place | None]) -> NDArray[np.bool_]:
    names = np.array([f"nowhere {k}" if place is None else place.id for k, place in enumerate(nodes)])
    same: NDArray[np.bool_] = names[:, None] == names[None, :]
    return same
