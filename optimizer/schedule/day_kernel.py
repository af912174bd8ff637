"""A day written out: for an order of visits, when everything happens, where the breaks go and what it costs.

The rule of timing: leave home as late as the first start allows, from then on everything as early as possible. Of all
places for the breaks (each gap, before or after its drive) the one with the least overtime wins, then the least cost,
then the latest. Nothing else is decided here, so an exact search over orders that tries every place for the breaks
finds exactly these days.
"""

from typing import NamedTuple

import numpy as np

from optimizer.schedule.kernels import (
    closing_start,
    first_start,
    leave_by,
    rest_by,
    road,
    same_place,
    start_behind,
    within_limits,
)
from optimizer.schedule.world import (
    ENDS,
    HOME,
    LEAD,
    LIMITS,
    NEVER,
    NOWHERE,
    PLACE,
    REST_COUNT,
    RESTS,
    ROAD_POINTS,
    TABLE,
    TAIL,
    WAIT_POINTS,
    Ints,
    World,
)
from optimizer.travel.compiled import allocating, kernel
from optimizer.travel.kernels import travel_at

NO_LEG = -NEVER

# Columns of `Sheet.tries`: breaks of each gap and how many before the drive, tried now and best so far; points so far.
MORE, AHEAD, BEST_MORE, BEST_AHEAD, POINTS = 0, 1, 2, 3, 4


class Sheet(NamedTuple):
    """What `time_day` fills in, for n visits and K breaks."""

    stops: Ints
    """`[n, 5]` arrival, start, wait, departure, breaks taken before the start."""
    legs: Ints
    """`[n + 1, 4]` departure (NO_LEG where nothing is driven), arrival, seconds with buffer, seconds of driving."""
    rests: Ints
    """`[K, 2]` start, slot: twice the gap, plus one when taken after the drive."""
    sums: Ints
    """`[4]` overtime, cost in points, driving seconds, instant of being back."""
    tries: Ints
    """`[n, 5]` scratch of `time_day`: see the columns below."""


@allocating
def blank_sheet(visits: int, breaks: int) -> Sheet:
    return Sheet(
        np.zeros((visits, 5), dtype=np.int64),
        np.zeros((visits + 1, 4), dtype=np.int64),
        np.zeros((max(breaks, 1), 2), dtype=np.int64),
        np.zeros(4, dtype=np.int64),
        np.zeros((visits, 5), dtype=np.int64),
    )


@kernel
def write_leg(w: World, s: int, sheet: Sheet, gap: int, i: int, j: int, leave: int) -> int:
    """Note the drive of a gap and answer its arrival."""
    seconds = road(w, s, i, j, leave)
    sheet.legs[gap, 0], sheet.legs[gap, 1], sheet.legs[gap, 2] = leave, leave + seconds, seconds
    sheet.legs[gap, 3] = 0
    if i == NOWHERE or j == NOWHERE or i == j:
        sheet.legs[gap, 0] = NO_LEG
    else:
        sheet.legs[gap, 3] = travel_at(w.band_starts, w.drive[w.shifts[s, TABLE]], i, j, leave)
    return leave + seconds


@kernel
def write_rests(w: World, s: int, sheet: Sheet, first: int, count: int, free: int, slot: int) -> int:
    """Note breaks taken one after the other and answer when the last is over."""
    for k in range(first, first + count):
        begin = max(free, w.shifts[s, RESTS + 3 * k])
        sheet.rests[k, 0], sheet.rests[k, 1] = begin, slot
        free = begin + w.shifts[s, RESTS + 3 * k + 2]
    return free


@kernel
def rest_seconds(w: World, s: int, first: int, count: int) -> int:
    total = 0
    for k in range(first, first + count):
        total += w.shifts[s, RESTS + 3 * k + 2]
    return total


@kernel
def write_first(w: World, s: int, v: int, start: int, more: int, ahead: int, sheet: Sheet) -> None:
    """Gap 0 and the first stop."""
    write_rests(w, s, sheet, 0, ahead, -NEVER, 0)
    at_door = rest_by(w, s, ahead, more - ahead, start - w.visits[v, LEAD])
    leave = leave_by(w, s, w.shifts[s, HOME], w.visits[v, PLACE], at_door)
    arrival = write_leg(w, s, sheet, 0, w.shifts[s, HOME], w.visits[v, PLACE], leave)
    write_rests(w, s, sheet, ahead, more - ahead, arrival, 1)
    sheet.stops[0, 0], sheet.stops[0, 1], sheet.stops[0, 4] = arrival, start, more
    sheet.stops[0, 2] = start - w.visits[v, LEAD] - arrival - rest_seconds(w, s, ahead, more - ahead)


@kernel
def write_next(w: World, s: int, u: int, v: int, i: int, start: int, more: int, ahead: int, sheet: Sheet) -> None:
    """Gap i and the stop behind it."""
    here, taken = same_place(w, u, v), sheet.stops[i - 1, 4]
    free = sheet.stops[i - 1, 1] + w.visits[u, TAIL + here]
    sheet.stops[i - 1, 3] = free
    leave = write_rests(w, s, sheet, taken, ahead, free, 2 * i)
    arrival = write_leg(w, s, sheet, i, w.visits[u, PLACE], w.visits[v, PLACE], leave)
    write_rests(w, s, sheet, taken + ahead, more - ahead, arrival, 2 * i + 1)
    sheet.stops[i, 0], sheet.stops[i, 1], sheet.stops[i, 4] = arrival, start, taken + more
    rested = rest_seconds(w, s, taken, more)
    sheet.stops[i, 2] = start - w.visits[v, LEAD + here] - free - sheet.legs[i, 2] - rested


