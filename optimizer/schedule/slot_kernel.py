"""Which starts a new visit may have, over every order of a day, compiled.

A cut splits the visits of a day into those served before the new one and those served after it. What matters of a cut
is the earliest start of each visit that may come last before, and the latest start of each that may come first after:
both are known before the new visit is. A start is possible exactly when some cut leaves room for it, so a search asks
a handful of cuts a day (with fixed starts one more than there are visits), whatever the number of orders.
"""

from optimizer.schedule.kernels import (
    earliest_behind,
    earliest_first,
    latest_ahead,
    latest_last,
    road,
)
from optimizer.schedule.world import (
    BACK_BY,
    BEGINS,
    HOME,
    LEAD,
    NEVER,
    NOWHERE,
    PLACE,
    REST_COUNT,
    RESTS,
    TAIL,
    Ints,
    World,
)
from optimizer.travel.compiled import kernel

# Columns of an edge of a cut: a visit's row, breaks taken before it starts, its earliest (or latest) start.
VISIT, TAKEN, START = 0, 1, 2

# Columns of a cut: its edges before (from, to) and after (from, to), and its room, see `write_rooms`.
BEFORE, AFTER, ROOM = 0, 2, 4


@kernel
def fill_subsets(w: World, s: int, rows: Ints, earliest: Ints, latest: Ints) -> None:
    """The subset programme in both directions.

    `earliest[mask, k, taken]`: the earliest start of `rows[k]` as the last of the visits in mask;
    `latest[mask, k, taken]`: the latest start of `rows[k]` as the first of the visits in mask, with which the day
    still closes. NEVER and -NEVER where there is none.
    """
    n, breaks = rows.size, w.shifts[s, REST_COUNT]
    for mask in range(1, 1 << n):
        for k in range(n):
            for taken in range(breaks + 1):
                first, last = NEVER, -NEVER
                if mask >> k & 1:
                    rest = mask ^ (1 << k)
                    if rest == 0:
                        first = earliest_first(w, s, rows[k], taken)
                        last = latest_last(w, s, rows[k], taken)
                    for other in range(n):
                        if rest >> other & 1:
                            for before in range(taken + 1):
                                start = earliest[rest, other, before]
                                if start < NEVER:
                                    start = earliest_behind(w, s, rows[other], rows[k], start, before, taken - before)
                                    first = min(first, start)
                            for after in range(taken, breaks + 1):
                                start = latest[rest, other, after]
                                if start > -NEVER:
                                    start = latest_ahead(w, s, rows[k], rows[other], start, taken, after - taken)
                                    last = max(last, start)
                earliest[mask, k, taken], latest[mask, k, taken] = first, last


@kernel
def is_open(w: World, s: int, rows: Ints, mask: int, earliest: Ints, latest: Ints) -> bool:
    """Whether the visits of mask can be served first and the others after them, with nothing in between."""
    n, breaks = rows.size, w.shifts[s, REST_COUNT]
    full = (1 << n) - 1
    if mask in (0, full):
        for k in range(n):
            for taken in range(breaks + 1):
                if mask == 0 and latest[full, k, taken] >= earliest_first(w, s, rows[k], taken):
                    return True
                if mask == full and earliest[full, k, taken] <= latest_last(w, s, rows[k], taken):
                    return True
        return n == 0
    for k in range(n):
        for taken in range(breaks + 1):
            start = earliest[mask, k, taken]
            if start >= NEVER:
                continue
            for other in range(n):
                for after in range(taken, breaks + 1):
                    by = latest[full ^ mask, other, after]
                    if by > -NEVER and by >= earliest_behind(w, s, rows[k], rows[other], start, taken, after - taken):
                        return True
    return False


@kernel
def write_cuts(
    w: World, s: int, rows: Ints, earliest: Ints, latest: Ints, cuts: Ints, before: Ints, after: Ints, counts: Ints
) -> None:
    """Write the open cuts of a day and their edges; `counts` becomes how many cuts, edges before and edges after."""
    n, breaks = rows.size, w.shifts[s, REST_COUNT]
    full = (1 << n) - 1
    counts[0], counts[1], counts[2] = 0, 0, 0
    for mask in range(full + 1):
        if not is_open(w, s, rows, mask, earliest, latest):
            continue
        cut = counts[0]
        cuts[cut, BEFORE], cuts[cut, AFTER] = counts[1], counts[2]
        for k in range(n):
            for taken in range(breaks + 1):
                if mask >> k & 1 and earliest[mask, k, taken] < NEVER:
                    edge = counts[1]
                    before[edge, VISIT], before[edge, TAKEN] = rows[k], taken
                    before[edge, START] = earliest[mask, k, taken]
                    counts[1] += 1
                elif not mask >> k & 1 and latest[full ^ mask, k, taken] > -NEVER:
                    edge = counts[2]
                    after[edge, VISIT], after[edge, TAKEN] = rows[k], taken
                    after[edge, START] = latest[full ^ mask, k, taken]
                    counts[2] += 1
        cuts[cut, BEFORE + 1], cuts[cut, AFTER + 1] = counts[1], counts[2]
        counts[0] += 1


