"""A day written out: for an order of visits, when everything happens, where the breaks go and what it costs.

The rule of timing: leave home as late as the first start allows, from then on everything as early as possible. Of all
places for the breaks the one with the least overtime, then the least cost, is taken (the first of equals).
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from optimizer.schedule.kernels import (
    closing_start,
    first_start,
    leave_by,
    rest_by,
    road,
    start_behind,
    within_limits,
)
from optimizer.schedule.world import NEVER, NOWHERE, Ints, World
from optimizer.travel.kernels import leaf, travel_at

NO_LEG = -NEVER


class Sheet(NamedTuple):
    """What `write_day` fills in, for n visits and K breaks."""

    stops: Ints
    """`[n, 4]` arrival, start, wait, departure."""
    legs: Ints
    """`[n + 1, 4]` departure (NO_LEG where nothing is driven), arrival, seconds with buffer, seconds of driving."""
    rests: Ints
    """`[K, 2]` start, slot: twice the gap, plus one when taken after the drive."""
    sums: Ints
    """`[4]` overtime, cost in points, driving seconds, instant of being back."""


def blank_sheet(visits: int, breaks: int) -> Sheet:
    return Sheet(
        np.zeros((visits, 4), dtype=np.int64),
        np.zeros((visits + 1, 4), dtype=np.int64),
        np.zeros((max(breaks, 1), 2), dtype=np.int64),
        np.zeros(4, dtype=np.int64),
    )


@leaf
def write_leg(w: World, sheet: Sheet, gap: int, i: int, j: int, leave: int) -> int:
    """Note the drive of a gap and answer its arrival."""
    if i == NOWHERE or j == NOWHERE or i == j:
        sheet.legs[gap, 0], sheet.legs[gap, 1] = NO_LEG, leave
        sheet.legs[gap, 2], sheet.legs[gap, 3] = 0, 0
        return leave
    seconds = road(w, i, j, leave)
    sheet.legs[gap, 0], sheet.legs[gap, 1], sheet.legs[gap, 2] = leave, leave + seconds, seconds
    sheet.legs[gap, 3] = travel_at(w.band_starts, w.drive, i, j, leave)
    return leave + seconds


@leaf
def write_rests(w: World, s: int, sheet: Sheet, first: int, count: int, free: int, slot: int) -> int:
    """Note breaks taken one after the other and answer when the last is over."""
    for k in range(first, first + count):
        begin = max(free, w.rests[s, k, 0])
        sheet.rests[k, 0], sheet.rests[k, 1] = begin, slot
        free = begin + w.rests[s, k, 2]
    return free


@leaf
def rest_seconds(w: World, s: int, first: int, count: int) -> int:
    total = 0
    for k in range(first, first + count):
        total += w.rests[s, k, 2]
    return total


@leaf
def leave_home(w: World, s: int, v: int, start: int, ahead: int, taken: int) -> int:
    """The latest instant to leave the start place for a first session at `start`."""
    arrive = rest_by(w, s, ahead, taken - ahead, start - w.lead[v, 0])
    return leave_by(w, w.home[s, 0], w.place[v], arrive)


@leaf
def write_day(w: World, s: int, order: Ints, slots: Ints, sheet: Sheet) -> bool:
    """Write the day with its breaks in the given slots; false when that keeps not every time or driving limit."""
    n, breaks, k = order.size, w.rest_count[s], 0
    ahead = 0
    while ahead < breaks and slots[ahead] == 0:
        ahead += 1
    taken = ahead
    while taken < breaks and slots[taken] == 1:
        taken += 1
    first = order[0]
    start = first_start(w, s, first, taken, ahead)
    if start >= NEVER:
        return False
    write_rests(w, s, sheet, 0, ahead, -NEVER, 0)
    arrival = write_leg(w, sheet, 0, w.home[s, 0], w.place[first], leave_home(w, s, first, start, ahead, taken))
    write_rests(w, s, sheet, ahead, taken - ahead, arrival, 1)
    wait = start - w.lead[first, 0] - arrival - rest_seconds(w, s, ahead, taken - ahead)
    sheet.stops[0, 0], sheet.stops[0, 1], sheet.stops[0, 2] = arrival, start, wait
    roads, waits, driving, longest = sheet.legs[0, 2], wait, sheet.legs[0, 3], sheet.legs[0, 3]
    k = taken
    for i in range(1, n):
        u, v = order[i - 1], order[i]
        here = 1 if w.place[u] == w.place[v] else 0
        ahead = 0
        while k + ahead < breaks and slots[k + ahead] == 2 * i:
            ahead += 1
        behind = 0
        while k + ahead + behind < breaks and slots[k + ahead + behind] == 2 * i + 1:
            behind += 1
        start = start_behind(w, s, u, v, sheet.stops[i - 1, 1], k, ahead, behind)
        if start >= NEVER:
            return False
        free = sheet.stops[i - 1, 1] + w.tail[u, here]
        sheet.stops[i - 1, 3] = free
        leave = write_rests(w, s, sheet, k, ahead, free, 2 * i)
        arrival = write_leg(w, sheet, i, w.place[u], w.place[v], leave)
        write_rests(w, s, sheet, k + ahead, behind, arrival, 2 * i + 1)
        wait = start - w.lead[v, here] - free - sheet.legs[i, 2] - rest_seconds(w, s, k, ahead + behind)
        sheet.stops[i, 0], sheet.stops[i, 1], sheet.stops[i, 2] = arrival, start, wait
        roads += sheet.legs[i, 2]
        waits += wait
        driving += sheet.legs[i, 3]
        longest = max(longest, sheet.legs[i, 3])
        k += ahead + behind
    last = order[n - 1]
    ahead = 0
    while k + ahead < breaks and slots[k + ahead] == 2 * n:
        ahead += 1
    if sheet.stops[n - 1, 1] > closing_start(w, s, last, k, ahead):
        return False
    free = sheet.stops[n - 1, 1] + w.tail[last, 0]
    sheet.stops[n - 1, 3] = free
    leave = write_rests(w, s, sheet, k, ahead, free, 2 * n)
    back = write_leg(w, sheet, n, w.place[last], w.home[s, 1], leave)
    write_rests(w, s, sheet, k + ahead, breaks - k - ahead, back, 2 * n + 1)
    roads += sheet.legs[n, 2]
    driving += sheet.legs[n, 3]
    longest = max(longest, sheet.legs[n, 3])
    points = roads * w.weights[0] + waits * w.weights[1]
    for v in order:
        points += w.preference[s, v]
    sheet.sums[0], sheet.sums[1], sheet.sums[2], sheet.sums[3] = max(0, back - w.hours[s, 1]), points, driving, back
    return driving <= w.limits[s, 3] and longest <= w.limits[s, 4]


@njit(cache=True)
def time_day(w: World, s: int, order: Ints, sheet: Sheet) -> bool:
    """Write the best day of an order; false when no place for the breaks keeps every time and limit.

    An order without visits is a day at home: nothing is written and it is always possible.
    """
    n, breaks = order.size, w.rest_count[s]
    sheet.sums[:] = 0
    if n == 0:
        return True
    if not within_limits(w, s, order):
        return False
    last_slot = 2 * n + 1
    slots, best = np.zeros(breaks, dtype=np.int64), np.zeros(breaks, dtype=np.int64)
    overtime, points, found = NEVER, NEVER, False
    while True:
        if write_day(w, s, order, slots, sheet):
            late, cost = sheet.sums[0], sheet.sums[1]
            if not found or late < overtime or (late == overtime and cost < points):
                overtime, points, found = late, cost, True
                best[:] = slots
        k = breaks - 1
        while k >= 0 and slots[k] == last_slot:
            k -= 1
        if k < 0:
            break
        slots[k:] = slots[k] + 1
    if found and breaks > 0:
        write_day(w, s, order, best, sheet)
    return found