@kernel
def write_end(w: World, s: int, order: Ints, ahead: int, sheet: Sheet) -> bool:
    """The way home and the sums; false when the day does not close or a driving limit is broken."""
    n = order.size
    v, taken = order[n - 1], sheet.stops[n - 1, 4]
    if sheet.stops[n - 1, 1] > closing_start(w, s, v, taken, ahead):
        return False
    free = sheet.stops[n - 1, 1] + w.visits[v, TAIL]
    sheet.stops[n - 1, 3] = free
    leave = write_rests(w, s, sheet, taken, ahead, free, 2 * n)
    back = write_leg(w, s, sheet, n, w.visits[v, PLACE], w.shifts[s, HOME + 1], leave)
    write_rests(w, s, sheet, taken + ahead, w.shifts[s, REST_COUNT] - taken - ahead, back, 2 * n + 1)
    driving, longest = 0, 0
    for i in range(n + 1):
        driving += sheet.legs[i, 3]
        longest = max(longest, sheet.legs[i, 3])
    idle = leave - free - rest_seconds(w, s, taken, ahead)
    sheet.sums[0] = max(0, back - w.shifts[s, ENDS])
    sheet.sums[1] = (
        sheet.tries[n - 1, POINTS] + sheet.legs[n, 2] * w.shifts[s, ROAD_POINTS] + idle * w.shifts[s, WAIT_POINTS]
    )
    sheet.sums[2], sheet.sums[3] = driving, back
    return driving <= w.shifts[s, LIMITS + 3] and longest <= w.shifts[s, LIMITS + 4]


@kernel
def write_gap(w: World, s: int, order: Ints, gap: int, more: int, ahead: int, sheet: Sheet) -> bool:
    """Take `more` breaks in a gap before the last, `ahead` of them before its drive, and write it; false: too late."""
    v = order[gap]
    if gap == 0:
        start = first_start(w, s, v, more, ahead)
        if start < NEVER:
            write_first(w, s, v, start, more, ahead, sheet)
    else:
        u = order[gap - 1]
        start = start_behind(w, s, u, v, sheet.stops[gap - 1, 1], sheet.stops[gap - 1, 4], ahead, more - ahead)
        if start < NEVER:
            write_next(w, s, u, v, gap, start, more, ahead, sheet)
    if start >= NEVER:
        return False
    spent = 0 if gap == 0 else sheet.tries[gap - 1, POINTS]
    spent += sheet.legs[gap, 2] * w.shifts[s, ROAD_POINTS] + sheet.stops[gap, 2] * w.shifts[s, WAIT_POINTS]
    sheet.tries[gap, POINTS] = spent + w.preference[s, v]
    return True


@kernel
def is_too_late(w: World, s: int, order: Ints, gap: int, sheet: Sheet) -> bool:
    """Whether the next break could no longer begin at the start of this gap, and so nowhere behind it either."""
    if gap == 0 or sheet.stops[gap - 1, 4] == w.shifts[s, REST_COUNT]:
        return False
    free = sheet.stops[gap - 1, 1] + w.visits[order[gap - 1], TAIL + same_place(w, order[gap - 1], order[gap])]
    return bool(free > w.shifts[s, RESTS + 3 * sheet.stops[gap - 1, 4] + 1])


@kernel
def next_try(tries: Ints, gap: int) -> None:
    """After (more, ahead) comes one more before the drive, then one break more."""
    if tries[gap, AHEAD] < tries[gap, MORE]:
        tries[gap, AHEAD] += 1
    else:
        tries[gap, MORE] += 1
        tries[gap, AHEAD] = 0


@kernel
def time_day(w: World, s: int, order: Ints, sheet: Sheet) -> bool:
    """Write the best day of an order; false when no place for the breaks keeps every time and limit.

    An order without visits is a day at home: nothing is written and it is always possible.
    """
    n, breaks = order.size, w.shifts[s, REST_COUNT]
    sheet.sums[0], sheet.sums[1], sheet.sums[2], sheet.sums[3] = 0, 0, 0, 0
    if n == 0:
        return True
    if not within_limits(w, s, order):
        return False
    # Depth first over the breaks taken in each gap, none tried first; a dearer beginning is given up.
    tries, overtime, points, found, gap, last = sheet.tries, NEVER, NEVER, False, 0, 0
    tries[0, MORE], tries[0, AHEAD] = 0, 0
    while gap >= 0:
        if gap == n:
            for ahead in range(breaks - sheet.stops[n - 1, 4] + 1):
                if write_end(w, s, order, ahead, sheet):
                    late, cost = sheet.sums[0], sheet.sums[1]
                    if late < overtime or (late == overtime and cost < points):
                        overtime, points, found, last = late, cost, True, ahead
                        for i in range(n):
                            tries[i, BEST_MORE], tries[i, BEST_AHEAD] = tries[i, MORE], tries[i, AHEAD]
            gap -= 1
            next_try(tries, gap)
            continue
        more, taken = tries[gap, MORE], 0 if gap == 0 else sheet.stops[gap - 1, 4]
        fits = taken + more <= breaks and not is_too_late(w, s, order, gap, sheet)
        fits = fits and write_gap(w, s, order, gap, more, tries[gap, AHEAD], sheet)
        if fits and (overtime > 0 or tries[gap, POINTS] < points):
            gap += 1
            if gap < n:
                tries[gap, MORE], tries[gap, AHEAD] = 0, 0
        elif taken + more > breaks or (more == 0 and not fits):
            # More breaks never start a visit earlier.
            gap -= 1
            if gap >= 0:
                next_try(tries, gap)
        else:
            next_try(tries, gap)
    if found and breaks > 0:
        for gap in range(n):
            write_gap(w, s, order, gap, tries[gap, BEST_MORE], tries[gap, BEST_AHEAD], sheet)
        write_end(w, s, order, last, sheet)
    return found
