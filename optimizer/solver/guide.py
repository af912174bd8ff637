"""What steers ruin and recreate on a day: neighbours, orders of insertion, prices. It never decides what is better."""

import numpy as np
from numpy.typing import NDArray

from optimizer.schedule.timeline import Day
from optimizer.schedule.world import (
    HOME,
    LEAD,
    LEFT_OUT,
    LOAD,
    NOWHERE,
    PLACE,
    TABLE,
    TAIL,
    WINDOWS,
    Ints,
    World,
)
from optimizer.solver.ruin_kernel import Floats, Guide

NEIGHBOURS = 100
HOMES = 8
PRICE_OF_A_VISIT = 30_000
"""Seconds on the road that leaving out a visit of middle priority counts while annealing: as long as a whole day."""
PRICE_OF_A_SECOND_LATE = 100
"""Seconds on the road that a second of overtime counts while annealing."""
NEAREST = 5
"""Neighbours whose mean distance is the scale of a problem."""


def point_unit(day: Day) -> int:
    """Points that stand for a second on the road; one where the road costs nothing."""
    return max(day.problem.weights.road, 1)


def usual_leg(day: Day) -> float:
    """Seconds from a visit to its nearest neighbours, on average: what temperatures are measured by; at least one."""
    apart = _apart(day.world)
    near = np.sort(apart, axis=1)[:, 1 : NEAREST + 1]
    return max(1.0, float(near.mean())) if near.size else 1.0


def guide_for(day: Day) -> Guide:
    world, unit = day.world, point_unit(day)
    place, priorities = world.visits[:, PLACE], world.visits[:, LEFT_OUT : LEFT_OUT + 2]
    apart = _apart(world)
    first, last = _span(world)
    middle, width = (first + last) / 2, last - first
    block, load = world.visits[:, LEAD] + world.visits[:, TAIL], world.visits[:, LOAD + 1]
    far = _from_home(world)[:, place].min(axis=0, initial=1 << 30) if len(world.shifts) else np.zeros(len(place))
    clock = np.abs(middle[:, None] - middle[None, :]) + apart
    left_out = priorities[:, 0] * (1 + int(priorities[:, 1].sum())) + priorities[:, 1]
    late = PRICE_OF_A_SECOND_LATE * unit
    allowance = max((shift.limits.overtime for shift in day.problem.shifts), default=0)
    weight = (4 * priorities[:, 0] + priorities[:, 1]) / 50
    visit = max(PRICE_OF_A_VISIT, 2 * int(world.road.max(initial=0)))
    # The paper's orders and odds, and its three for time windows (section 5.4).
    orders = (
        (_rank(-load, -block, -left_out), 4),
        (_rank(-far, -left_out), 2),
        (_rank(far, -left_out), 1),
        (_rank(width, -left_out), 2),
        (_rank(first, -left_out), 2),
        (_rank(-last, -left_out), 2),
    )
    at_random = 4
    odds = np.cumsum([odd for _, odd in orders])
    return Guide(
        near=np.stack([_nearest(apart), _nearest(clock)]),
        homes=_nearest_homes(world),
        twins=_twins(world),
        ranks=np.stack([rank for rank, _ in orders]),
        odds=odds / (odds[-1] + at_random),
        # Whole numbers, so that sums of them in any order are the same.
        price=np.rint(weight * (visit * unit + late * allowance)),
        late_price=float(late),
        left_out=left_out,
    )


def _apart(world: World) -> Floats:
    """`[V, V]` seconds between two visits, there and back, over all bands and whoever drives."""
    place = world.visits[:, PLACE]
    road = world.road.mean(axis=(0, 1))
    both: Floats = (road + road.T) / 2
    return both[np.ix_(place, place)]


def _span(world: World) -> tuple[Ints, Ints]:
    """First and last start of each visit over all its windows."""
    firsts, lasts = world.visits[:, WINDOWS::2], world.visits[:, WINDOWS + 1 :: 2]
    return firsts.min(axis=1), lasts.max(axis=1)


def _nearest(distance: Floats) -> Ints:
    """`[V, A]` the others, nearest first."""
    count = len(distance)
    alone = distance.copy()
    np.fill_diagonal(alone, -1.0)
    nearest: Ints = np.argsort(alone, axis=1, kind="stable")[:, 1 : min(NEIGHBOURS, count - 1) + 1]
    return nearest


def _from_home(world: World) -> NDArray[np.int64]:
    """`[S, P]` seconds from each home to each place; none where the day begins at the first door."""
    homes = world.shifts[:, HOME]
    road: NDArray[np.int64] = world.road[world.shifts[:, TABLE], 0, homes].astype(np.int64)
    road[homes == NOWHERE] = 0
    return road


def _twins(world: World) -> Ints:
    """For each shift the first that is the same in hours, places, limits, breaks and whom it may take."""
    seen: dict[bytes, int] = {}
    rows = zip(world.shifts, world.fits, world.preference, strict=True)
    keys = (b"".join(part.tobytes() for part in row) for row in rows)
    return np.array([seen.setdefault(key, row) for row, key in enumerate(keys)], dtype=np.int64)


def _nearest_homes(world: World) -> Ints:
    """`[V, H]` one shift of each kind, those that may take the visit first, the nearest home first."""
    kinds = np.unique(_twins(world))
    away = _from_home(world)[kinds][:, world.visits[:, PLACE]]
    away = away + (1 << 30) * ~world.fits[kinds]
    order = np.argsort(away, axis=0, kind="stable")[:HOMES]
    return np.ascontiguousarray(kinds[order].T)


def _rank(*keys: Floats | Ints) -> Floats:
    """Positions in the order of the last key, equal ones in the order of the key before."""
    order = np.lexsort(keys)
    rank = np.empty(len(order))
    rank[order] = np.arange(len(order))
    return rank
