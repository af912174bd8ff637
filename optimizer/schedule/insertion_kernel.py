"""Where one more visit fits a day, compiled."""

import numpy as np
from numba import njit

from optimizer.schedule.day_kernel import Sheet, blank_sheet, time_day
from optimizer.schedule.kernels import passes, starts_between
from optimizer.schedule.world import NEVER, REST_COUNT, Ints, World

NO_POSITION = -1


@njit(cache=True, error_model="numpy")
def with_visit(order: Ints, v: int, at: int) -> Ints:
    longer = np.empty(order.size + 1, dtype=np.int64)
    longer[:at] = order[:at]
    longer[at] = v
    longer[at + 1 :] = order[at:]
    return longer


@njit(cache=True, error_model="numpy")
def best_position(w: World, s: int, order: Ints, earliest: Ints, latest: Ints, v: int, sheet: Sheet) -> int:
    """The position at which visit v costs least overtime, then least points; NO_POSITION when it fits nowhere.

    `earliest` and `latest` come from `passes`; `sheet` has room for one visit more and holds the winning day after.
    """
    n, best = order.size, NO_POSITION
    overtime, points = NEVER, NEVER
    room = np.empty((w.shifts[s, REST_COUNT] + 1, 2), dtype=np.int64)
    for at in range(n + 1):
        if starts_between(w, s, order, earliest, latest, v, at, room):
            if time_day(w, s, with_visit(order, v, at), sheet):
                late, cost = sheet.sums[0], sheet.sums[1]
                if late < overtime or (late == overtime and cost < points):
                    overtime, points, best = late, cost, at
    if best != NO_POSITION:
        time_day(w, s, with_visit(order, v, best), sheet)
    return best


@njit(cache=True, error_model="numpy")
def fits_somewhere(w: World, s: int, order: Ints, v: int) -> bool:
    """Whether the order has a place for visit v."""
    n, breaks = order.size, w.shifts[s, REST_COUNT]
    earliest = np.empty((n, breaks + 1), dtype=np.int64)
    latest = np.empty((n, breaks + 1), dtype=np.int64)
    if not passes(w, s, order, earliest, latest):
        return False
    sheet = blank_sheet(n + 1, breaks)
    room = np.empty((breaks + 1, 2), dtype=np.int64)
    for at in range(n + 1):
        if starts_between(w, s, order, earliest, latest, v, at, room):
            if time_day(w, s, with_visit(order, v, at), sheet):
                return True
    return False
