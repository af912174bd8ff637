"""The exact subset programme for one therapist's day, compiled.

A label is a partial day: which visits are served, which one last, how many breaks are taken, when the last session
starts and how many points were spent. Labels are extended by one visit at a time over growing subsets (Held and Karp
1962), with departure-time travel and every place for the breaks. A label is dropped when another one of the same
subset, last visit and breaks starts no later and stays cheaper even if the head start is lost again: lagging a second
behind saves at most `LAG_POINTS` later, because with FIFO travel the laggard's drives and waits are together shorter
by at most the seconds it lags.
"""

import numpy as np
from numpy.typing import NDArray

from optimizer.schedule.world import LAG_POINTS, LIMITS, LOAD, NEVER, REST_COUNT, Ints, World
from optimizer.solver.step_kernel import first_step, last_step, next_step
from optimizer.travel.compiled import kernel

# Columns of the label table.
START, POINTS, DRIVING, PARENT, VISIT, TAKEN, SIBLING, ALIVE = 0, 1, 2, 3, 4, 5, 6, 7
COLUMNS = 8

OVERTIME_UNIT = 1 << 40
"""A second of overtime in a packed value: more than any sum of points."""

UNSOLVED = -1
"""Answer of `fill_labels` when the table is too small."""


@kernel
def add_label(
    table: Ints,
    heads: NDArray[np.int32],
    bucket: int,
    used: int,
    new: tuple[int, int, int, int, int, int],
    lag: int,
    strict: bool,
) -> int:
    """Keep a label unless another dominates it; answers how many rows are used then.

    `strict`: driving is limited, so only labels of the same start that drove no more dominate.
    """
    start, points, driving, parent, visit, taken = new
    previous, row = -1, heads[bucket]
    while row >= 0:
        ours, theirs = table[row, START], start
        if strict:
            same = ours == theirs
            worse = same and table[row, POINTS] <= points and table[row, DRIVING] <= driving
            better = same and points <= table[row, POINTS] and driving <= table[row, DRIVING]
        else:
            worse = ours <= theirs and table[row, POINTS] + lag * (theirs - ours) <= points
            better = theirs <= ours and points + lag * (ours - theirs) <= table[row, POINTS]
        if worse:
            return used
        following = table[row, SIBLING]
        if better:
            table[row, ALIVE] = 0
            if previous < 0:
                heads[bucket] = following
            else:
                table[previous, SIBLING] = following
        else:
            previous = row
        row = following
    if used >= table.shape[0]:
        return UNSOLVED
    table[used, START], table[used, POINTS], table[used, DRIVING] = start, points, driving
    table[used, PARENT], table[used, VISIT], table[used, TAKEN] = parent, visit, taken
    table[used, SIBLING], table[used, ALIVE] = heads[bucket], 1
    heads[bucket] = used
    return used + 1


@kernel
def begin_day(
    w: World, s: int, rows: Ints, k: int, table: Ints, heads: NDArray[np.int32], used: int, strict: bool
) -> int:
    """Labels of days whose first visit is `rows[k]`."""
    v, breaks = rows[k], w.shifts[s, REST_COUNT]
    for taken in range(breaks + 1):
        for ahead in range(taken + 1):
            start, points, driving = first_step(w, s, v, taken, ahead)
            if start >= NEVER or driving > w.shifts[s, LIMITS + 3]:
                continue
            bucket = ((1 << k) * rows.size + k) * (breaks + 1) + taken
            used = add_label(
                table, heads, bucket, used, (start, points, driving, -1, k, taken), w.shifts[s, LAG_POINTS], strict
            )
            if used == UNSOLVED:
                return UNSOLVED
    return used


