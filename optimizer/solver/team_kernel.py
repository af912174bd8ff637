"""The days of all shifts while a search changes them, compiled: what is known of each, and how it is timed.

A day without breaks under travel that is the same all day is timed by a table of what lies between any two visits
(`Hops`): a look-up and an addition a visit. Every other day is timed by `kernels.passes` and `day_kernel.time_day`.
Both give the same times and the same values; the tests hold them against each other.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.schedule.day_kernel import Sheet, time_day
from optimizer.schedule.kernels import (
    earliest_first,
    last_start,
    latest_last,
    next_start,
    passes,
    road,
    same_place,
)
from optimizer.schedule.world import (
    ENDS,
    HOME,
    LEAD,
    LIMITS,
    LOAD,
    NEVER,
    NOWHERE,
    PLACE,
    REST_COUNT,
    ROAD_POINTS,
    TABLE,
    TAIL,
    WAIT_POINTS,
    Ints,
    World,
)
from optimizer.travel.compiled import inlined, kernel
from optimizer.travel.kernels import travel_at

NOBODY = -1

# Columns of `Hops.between[table, v, u]`: from u to v, and from v to u. A span leads from session start to the next.
SPAN_FROM, ROAD_FROM, SPAN_TO, ROAD_TO = 0, 1, 2, 3
# Columns of `Hops.ends[s, v]`: v as the first visit of the day, and as the last.
FIRST, ROAD_OUT, LAST, ROAD_BACK = 0, 1, 2, 3
# Columns of `Team.gaps[s, i]`: span and road from the visit before (or from home) to the i-th, and the wait there.
SPAN, ROAD, WAIT = 0, 1, 2
# Columns of `Team.sums[s]`.
LATE, POINTS, DRIVING, BACK = 0, 1, 2, 3
LOADS = 4
"""The first of the three columns that limits add up."""


class Hops(NamedTuple):
    """What lies between two visits where travel is the same all day."""

    between: NDArray[np.int32]
    """`[T, V, V, 4]` for each table of the world's travel; without rows where travel changes over the day."""
    ends: Ints
    """`[S, V, 4]`; the roads are zero where travel changes over the day, all of it where the shift has breaks."""


class Team(NamedTuple):
    """The days of all shifts. `S` shifts, `V` visits, `L` the most visits a day can have, `K` breaks."""

    order: Ints
    """`[S, L]` visits as served."""
    size: Ints
    """`[S]`"""
    earliest: Ints
    """`[S, L, K + 1]` see `kernels.passes`."""
    latest: Ints
    """`[S, L, K + 1]`"""
    starts: Ints
    """`[S, L]` session starts as timed."""
    gaps: Ints
    """`[S, L + 1, 3]`; spans are kept of days without breaks under steady travel only."""
    sums: Ints
    """`[S, 7]` overtime, points, driving seconds, instant of being back, loads."""
    taker: Ints
    """`[V]` the shift that serves the visit, or NOBODY."""


@kernel
def fill_hops(w: World, hops: Hops) -> None:
    """Write the tables once for a world."""
    steady, visits = hops.between.shape[1] > 0, w.visits.shape[0]
    for table in range(hops.between.shape[0] if steady else 0):
        between = hops.between[table]
        for v in range(visits):
            for u in range(visits):
                here, i, j = same_place(w, u, v), w.visits[u, PLACE], w.visits[v, PLACE]
                there = 0 if i == j else travel_at(w.band_starts, w.road[table], i, j, 0)
                back = 0 if i == j else travel_at(w.band_starts, w.road[table], j, i, 0)
                between[v, u, SPAN_FROM] = w.visits[u, TAIL + here] + there + w.visits[v, LEAD + here]
                between[v, u, ROAD_FROM] = there
                between[v, u, SPAN_TO] = w.visits[v, TAIL + here] + back + w.visits[u, LEAD + here]
                between[v, u, ROAD_TO] = back
    for s in range(w.shifts.shape[0]):
        if w.shifts[s, REST_COUNT] > 0:
            continue
        for v in range(visits):
            hops.ends[s, v, FIRST] = earliest_first(w, s, v, 0)
            hops.ends[s, v, LAST] = latest_last(w, s, v, 0)
            if steady:
                hops.ends[s, v, ROAD_OUT] = road(w, s, w.shifts[s, HOME], w.visits[v, PLACE], 0)
                hops.ends[s, v, ROAD_BACK] = road(w, s, w.visits[v, PLACE], w.shifts[s, HOME + 1], 0)


@inlined
def is_plain(w: World, hops: Hops, s: int) -> bool:
    """Whether the tables time this shift's days."""
    return hops.between.shape[1] > 0 and w.shifts[s, REST_COUNT] == 0


@inlined
def steady_drive(w: World, s: int, i: int, j: int) -> int:
    """Seconds of driving without buffer where travel is the same all day."""
    return 0 if i == NOWHERE or j == NOWHERE else w.drive[w.shifts[s, TABLE], 0, i, j]


@inlined
def keeps_driving_limits(w: World, team: Team, s: int) -> bool:
    """Add the driving of a plain day up; false when it is too much, or one drive too long."""
    n, total, longest = team.size[s], 0, 0
    here = w.shifts[s, HOME]
    for i in range(n + 1):
        there = w.visits[team.order[s, i], PLACE] if i < n else w.shifts[s, HOME + 1]
        seconds = steady_drive(w, s, here, there) if here != there else 0
        total += seconds
        longest = max(longest, seconds)
        here = there
    team.sums[s, DRIVING] = total
    return total <= w.shifts[s, LIMITS + 3] and longest <= w.shifts[s, LIMITS + 4]


