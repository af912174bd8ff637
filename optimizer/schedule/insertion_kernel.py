"""Where one more visit fits a day, compiled."""

import numpy as np

from optimizer.schedule.day_kernel import Sheet, blank_sheet, time_day
from optimizer.schedule.kernels import passes, starts_between
from optimizer.schedule.world import NEVER, REST_COUNT, Ints, World
from optimizer.travel.compiled import allocating, kernel

NO_POSITION = -1


@kernel
def put_in(order: Ints, v: int, at: int, longer: Ints) -> None:
    """Write `order` with v at position `at` into `longer`."""
    for i in range(at):
        longer[i] = order[i]
    longer[at] = v
    for i in range(at, order.size):
        longer[i + 1] = order[i]


@kernel
def position_for(
    w: World, s: int, order: Ints, earliest: Ints, latest: Ints, v: int, room: Ints, longer: Ints, sheet: Sheet
) -> int:
    """`best_position` without allocations: `room[K + 1, 2]`, `longer[n + 1]` and a sheet of n + 1 visits are lent."""
    n, best = order.size, NO_POSITION
    overtime, points = NEVER, NEVER
    for at in range(n + 1):
        if starts_between(w, s, order, earliest, latest, v, at, room):
            put_in(order, v, at, longer)
            if time_day(w, s, longer, sheet):
                late, cost = sheet.sums[0], sheet.sums[1]
                if late < overtime or (late == overtime and cost < points):
                    overtime, points, best = late, cost, at
    if best != NO_POSITION:
        put_in(order, v, best, longer)
        time_day(w, s, longer, sheet)
    return best


@allocating
def best_position(w: World, s: int, order: Ints, earliest: Ints, latest: Ints, v: int, sheet: Sheet) -> int:
    """The position at which visit v costs least overtime, then least points; NO_POSITION when it fits nowhere.

    `earliest` and `latest` come from `passes`; `sheet` has room for one visit more and holds the winning day after.
    """
    room = np.empty((w.shifts[s, REST_COUNT] + 1, 2), dtype=np.int64)
    longer = np.empty(order.size + 1, dtype=np.int64)
    return position_for(w, s, order, earliest, latest, v, room, longer, sheet)


@allocating
def fits_somewhere(w: World, s: int, order: Ints, v: int) -> bool:
    """Whether the order has a place for visit v."""
    n, breaks = order.size, w.shifts[s, REST_COUNT]
    earliest = np.empty((n, breaks + 1), dtype=np.int64)
    latest = np.empty((n, breaks + 1), dtype=np.int64)
    if not passes(w, s, order, earliest, latest):
        return False
    sheet = blank_sheet(n + 1, breaks)
    room = np.empty((breaks + 1, 2), dtype=np.int64)
    longer = np.empty(n + 1, dtype=np.int64)
    for at in range(n + 1):
        if starts_between(w, s, order, earliest, latest, v, at, room):
            put_in(order, v, at, longer)
            if time_day(w, s, longer, sheet):
                return True
    return False
