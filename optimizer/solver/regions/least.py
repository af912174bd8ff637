"""A lower limit for a day of any size: each visit has one way to it and one way from it (assignment problem).

Who drives, and that a day is one walk from home to home, is let go of, as are breaks, limits, waiting and hours that do
not show between two visits; a drive takes what it takes the quickest therapist when the roads are free (Carpaneto and
Toth 1980, for the travelling salesman). What is left is solved exactly in a second where column generation would need
hours.
"""

import numpy as np
from ortools.graph.python.linear_sum_assignment import SimpleLinearSumAssignment

from optimizer.domain.itinerary import Objective
from optimizer.schedule.timeline import Day
from optimizer.schedule.world import (
    BACK_BY,
    BEGINS,
    HOME,
    LEAD,
    LEFT_OUT,
    NOWHERE,
    PLACE,
    ROAD_POINTS,
    TABLE,
    TAIL,
    WINDOWS,
    Ints,
    World,
)

MOST_PAIRS = 1 << 23
"""Pairs of visits and homes that are worth their memory: some hundred bytes each."""
MOST_COST = 1 << 62
"""The solver multiplies costs by the number of rows, in 64 bits."""

Arcs = tuple[Ints, Ints, Ints]
"""From, to, points."""


def least_objective(day: Day) -> Objective | None:
    """No plan of the day is better than this; None where the day is too large to tell.

    Optional visits are taken to cost nothing when left out.
    """
    world = day.world
    shifts, visits = world.fits.shape
    rows = shifts + visits
    if rows * rows > MOST_PAIRS or not visits or not shifts:
        return None
    road = _least_roads(world)
    point = int(world.shifts[:, ROAD_POINTS].min())
    arcs = [*_between(world, road.min(axis=0), point), *_from_home(world, road, point), *_to_home(world, road, point)]
    dearest = rows * (1 + max(int(cost.max(initial=0)) for _, _, cost in arcs))
    required = world.visits[:, LEFT_OUT]
    if dearest * (1 + int(required.sum())) * (rows + 1) >= MOST_COST:
        return None
    everybody, everything = np.arange(shifts), shifts + np.arange(visits)
    arcs += [(everybody, everybody, np.zeros(shifts, dtype=np.int64)), (everything, everything, required * dearest)]
    solver = SimpleLinearSumAssignment()
    for begin, end, cost in arcs:
        solver.add_arcs_with_cost(begin, end, cost)
    if solver.solve() != SimpleLinearSumAssignment.OPTIMAL:
        return None
    left_out, cost = divmod(int(solver.optimal_cost()), dearest)
    return Objective(required_left_out=left_out, optional_left_out=0, promises_moved=0, overtime=0, cost=cost)


def _least_roads(world: World) -> Ints:
    """`[T, P, P]` seconds at the best time of the day, in each table of travel."""
    road: Ints = world.road.min(axis=1).astype(np.int64)
    here = np.arange(road.shape[1])
    road[:, here, here] = 0
    return road


def _span(world: World) -> tuple[Ints, Ints]:
    """When each visit begins at the earliest and at the latest, whatever its window."""
    return world.visits[:, WINDOWS::2].min(axis=1), world.visits[:, WINDOWS + 1 :: 2].max(axis=1)


def _lead(world: World) -> Ints:
    lead: Ints = world.visits[:, LEAD : LEAD + 2].min(axis=1)
    return lead


def _tail(world: World) -> Ints:
    tail: Ints = world.visits[:, TAIL : TAIL + 2].min(axis=1)
    return tail


def _wish(world: World) -> Ints:
    """`[V]` points that the therapist who suits best costs."""
    wish: Ints = np.where(world.fits, world.preference, 1 << 40).min(axis=0)
    return wish


def _between(world: World, road: Ints, point: int) -> list[Arcs]:
    """Visits that one therapist may serve one after the other; `road` is that of who drives quickest."""
    place, (opens, closes) = world.visits[:, PLACE], _span(world)
    away = road[np.ix_(place, place)]
    together = world.fits.T.astype(np.float32) @ world.fits.astype(np.float32) > 0
    ready = (opens + _tail(world))[:, None] + away + _lead(world)[None, :]
    follows = together & (ready <= closes[None, :]) & ~np.eye(len(place), dtype=np.bool_)
    before, behind = np.nonzero(follows)
    shifts = len(world.shifts)
    return [(shifts + before, shifts + behind, away[before, behind] * point + _wish(world)[behind])]


def _from_home(world: World, road: Ints, point: int) -> list[Arcs]:
    away = _home_roads(world, road, HOME)
    _, closes = _span(world)
    in_time = world.shifts[:, BEGINS, None] + away + _lead(world)[None, :] <= closes[None, :]
    shift, first = np.nonzero(world.fits & in_time)
    return [(shift, len(world.shifts) + first, away[shift, first] * point + _wish(world)[first])]


def _to_home(world: World, road: Ints, point: int) -> list[Arcs]:
    away = _home_roads(world, road.transpose(0, 2, 1), HOME + 1)
    opens, _ = _span(world)
    in_time = (opens + _tail(world))[None, :] + away <= world.shifts[:, BACK_BY, None]
    shift, last = np.nonzero(world.fits & in_time)
    return [(len(world.shifts) + last, shift, away[shift, last] * point)]


def _home_roads(world: World, road: Ints, column: int) -> Ints:
    """`[S, V]` seconds between a shift's home and each visit; none where the day begins or ends at a door."""
    homes = world.shifts[:, column]
    away = road[world.shifts[:, TABLE, None], homes[:, None], world.visits[None, :, PLACE]]
    return np.where((homes == NOWHERE)[:, None], 0, away)