@kernel
def extend(
    w: World,
    s: int,
    rows: Ints,
    label: int,
    mask: int,
    k: int,
    table: Ints,
    heads: NDArray[np.int32],
    used: int,
    strict: bool,
) -> int:
    """Labels of a partial day with `rows[k]` behind it."""
    u, v, breaks = rows[table[label, VISIT]], rows[k], w.shifts[s, REST_COUNT]
    begun, before = table[label, START], table[label, TAKEN]
    for more in range(breaks - before + 1):
        for ahead in range(more + 1):
            start, points, driving = next_step(w, s, u, v, begun, before, more, ahead)
            if start >= NEVER or table[label, DRIVING] + driving > w.shifts[s, LIMITS + 3]:
                continue
            bucket = ((mask | (1 << k)) * rows.size + k) * (breaks + 1) + before + more
            new = (start, table[label, POINTS] + points, table[label, DRIVING] + driving, label, k, before + more)
            used = add_label(table, heads, bucket, used, new, w.shifts[s, LAG_POINTS], strict)
            if used == UNSOLVED:
                return UNSOLVED
    return used


@kernel
def close_day(w: World, s: int, v: int, start: int, points: int, driving: int, taken: int) -> int:
    """The packed value of a day that ends behind visit v: overtime, then points; NEVER * OVERTIME_UNIT if it fails."""
    best = NEVER << 20
    for ahead in range(w.shifts[s, REST_COUNT] - taken + 1):
        overtime, more, home = last_step(w, s, v, start, taken, ahead)
        if overtime < NEVER and driving + home <= w.shifts[s, LIMITS + 3]:
            best = min(best, overtime * OVERTIME_UNIT + points + more)
    return best


@kernel
def fill_labels(
    w: World, s: int, rows: Ints, table: Ints, heads: NDArray[np.int32], values: Ints, winners: NDArray[np.int32]
) -> int:
    """The best day for every subset of `rows` (rows of visits that shift s may take).

    Fills `values[mask]` (packed; `NEVER << 20` where no day serves exactly that subset) and `winners[mask]`, the label
    the best day ends with; `heads` has a cell for each mask, visit and number of breaks. Answers the number of labels,
    or UNSOLVED when `table` is too small.
    """
    m, breaks, used = rows.size, w.shifts[s, REST_COUNT], 0
    strict = w.shifts[s, LIMITS + 3] < NEVER or w.shifts[s, LIMITS + 4] < NEVER
    for bucket in range(heads.size):
        heads[bucket] = -1
    values[0], winners[0] = 0, -1
    for k in range(m):
        used = begin_day(w, s, rows, k, table, heads, used, strict)
        if used == UNSOLVED:
            return UNSOLVED
    for mask in range(1, 1 << m):
        values[mask], winners[mask] = NEVER << 20, -1
        allowed = True
        for column in range(3):
            total = 0
            for k in range(m):
                if mask >> k & 1:
                    total += w.visits[rows[k], LOAD + column]
            allowed = allowed and total <= w.shifts[s, LIMITS + column]
        if not allowed:
            continue
        for bucket in range(mask * m * (breaks + 1), (mask + 1) * m * (breaks + 1)):
            label = heads[bucket]
            while label >= 0:
                v = rows[table[label, VISIT]]
                value = close_day(
                    w, s, v, table[label, START], table[label, POINTS], table[label, DRIVING], table[label, TAKEN]
                )
                if value < values[mask]:
                    values[mask], winners[mask] = value, label
                for k in range(m):
                    if not mask >> k & 1:
                        used = extend(w, s, rows, label, mask, k, table, heads, used, strict)
                        if used == UNSOLVED:
                            return UNSOLVED
                label = table[label, SIBLING]
    return used


@kernel
def combine(values: Ints, other: Ints, out: Ints, choice: NDArray[np.int32]) -> None:
    """`out[mask]`: the least of `values[mask ^ part] + other[part]` over the parts of mask; `choice` is that part."""
    for mask in range(values.size):
        best, chosen, part = NEVER << 20, 0, mask
        while True:
            value = values[mask ^ part] + other[part]
            if value < best:
                best, chosen = value, part
            if part == 0:
                break
            part = (part - 1) & mask
        out[mask], choice[mask] = best, chosen
