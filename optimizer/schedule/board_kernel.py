"""Ask a board of therapist-days for the starts of one new visit, compiled."""

import numpy as np
from numpy.typing import NDArray

from optimizer.schedule.slot_kernel import open_starts
from optimizer.schedule.world import LIMITS, LOAD, PLACE, Ints, World
from optimizer.travel.compiled import allocating


@allocating
def search_board(
    bands: Ints,
    roads: NDArray[np.int32],
    visits: Ints,
    shifts: Ints,
    local: Ints,
    cuts: Ints,
    before: Ints,
    after: Ints,
    counts: Ints,
    used: Ints,
    kinds: Ints,
    out: NDArray[np.int32],
    back: NDArray[np.int32],
    eligible: NDArray[np.bool_],
    row: Ints,
    door: int,
    grids: Ints,
    added: Ints,
    detours: Ints,
) -> None:
    """Fill `added[day, start]` and `detours[day, start]`; the arrays are those of `Board`.

    The last place of each day's roads and the last of its visits are scratch for the new visit: they are written and
    read within this one call, which nothing can interrupt because compiled code keeps the interpreter's lock.
    """
    new_place, new_visit = roads.shape[2] - 1, visits.shape[1] - 1
    nothing, everything = np.zeros((1, visits.shape[1]), dtype=np.int64), np.ones((1, visits.shape[1]), dtype=np.bool_)
    for day in range(counts.size):
        if not eligible[day] or counts[day] == 0:
            continue
        allowed = True
        for k in range(3):
            allowed = allowed and used[day, k] + row[LOAD + k] <= shifts[day, 0, LIMITS + k]
        if not allowed:
            continue
        here, kind = new_place, kinds[day]
        for place in range(local.shape[1]):
            stop = local[day, place]
            if stop < 0:
                continue
            if stop == door:
                here = place
            for band in range(bands.shape[1]):
                roads[day, band, new_place, place] = out[kind, band, stop]
                roads[day, band, place, new_place] = back[kind, band, stop]
        for column in range(row.size):
            visits[day, new_visit, column] = row[column]
        visits[day, new_visit, PLACE] = here
        world = World(bands[day], roads[day], roads[day], visits[day], shifts[day], nothing, everything)
        open_starts(
            world, 0, new_visit, cuts[day, : counts[day]], before[day], after[day], grids[day], added[day], detours[day]
        )
