"""The proven best plan of a small problem: every subset of its visits, every order, every place for the breaks.

One therapist's days come from the subset programme of `exact_kernel`; several therapists share the visits by trying
every split of every subset.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from optimizer.schedule.timeline import Day
from optimizer.schedule.world import LEFT_OUT, NEVER, REST_COUNT, Ints
from optimizer.solver.assignment import Assignment
from optimizer.solver.exact_kernel import COLUMNS, PARENT, UNSOLVED, VISIT, combine, fill_labels

MOST_VISITS = 12
"""Twelve visits have 4,096 subsets: milliseconds. Each visit more doubles them."""

MOST_LABELS = 1 << 22
"""About 270 MB; days with wide windows and changing travel stay far below."""

IMPOSSIBLE = NEVER << 20


class TooManyLabels(Exception):
    """The subset programme grew past its memory; nothing is proven."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Days:
    """The best day of one shift for every subset of some visits.

    `values[mask]` is packed (see `exact_kernel.OVERTIME_UNIT`), IMPOSSIBLE where no day serves exactly that subset;
    bit k of a mask stands for `visits[k]`.
    """

    visits: Ints
    values: Ints
    winners: NDArray[np.int32]
    labels: Ints

    def order(self, mask: int) -> tuple[int, ...]:
        """Rows of visits in the order of the best day of a subset."""
        found: list[int] = []
        label = int(self.winners[mask])
        while label >= 0:
            found.append(int(self.visits[self.labels[label, VISIT]]))
            label = int(self.labels[label, PARENT])
        return tuple(reversed(found))


def best_days(day: Day, shift: int, visits: Sequence[int] | Ints) -> Days:
    """The best day of a shift for every subset of `visits` (rows, at most `MOST_VISITS`, each one eligible).

    Raises
    ------
    TooManyLabels
        When more than `MOST_LABELS` partial days cannot be told apart.
    """
    rows = np.asarray(visits, dtype=np.int64)
    subsets = 1 << len(rows)
    breaks = int(day.world.shifts[shift, REST_COUNT])
    values, winners = np.empty(subsets, dtype=np.int64), np.empty(subsets, dtype=np.int32)
    heads = np.empty(max(1, subsets * len(rows) * (breaks + 1)), dtype=np.int32)
    size = max(1 << 10, 8 * len(heads))
    while size <= MOST_LABELS:
        labels = np.empty((size, COLUMNS), dtype=np.int64)
        used = fill_labels(day.world, shift, rows, labels, heads, values, winners)
        if used != UNSOLVED:
            return Days(visits=rows, values=values, winners=winners, labels=labels[:used].copy())
        size *= 8
    raise TooManyLabels(f"{len(rows)} visits of {day.problem.shifts[shift].id}")


def solve_exact(day: Day) -> Assignment | None:
    """The proven best assignment of all shifts, None when the problem is too large to prove."""
    served = np.flatnonzero(day.world.fits.any(axis=0))
    if len(served) > MOST_VISITS:
        return None
    shifts = range(len(day.problem.shifts))
    try:
        days = [_best_days_of_all(day, shift, served) for shift in shifts]
    except TooManyLabels:
        return None
    subsets = 1 << len(served)
    values = np.full(subsets, IMPOSSIBLE, dtype=np.int64)
    values[0] = 0
    parts: list[NDArray[np.int32]] = []
    for of_shift, _ in days:
        together, part = np.empty_like(values), np.empty(subsets, dtype=np.int32)
        combine(values, of_shift, together, part)
        values = together
        parts.append(part)
    mask = _best_mask(day, served, values)
    orders: list[tuple[int, ...]] = []
    for (_, found), part in zip(reversed(days), reversed(parts), strict=True):
        taken = int(part[mask])
        orders.append(_order(found, served, taken))
        mask ^= taken
    return tuple(reversed(orders))


def polish(day: Day, shift: int, order: Sequence[int] | Ints) -> tuple[int, ...]:
    """The best order of the same visits, unchanged when there are too many to prove or no order keeps every time."""
    rows = tuple(int(row) for row in order)
    if not 1 < len(rows) <= MOST_VISITS:
        return rows
    try:
        return best_days(day, shift, rows).order((1 << len(rows)) - 1) or rows
    except TooManyLabels:
        return rows


def _best_days_of_all(day: Day, shift: int, served: Ints) -> tuple[Ints, Days]:
    """Values over subsets of all visits served by anyone, for a shift that may take only some of them."""
    mine = np.flatnonzero(day.world.fits[shift, served])
    found = best_days(day, shift, served[mine])
    values = np.full(1 << len(served), IMPOSSIBLE, dtype=np.int64)
    masks = np.arange(len(found.values), dtype=np.int64)
    spread = reduce(np.bitwise_or, ((masks >> k & 1) << int(bit) for k, bit in enumerate(mine)), np.zeros_like(masks))
    values[spread] = found.values
    return values, found


def _best_mask(day: Day, served: Ints, values: Ints) -> int:
    """The subset to serve: least required priority left out, then optional, then overtime and points."""
    masks = np.arange(len(values), dtype=np.int64)
    left = np.zeros((2, len(values)), dtype=np.int64)
    for k, row in enumerate(served):
        left += day.world.visits[row, LEFT_OUT : LEFT_OUT + 2, None] * (1 - (masks >> k & 1))
    possible = np.flatnonzero(values < IMPOSSIBLE)
    best = np.lexsort((values[possible], left[1, possible], left[0, possible]))[0]
    return int(possible[best])


def _order(found: Days, served: Ints, taken: int) -> tuple[int, ...]:
    """The order of a subset given as bits of `served`."""
    rows = {int(row): k for k, row in enumerate(found.visits)}
    mask = sum(1 << rows[int(served[bit])] for bit in range(len(served)) if taken >> bit & 1)
    return found.order(mask)