@kernel
def write_rooms(w: World, s: int, cuts: Ints, before: Ints, after: Ints) -> None:
    """Fill ROOM: the most seconds that a cut leaves for a visit at its door, if every drive took no time.

    From leaving the door before to arriving at the one after it, less the breaks in between. Breaks at home may lie
    outside the shift, so next to home none is counted.
    """
    for cut in range(cuts.shape[0]):
        first, last = cuts[cut, BEFORE], cuts[cut, AFTER]
        befores, afters = cuts[cut, BEFORE + 1] - first, cuts[cut, AFTER + 1] - last
        room = -NEVER
        for edge in range(first, first + max(1, befores)):
            free, taken = w.shifts[s, BEGINS], 0
            if befores > 0:
                u, taken = before[edge, VISIT], before[edge, TAKEN]
                free = before[edge, START] + min(w.visits[u, TAIL], w.visits[u, TAIL + 1])
            for other in range(last, last + max(1, afters)):
                by, rest = w.shifts[s, BACK_BY], 0
                if afters > 0:
                    x = after[other, VISIT]
                    by = after[other, START] - min(w.visits[x, LEAD], w.visits[x, LEAD + 1])
                    if befores > 0:
                        if after[other, TAKEN] < taken:
                            continue
                        for k in range(taken, after[other, TAKEN]):
                            rest += w.shifts[s, RESTS + 3 * k + 2]
                room = max(room, by - free - rest)
        cuts[cut, ROOM] = room


@kernel
def open_cut(
    w: World, s: int, v: int, cut: Ints, before: Ints, after: Ints, grid: Ints, added: Ints, detours: Ints
) -> None:
    """Mark every start of the (rising) grid that v may have in one cut.

    `added[g]` becomes the least seconds of detour plus idling next to the visit, `detours[g]` the detour in it; both
    stay as they are where nothing is possible, so that NEVER there means "not possible".
    """
    breaks = w.shifts[s, REST_COUNT]
    for taken in range(breaks + 1):
        first, last, u, x = NEVER, -NEVER, NOWHERE, NOWHERE
        if cut[BEFORE] == cut[BEFORE + 1]:
            first = earliest_first(w, s, v, taken)
        for edge in range(cut[BEFORE], cut[BEFORE + 1]):
            visit, behind, start = before[edge, VISIT], before[edge, TAKEN], before[edge, START]
            if behind <= taken:
                start = earliest_behind(w, s, visit, v, start, behind, taken - behind)
                if start < first:
                    first, u = start, visit
        if first >= NEVER:
            continue
        if cut[AFTER] == cut[AFTER + 1]:
            last = latest_last(w, s, v, taken)
        for edge in range(cut[AFTER], cut[AFTER + 1]):
            visit, ahead, start = after[edge, VISIT], after[edge, TAKEN], after[edge, START]
            if ahead >= taken:
                start = latest_ahead(w, s, v, visit, start, taken, ahead - taken)
                if start > last:
                    last, x = start, visit
        if first <= last:
            mark(w, s, v, u, x, first, last, grid, added, detours)


@kernel
def mark(
    w: World, s: int, v: int, u: int, x: int, first: int, last: int, grid: Ints, added: Ints, detours: Ints
) -> None:
    """Note the starts of the grid between `first` and `last`, with what v between u and x adds to the road."""
    low, high = 0, grid.size
    while low < high:
        middle = (low + high) // 2
        if grid[middle] < first:
            low = middle + 1
        else:
            high = middle
    if low == grid.size or grid[low] > last:
        return
    i = w.shifts[s, HOME] if u == NOWHERE else w.visits[u, PLACE]
    j = w.shifts[s, HOME + 1] if x == NOWHERE else w.visits[x, PLACE]
    here, leave = w.visits[v, PLACE], first + w.visits[v, TAIL]
    detour = max(0, road(w, s, i, here, first) + road(w, s, here, j, leave) - road(w, s, i, j, first))
    for g in range(low, grid.size):
        start = grid[g]
        if start > last:
            return
        # A start right behind or right ahead of a neighbour breaks no gap in two.
        cost = detour + min(start - first, last - start)
        if cost < added[g]:
            added[g], detours[g] = cost, detour
