"""The arithmetic of a day, compiled. Every time that Rounds shows, offers or searches with comes from here.

A day is an order of visits. Between two neighbours lies a gap: leave, drive, arrive; breaks may be taken before the
drive or after it. Gap 0 leads from the start place, gap n to the end place. For a fixed order earlier is never worse
(FIFO), so the forward pass keeps the earliest start for each number of breaks already taken, and the backward pass the
latest one: a visit fits between two others exactly when the two passes leave room (Savelsbergh 1992, "The vehicle
routing problem with time windows: minimizing route duration", carried over to departure-time travel and breaks).

Arguments: `w` the world, `s` a shift's row, `u` and `v` rows of visits; `taken` counts breaks taken so far, `ahead`
and `behind` those of one gap before and after its drive.
"""

from optimizer.schedule.world import (
    BACK_BY,
    BEGINS,
    HOME,
    LEAD,
    LIMITS,
    LOAD,
    NEVER,
    NOWHERE,
    PLACE,
    REST_COUNT,
    RESTS,
    TABLE,
    TAIL,
    WINDOWS,
    Ints,
    World,
)
from optimizer.travel.compiled import inlined, kernel
from optimizer.travel.kernels import latest_departure, travel_at


@inlined
def road(w: World, s: int, i: int, j: int, depart: int) -> int:
    """Seconds on the road with buffer; none from or to a place that the shift does not have, or within one place."""
    if i == NOWHERE or j == NOWHERE or i == j:
        return 0
    return travel_at(w.band_starts, w.road[w.shifts[s, TABLE]], i, j, depart)


@inlined
def leave_by(w: World, s: int, i: int, j: int, arrive_by: int) -> int:
    """The latest departure that arrives in time: the inverse of `road`."""
    if i == NOWHERE or j == NOWHERE or i == j:
        return arrive_by
    return latest_departure(w.band_starts, w.road[w.shifts[s, TABLE]], i, j, arrive_by)


@inlined
def next_start(w: World, v: int, ready: int) -> int:
    """The first allowed start at or after `ready`; NEVER when there is none."""
    for k in range(WINDOWS, w.visits.shape[1], 2):
        if ready <= w.visits[v, k + 1]:
            return max(ready, w.visits[v, k])
    return NEVER


@inlined
def last_start(w: World, v: int, by: int) -> int:
    """The last allowed start at or before `by`; -NEVER when there is none."""
    for k in range(w.visits.shape[1] - 2, WINDOWS - 2, -2):
        if w.visits[v, k] <= by and w.visits[v, k + 1] > -NEVER:
            return min(by, w.visits[v, k + 1])
    return -NEVER


@inlined
def rest_after(w: World, s: int, first: int, count: int, free: int) -> int:
    """When `count` breaks from number `first` are over, taken one after the other from `free` on; NEVER if too late."""
    for k in range(RESTS + 3 * first, RESTS + 3 * (first + count), 3):
        begin = max(free, w.shifts[s, k])
        if begin > w.shifts[s, k + 1]:
            return NEVER
        free = begin + w.shifts[s, k + 2]
    return free


@inlined
def rest_by(w: World, s: int, first: int, count: int, over_by: int) -> int:
    """The latest instant to be free so that the breaks are over by `over_by`: the inverse of `rest_after`."""
    for k in range(RESTS + 3 * (first + count - 1), RESTS + 3 * (first - 1), -3):
        if w.shifts[s, k] + w.shifts[s, k + 2] > over_by:
            return -NEVER
        over_by = min(over_by - w.shifts[s, k + 2], w.shifts[s, k + 1])
    return over_by


@inlined
def same_place(w: World, u: int, v: int) -> int:
    """1 when the two visits share a door, and with it parking, set-up and tear-down; else 0."""
    return 1 if w.visits[u, PLACE] == w.visits[v, PLACE] else 0


@inlined
def first_start(w: World, s: int, v: int, taken: int, ahead: int) -> int:
    """Earliest start of the day's first visit, `taken` breaks behind, of which `ahead` before leaving home."""
    leave = max(w.shifts[s, BEGINS], rest_after(w, s, 0, ahead, -NEVER))
    if leave >= NEVER:
        return NEVER
    free = leave + road(w, s, w.shifts[s, HOME], w.visits[v, PLACE], leave)
    free = rest_after(w, s, ahead, taken - ahead, free)
    return NEVER if free >= NEVER else next_start(w, v, free + w.visits[v, LEAD])


@inlined
def start_behind(w: World, s: int, u: int, v: int, start: int, taken: int, ahead: int, behind: int) -> int:
    """Earliest start of v when u starts at `start`."""
    here = same_place(w, u, v)
    leave = rest_after(w, s, taken, ahead, start + w.visits[u, TAIL + here])
    if leave >= NEVER:
        return NEVER
    arrive = leave + road(w, s, w.visits[u, PLACE], w.visits[v, PLACE], leave)
    free = rest_after(w, s, taken + ahead, behind, arrive)
    return NEVER if free >= NEVER else next_start(w, v, free + w.visits[v, LEAD + here])