@kernel
def time_plain(w: World, hops: Hops, team: Team, s: int) -> bool:
    """Time a day by the tables; false when it breaks a promise. The day has visits."""
    n, v, between = team.size[s], team.order[s, 0], hops.between[w.shifts[s, TABLE]]
    start, roads, spans = hops.ends[s, v, FIRST], hops.ends[s, v, ROAD_OUT], 0
    if start >= NEVER:
        return False
    points, first = w.preference[s, v], start
    team.earliest[s, 0, 0], team.starts[s, 0], team.gaps[s, 0, ROAD] = start, start, roads
    for i in range(1, n):
        u, v = v, team.order[s, i]
        span, seconds = between[v, u, SPAN_FROM], between[v, u, ROAD_FROM]
        start = next_start(w, v, start + span)
        if start >= NEVER:
            return False
        team.earliest[s, i, 0], team.starts[s, i] = start, start
        team.gaps[s, i, SPAN], team.gaps[s, i, ROAD] = span, seconds
        roads += seconds
        spans += span
        points += w.preference[s, v]
    if start > hops.ends[s, v, LAST]:
        return False
    seconds = hops.ends[s, v, ROAD_BACK]
    team.gaps[s, n, ROAD] = seconds
    back = start + w.visits[v, TAIL] + seconds
    team.sums[s, LATE], team.sums[s, BACK] = max(0, back - w.shifts[s, ENDS]), back
    points += (roads + seconds) * w.shifts[s, ROAD_POINTS] + (start - first - spans) * w.shifts[s, WAIT_POINTS]
    team.sums[s, POINTS] = points
    by = hops.ends[s, v, LAST]
    team.latest[s, n - 1, 0] = by
    for i in range(n - 2, -1, -1):
        by = last_start(w, team.order[s, i], by - team.gaps[s, i + 1, SPAN])
        team.latest[s, i, 0] = by
    if w.shifts[s, LIMITS + 3] < NEVER or w.shifts[s, LIMITS + 4] < NEVER:
        return keeps_driving_limits(w, team, s)
    return True


@kernel
def time_other(w: World, team: Team, s: int, sheet: Sheet) -> bool:
    """Time a day with breaks, or where travel changes over the day; false when it breaks a promise."""
    n = team.size[s]
    order = team.order[s, :n]
    if not passes(w, s, order, team.earliest[s], team.latest[s]) or not time_day(w, s, order, sheet):
        return False
    for i in range(n):
        team.starts[s, i] = sheet.stops[i, 1]
        team.gaps[s, i, ROAD], team.gaps[s, i, WAIT] = sheet.legs[i, 2], sheet.stops[i, 2]
    team.gaps[s, n, ROAD], team.gaps[s, n, WAIT] = sheet.legs[n, 2], 0
    for k in range(LOADS):
        team.sums[s, k] = sheet.sums[k]
    return True


@kernel
def retime(w: World, hops: Hops, team: Team, s: int, sheet: Sheet) -> bool:
    """Time a day whose order has changed; false when it breaks a promise, and then nothing else is known of it."""
    n = team.size[s]
    for k in range(LOADS + 3):
        team.sums[s, k] = 0
    if n == 0:
        return True
    for i in range(n):
        for k in range(3):
            team.sums[s, LOADS + k] += w.visits[team.order[s, i], LOAD + k]
    for k in range(3):
        if team.sums[s, LOADS + k] > w.shifts[s, LIMITS + k]:
            return False
    if is_plain(w, hops, s):
        return time_plain(w, hops, team, s)
    return time_other(w, team, s, sheet)


@kernel
def copy_day(source: Team, target: Team, s: int) -> None:
    """Everything but who takes which visit."""
    n = source.size[s]
    target.size[s] = n
    for k in range(LOADS + 3):
        target.sums[s, k] = source.sums[s, k]
    for i in range(n):
        target.order[s, i], target.starts[s, i] = source.order[s, i], source.starts[s, i]
        for k in range(source.earliest.shape[2]):
            target.earliest[s, i, k], target.latest[s, i, k] = source.earliest[s, i, k], source.latest[s, i, k]
    for i in range(n + 1):
        for k in range(3):
            target.gaps[s, i, k] = source.gaps[s, i, k]


@kernel
def copy_team(source: Team, target: Team) -> None:
    for s in range(source.size.size):
        copy_day(source, target, s)
    for v in range(source.taker.size):
        target.taker[v] = source.taker[v]


@inlined
def drop_string(team: Team, s: int, first: int, count: int) -> None:
    """Take `count` visits from position `first` out of a day; its times are stale after."""
    n = team.size[s]
    for i in range(first, first + count):
        team.taker[team.order[s, i]] = NOBODY
    for i in range(first, n - count):
        team.order[s, i] = team.order[s, i + count]
    team.size[s] = n - count


@inlined
def insert_at(team: Team, s: int, v: int, at: int) -> None:
    """Put visit v at a position of a day; its times are stale after."""
    for i in range(team.size[s], at, -1):
        team.order[s, i] = team.order[s, i - 1]
    team.order[s, at] = v
    team.size[s] += 1
    team.taker[v] = s


@kernel
def load_day(w: World, hops: Hops, team: Team, s: int, visits: Ints, sheet: Sheet) -> None:
    """Give a shift that is at home these visits, leaving out what it may not take or cannot keep."""
    for v in visits:
        n = team.size[s]
        if team.taker[v] != NOBODY or not w.fits[s, v] or n == team.order.shape[1]:
            continue
        insert_at(team, s, v, n)
        if not retime(w, hops, team, s, sheet):
            drop_string(team, s, n, 1)
            retime(w, hops, team, s, sheet)
