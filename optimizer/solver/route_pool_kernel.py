"""A hash table of days met by a search, compiled: one for each shift and set of visits, the cheapest order."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.schedule.world import Ints
from optimizer.solver.team_kernel import LATE, POINTS, Team
from optimizer.travel.compiled import kernel

Hashes = NDArray[np.uint64]


class Pool(NamedTuple):
    """`C` entries, a power of two; at most half of them are used."""

    keys: Hashes
    """`[C]` zero where free."""
    shift: Ints
    """`[C]`"""
    order: NDArray[np.int32]
    """`[C, L]`"""
    size: Ints
    """`[C]`"""
    value: Ints
    """`[C, 2]` overtime, points."""
    used: Ints
    """`[1]` entries used."""
    marks: Hashes
    """`[S + V]` random numbers; a day's key is their exclusive or (Zobrist hashing)."""


@kernel
def remember(team: Team, s: int, pool: Pool) -> None:
    """Keep a day in the pool, unless it is known at the same price or the pool is full."""
    n = team.size[s]
    if n == 0:
        return
    key = pool.marks[s]
    for i in range(n):
        key ^= pool.marks[team.size.size + team.order[s, i]]
    mask = np.uint64(pool.keys.size - 1)
    at = np.int64(key & mask)
    while pool.keys[at] != np.uint64(0) and pool.keys[at] != key:
        at = (at + 1) % pool.keys.size
    late, points = team.sums[s, LATE], team.sums[s, POINTS]
    if pool.keys[at] == key:
        if (pool.value[at, 0], pool.value[at, 1]) <= (late, points):
            return
    elif 2 * pool.used[0] >= pool.keys.size:
        return
    else:
        pool.used[0] += 1
        pool.keys[at] = key
    pool.shift[at], pool.size[at] = s, n
    for i in range(n):
        pool.order[at, i] = team.order[s, i]
    pool.value[at, 0], pool.value[at, 1] = late, points