@inlined
def start_ahead(w: World, s: int, u: int, v: int, start: int, taken: int, ahead: int, behind: int) -> int:
    """Latest start of u so that v can start by `start`: the inverse of `start_behind`."""
    here = same_place(w, u, v)
    arrive = rest_by(w, s, taken + ahead, behind, start - w.visits[v, LEAD + here])
    if arrive <= -NEVER:
        return -NEVER
    leave = rest_by(w, s, taken, ahead, leave_by(w, s, w.visits[u, PLACE], w.visits[v, PLACE], arrive))
    return -NEVER if leave <= -NEVER else last_start(w, u, leave - w.visits[u, TAIL + here])


@inlined
def closing_start(w: World, s: int, v: int, taken: int, ahead: int) -> int:
    """Latest start of the day's last visit so that the therapist is back in time and every break still finds room."""
    remaining = w.shifts[s, REST_COUNT] - taken - ahead
    arrive = min(w.shifts[s, BACK_BY], rest_by(w, s, taken + ahead, remaining, NEVER))
    if arrive <= -NEVER:
        return -NEVER
    leave = rest_by(w, s, taken, ahead, leave_by(w, s, w.visits[v, PLACE], w.shifts[s, HOME + 1], arrive))
    return -NEVER if leave <= -NEVER else last_start(w, v, leave - w.visits[v, TAIL])


@inlined
def earliest_first(w: World, s: int, v: int, taken: int) -> int:
    best = NEVER
    for ahead in range(taken + 1):
        best = min(best, first_start(w, s, v, taken, ahead))
    return best


@inlined
def latest_last(w: World, s: int, v: int, taken: int) -> int:
    best = -NEVER
    for ahead in range(w.shifts[s, REST_COUNT] - taken + 1):
        best = max(best, closing_start(w, s, v, taken, ahead))
    return best


@inlined
def earliest_behind(w: World, s: int, u: int, v: int, start: int, taken: int, more: int) -> int:
    best = NEVER
    for ahead in range(more + 1):
        best = min(best, start_behind(w, s, u, v, start, taken, ahead, more - ahead))
    return best


@inlined
def latest_ahead(w: World, s: int, u: int, v: int, start: int, taken: int, more: int) -> int:
    best = -NEVER
    for ahead in range(more + 1):
        best = max(best, start_ahead(w, s, u, v, start, taken, ahead, more - ahead))
    return best


@kernel
def passes(w: World, s: int, order: Ints, earliest: Ints, latest: Ints) -> bool:
    """Fill `earliest[i, taken]` and `latest[i, taken]` for an order; true when some schedule of it keeps every time.

    Unreachable states hold NEVER and -NEVER.
    """
    n, breaks = order.size, w.shifts[s, REST_COUNT]
    if n == 0:
        return True
    for taken in range(breaks + 1):
        earliest[0, taken] = earliest_first(w, s, order[0], taken)
        latest[n - 1, taken] = latest_last(w, s, order[n - 1], taken)
    for i in range(1, n):
        for taken in range(breaks + 1):
            best = NEVER
            for before in range(taken + 1):
                start = earliest[i - 1, before]
                if start < NEVER:
                    best = min(best, earliest_behind(w, s, order[i - 1], order[i], start, before, taken - before))
            earliest[i, taken] = best
    for i in range(n - 2, -1, -1):
        for taken in range(breaks + 1):
            best = -NEVER
            for after in range(taken, breaks + 1):
                start = latest[i + 1, after]
                if start > -NEVER:
                    best = max(best, latest_ahead(w, s, order[i], order[i + 1], start, taken, after - taken))
            latest[i, taken] = best
    for taken in range(breaks + 1):
        if earliest[0, taken] <= latest[0, taken]:
            return True
    return False


@kernel
def starts_between(w: World, s: int, order: Ints, earliest: Ints, latest: Ints, v: int, at: int, out: Ints) -> bool:
    """When visit v may start at position `at` (0 to n) with every other promise kept.

    Writes the earliest and the latest such start for each number of breaks taken before it into `out[taken]`; false
    when there is none. Starts between the two that lie in v's windows are feasible too: earlier is never worse behind
    v, later never worse ahead of it. Driving limits are not asked here.
    """
    n, breaks, found = order.size, w.shifts[s, REST_COUNT], False
    for taken in range(breaks + 1):
        first, last = NEVER, -NEVER
        if at == 0:
            first = earliest_first(w, s, v, taken)
        else:
            for before in range(taken + 1):
                start = earliest[at - 1, before]
                if start < NEVER:
                    first = min(first, earliest_behind(w, s, order[at - 1], v, start, before, taken - before))
        if first < NEVER:
            if at == n:
                last = latest_last(w, s, v, taken)
            else:
                for after in range(taken, breaks + 1):
                    start = latest[at, after]
                    if start > -NEVER:
                        last = max(last, latest_ahead(w, s, v, order[at], start, taken, after - taken))
        out[taken, 0], out[taken, 1] = first, last
        found = found or first <= last
    return found


@kernel
def within_limits(w: World, s: int, order: Ints) -> bool:
    """Visits, hands-on seconds and heavy visits; driving depends on times and is asked where they are known."""
    for k in range(3):
        total = 0
        for v in order:
            total += w.visits[v, LOAD + k]
        if total > w.shifts[s, LIMITS + k]:
            return False
    return True
