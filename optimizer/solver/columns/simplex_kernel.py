"""The primal simplex method for masters, compiled: few rows, many short columns, solved again and again.

The basis is kept as a dense inverse, so a pivot of a master of 100 rows takes about ten microseconds. Right-hand sides
are perturbed a little, because set partitioning is degenerate at every turn (Charnes 1952); the prices found are
optimal for the true ones as well. Columns are priced in two levels: a pass over some picks good ones, which are used up
before the next pass goes on behind them (partial multiple pricing). Always asking all columns took four times as long,
and stalled where many are nearly alike.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.schedule.world import Ints
from optimizer.travel.compiled import unlocked

Floats = NDArray[np.float64]

SOLVED, STALE, UNBOUNDED = 0, 1, 2
"""How `pivot` ends: optimal; the inverse is to be looked at; a fault in the programme."""

GOOD, PASS = 64, 500
"""Columns that a pass picks at most, and those after which it may end."""
LOOK, PIVOTS = 400, 4_000
"""Pivots after which the inverse is looked at, and after which it is computed anew however good it looks."""
SMALLEST = 1e-6
"""A pivot element is larger than this."""
LARGE = 0.1
"""The part of the largest element of its column that one is, at the least, on which a row is eliminated."""
ALMOST = 1e-9
"""How far below zero a level may fall."""

NEXT, AGE = 0, 1
"""Places in `Programme.state`."""


class Programme(NamedTuple):
    """Minimise `cost @ x` where `columns @ x == right`, `x >= 0`. `R` rows, `C` columns, `Z` entries."""

    first: Ints
    """`[C + 1]` entries of column c are `first[c]` to `first[c + 1]`."""
    row: NDArray[np.int32]
    """`[Z]`"""
    entry: Floats
    """`[Z]`"""
    cost: Floats
    """`[C]`"""
    right: Floats
    """`[R]` perturbed."""
    basis: NDArray[np.int32]
    """`[R]` the column that is basic in each row."""
    is_passed: NDArray[np.bool_]
    """`[C]` columns that may not enter: the basic ones, and those passed over."""
    inverse: Floats
    """`[R, R]` of the basis, transposed: `inverse[k, i]` is what row k's right side does to the i-th basic column."""
    level: Floats
    """`[R]` values of the basic columns."""
    price: Floats
    """`[R]` duals."""
    state: Ints
    """`[2]` the column where the next pass begins, pivots since the inverse was computed."""


@unlocked
def pick(p: Programme, tolerance: float, picked: Ints, scores: Floats) -> int:
    """Pick up to GOOD columns of the least reduced cost among the next ones; zero only when none is left in all."""
    count, weakest, limit = 0, 0, -tolerance
    columns, column = p.cost.size, p.state[NEXT] % p.cost.size
    for seen in range(columns):
        if seen % PASS == 0 and count > 0:
            break
        if not p.is_passed[column]:
            reduced = p.cost[column]
            for z in range(p.first[column], p.first[column + 1]):
                reduced -= p.price[p.row[z]] * p.entry[z]
            if reduced < limit:
                if count < GOOD:
                    picked[count], scores[count] = column, reduced
                    count += 1
                else:
                    picked[weakest], scores[weakest] = column, reduced
                if count == GOOD:
                    weakest = 0
                    for k in range(1, GOOD):
                        if scores[k] > scores[weakest]:
                            weakest = k
                    limit = scores[weakest]
        column += 1
        if column == columns:
            column = 0
    p.state[NEXT] = column
    return count


