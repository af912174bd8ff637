"""Departure-time travel, compiled: look-ups, forward and inverse, and what is made of a table. Whole seconds."""

import numpy as np
from numpy.typing import NDArray

from optimizer.travel.compiled import inlined, kernel


@inlined
def travel_at(starts: NDArray[np.int64], table: NDArray[np.int32], i: int, j: int, depart: int) -> int:
    """Seconds from place i to j when leaving at `depart`; rounded down between bands, which keeps FIFO exact."""
    last = starts.size - 1
    if depart <= starts[0]:
        return np.int64(table[0, i, j])
    if depart >= starts[last]:
        return np.int64(table[last, i, j])
    low, high = 0, last
    while high - low > 1:
        middle = (low + high) // 2
        if starts[middle] <= depart:
            low = middle
        else:
            high = middle
    before, after = np.int64(table[low, i, j]), np.int64(table[high, i, j])
    return before + (after - before) * (depart - starts[low]) // (starts[high] - starts[low])


@inlined
def latest_departure(starts: NDArray[np.int64], table: NDArray[np.int32], i: int, j: int, arrive_by: int) -> int:
    """The latest instant to leave i and be at j by `arrive_by`: the inverse of arrival, which never falls (FIFO)."""
    last = starts.size - 1
    if arrive_by < starts[0] + table[0, i, j]:
        return arrive_by - table[0, i, j]
    if arrive_by >= starts[last] + table[last, i, j]:
        return arrive_by - table[last, i, j]
    low, high = 0, last
    while high - low > 1:
        middle = (low + high) // 2
        if starts[middle] + table[middle, i, j] <= arrive_by:
            low = middle
        else:
            high = middle
    reached = starts[low] + table[low, i, j]
    rise = starts[high] + table[high, i, j] - reached
    depart = starts[low] + (arrive_by - reached) * (starts[high] - starts[low]) // rise
    while depart + travel_at(starts, table, i, j, depart) > arrive_by:
        depart -= 1
    while depart + 1 + travel_at(starts, table, i, j, depart + 1) <= arrive_by:
        depart += 1
    return depart


@kernel
def change_table(
    starts: NDArray[np.int64], table: NDArray[np.int32], percent: int, added: int, share: int, out: NDArray[np.int32]
) -> None:
    """Fill `out[band, drive]` with `percent` of each drive, to the nearest second, plus `added` seconds and `share`
    percent of what it then takes, rounded up; and wherever leaving a band later would arrive earlier, with as much more
    as it takes not to.

    Integers only: a float here would make two machines disagree by a second.
    """
    for band in range(starts.size):
        gap = starts[band] - starts[band - 1] if band > 0 else 0
        for k in range(table.shape[1]):
            seconds = (np.int64(table[band, k]) * percent + 50) // 100
            seconds += added + (seconds * share + 99) // 100
            if band > 0:
                seconds = max(seconds, out[band - 1, k] - gap)
            out[band, k] = seconds
