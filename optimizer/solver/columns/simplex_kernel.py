"""The primal simplex method for masters, compiled: few rows, many short columns, solved again and again.

The basis is kept as a dense inverse, so a pivot of a master of 100 rows takes about ten microseconds. Right-hand sides
are perturbed a little, because set partitioning is degenerate at every turn (Charnes 1952); the prices found are
optimal for the true ones as well. Columns are priced in two levels: a pass over all picks some good ones, which are
used up before the next pass (partial multiple pricing).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.schedule.world import Ints
from optimizer.travel.compiled import unlocked

Floats = NDArray[np.float64]

SOLVED, STALE, UNBOUNDED = 0, 1, 2
"""How `pivot` ends: optimal; the inverse is to be computed anew; a fault in the programme."""

GOOD = 64
"""Columns that a pass picks."""
PIVOTS = 400
"""Pivots after which the inverse is computed anew."""
SMALLEST = 1e-6
"""A pivot element is larger than this."""
ALMOST = 1e-9
"""How far below zero a level may fall."""


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


@unlocked
def pick(p: Programme, tolerance: float, picked: Ints, scores: Floats) -> int:
    """Pick up to GOOD columns of the least reduced cost; answers how many."""
    count, weakest, limit = 0, 0, -tolerance
    for column in range(p.cost.size):
        if p.is_passed[column]:
            continue
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
    return count


@unlocked
def pivot(p: Programme, tolerance: float, work: Floats, picked: Ints, scores: Floats) -> int:
    """Pivot until no column has a reduced cost below `-tolerance`, or the inverse is stale.

    `work` has R cells, `picked` and `scores` GOOD. `price` and `level` must belong to the basis.
    """
    rows, pivots = p.right.size, 0
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
            pivots += 1
            if pivots >= PIVOTS:
                return STALE


@unlocked
def invert(matrix: Floats, inverse: Floats) -> bool:
    """Gauss and Jordan: `inverse` becomes that of `matrix`, which is destroyed; false when it has none.

    Bases of masters are sparse, which is used. NumPy's would wake threads that a pricing thread then waits for.
    """
    size = matrix.shape[0]
    for i in range(size):
        for j in range(size):
            inverse[i, j] = 1.0 if i == j else 0.0
    for column in range(size):
        best = column
        for i in range(column + 1, size):
            if abs(matrix[i, column]) > abs(matrix[best, column]):
                best = i
        if abs(matrix[best, column]) < SMALLEST:
            return False
        if best != column:
            for j in range(size):
                matrix[best, j], matrix[column, j] = matrix[column, j], matrix[best, j]
                inverse[best, j], inverse[column, j] = inverse[column, j], inverse[best, j]
        share = 1.0 / matrix[column, column]
        if share != 1.0:
            for j in range(size):
                matrix[column, j] *= share
                inverse[column, j] *= share
        for i in range(size):
            factor = matrix[i, column]
            if i != column and factor != 0.0:
                for j in range(column, size):
                    matrix[i, j] -= factor * matrix[column, j]
                for j in range(size):
                    inverse[i, j] -= factor * inverse[column, j]
    return True