@unlocked
def pivot(p: Programme, tolerance: float, work: Floats, picked: Ints, scores: Floats) -> int:
    """Pivot until no column has a reduced cost below `-tolerance`, or the inverse is to be looked at.

    `work` has R cells, `picked` and `scores` GOOD. `price` and `level` must belong to the basis.
    """
    rows = p.right.size
    while True:
        count = pick(p, tolerance, picked, scores)
        if count == 0:
            return SOLVED
        while True:
            entering, steepest = -1, -tolerance
            for k in range(count):
                column = picked[k]
                if not p.is_passed[column]:
                    reduced = p.cost[column]
                    for z in range(p.first[column], p.first[column + 1]):
                        reduced -= p.price[p.row[z]] * p.entry[z]
                    if reduced < steepest:
                        entering, steepest = column, reduced
            if entering < 0:
                break
            for i in range(rows):
                work[i] = 0.0
            for z in range(p.first[entering], p.first[entering + 1]):
                k, entry = p.row[z], p.entry[z]
                for i in range(rows):
                    work[i] += p.inverse[k, i] * entry
            # Harris (1973): of the rows that would leave almost together the one with the largest pivot.
            leaving, least = -1, 1e300
            for i in range(rows):
                if work[i] > SMALLEST:
                    least = min(least, (p.level[i] + ALMOST) / work[i])
            for i in range(rows):
                if work[i] > SMALLEST and p.level[i] <= least * work[i]:
                    if leaving < 0 or work[i] > work[leaving]:
                        leaving = i
            if leaving < 0:
                return UNBOUNDED
            step = max(0.0, p.level[leaving]) / work[leaving]
            for i in range(rows):
                p.level[i] -= step * work[i]
            p.level[leaving] = step
            gain, share = steepest / work[leaving], 1.0 / work[leaving]
            work[leaving] -= 1.0
            for k in range(rows):
                of_row = p.inverse[k, leaving]
                if of_row != 0.0:
                    p.price[k] += gain * of_row
                    factor = of_row * share
                    for i in range(rows):
                        p.inverse[k, i] -= work[i] * factor
            p.is_passed[p.basis[leaving]], p.is_passed[entering] = False, True
            p.basis[leaving] = entering
            p.state[AGE] += 1
            if p.state[AGE] % LOOK == 0:
                return STALE


@unlocked
def fault(p: Programme, work: Floats) -> float:
    """By how much the levels miss a right side at the most, which rounding has done. `work[R]` is lent."""
    for i in range(p.right.size):
        work[i] = p.right[i]
    for place in range(p.basis.size):
        for z in range(p.first[p.basis[place]], p.first[p.basis[place] + 1]):
            work[p.row[z]] -= p.entry[z] * p.level[place]
    most = 0.0
    for i in range(p.right.size):
        most = max(most, abs(work[i]))
    return most


@unlocked
def invert(p: Programme, matrix: Floats, other: Floats, places: Ints) -> bool:
    """Compute the inverse of the basis anew by Gauss and Jordan; false when rounding has made it singular.

    Bases of masters are sparse, which is kept as far as it goes: the shortest columns first, and of the rows with a
    large entry the shortest (after Markowitz 1957). NumPy's would wake threads that a pricing thread then waits for.
    `matrix[R, R]`, `other[R, R]` and `places[4, R]` are lent.
    """
    size = p.right.size
    order, length, width, row_of = places[0], places[1], places[2], places[3]
    matrix[:], other[:], width[:], row_of[:] = 0.0, 0.0, 0, -1
    for place in range(size):
        column = p.basis[place]
        length[place] = p.first[column + 1] - p.first[column]
        for z in range(p.first[column], p.first[column + 1]):
            matrix[p.row[z], place] = p.entry[z]
            width[p.row[z]] += 1
        other[place, place] = 1.0
        at = place
        while at > 0 and length[order[at - 1]] > length[place]:
            order[at] = order[at - 1]
            at -= 1
        order[at] = place
    for at in range(size):
        place, top, best = order[at], SMALLEST, -1
        for i in range(size):
            # The width of a row that has had its turn is negative.
            if width[i] >= 0:
                top = max(top, abs(matrix[i, place]))
        for i in range(size):
            if width[i] >= 0 and abs(matrix[i, place]) >= LARGE * top and (best < 0 or width[i] < width[best]):
                best = i
        if best < 0 or abs(matrix[best, place]) < SMALLEST:
            return False
        width[best], row_of[place] = -1, best
        share = 1.0 / matrix[best, place]
        if share != 1.0:
            for j in range(size):
                matrix[best, j] *= share
                other[best, j] *= share
        for i in range(size):
            factor = matrix[i, place]
            if i != best and factor != 0.0:
                for j in range(size):
                    matrix[i, j] -= factor * matrix[best, j]
                    other[i, j] -= factor * other[best, j]
    for place in range(size):
        for k in range(size):
            p.inverse[k, place] = other[row_of[place], k]
    p.state[AGE] = 0
    return True
