"""A visit put to many days in one call, compiled.

A board's arrays are filled up to one size: `counts` says how many cuts of each day are meant.
"""

import numpy as np
from numpy.typing import NDArray

from optimizer.schedule.slot_kernel import AFTER, BEFORE, ROOM, VISIT, open_cut
from optimizer.schedule.world import HOME, LEAD, LIMITS, LOAD, NEVER, NOWHERE, PLACE, TAIL, Ints, World
from optimizer.travel.compiled import allocating, inlined


@inlined
def at_the_door(row: Ints) -> int:
    """The fewest seconds that the visit takes at its door, wherever its neighbours are."""
    return min(row[LEAD], row[LEAD + 1]) + min(row[TAIL], row[TAIL + 1])


@inlined
def within_load(shifts: Ints, used: Ints, row: Ints) -> bool:
    """Whether the limits of a day (visits, hands-on seconds, heavy visits) let one visit more in."""
    for k in range(3):
        if used[k] + row[LOAD + k] > shifts[0, LIMITS + k]:
            return False
    return True


@inlined
def edge_place(visits: Ints, shifts: Ints, cut: Ints, side: int, edges: Ints, edge: int) -> int:
    """Where an edge of a cut is; where a side has none, it is home."""
    if cut[side] == cut[side + 1]:
        return shifts[0, HOME] if side == BEFORE else shifts[0, HOME + 1]
    return visits[edges[edge, VISIT], PLACE]


@inlined
def quickest(
    visits: Ints, shifts: Ints, local: Ints, cut: Ints, side: int, edges: Ints, spokes: NDArray[np.int32]
) -> int:
    """The shortest drive at any hour between the new place and one side of a cut."""
    best, first = int(NEVER), int(cut[side])
    for edge in range(first, max(first + 1, cut[side + 1])):
        place = edge_place(visits, shifts, cut, side, edges, edge)
        if place == NOWHERE:
            return 0
        for band in range(spokes.shape[1]):
            best = min(best, int(spokes[local[place], band]))
    return best


@allocating
def near_stops(
    visits: Ints,
    shifts: Ints,
    local: Ints,
    cuts: Ints,
    before: Ints,
    after: Ints,
    counts: Ints,
    used: Ints,
    kinds: Ints,
    eligible: NDArray[np.bool_],
    row: Ints,
    near: NDArray[np.bool_],
) -> None:
    """Mark `near[kind, stop]`: every stop whose roads `search_board` will read for this visit."""
    needed = at_the_door(row)
    for day in range(counts.size):
        if not eligible[day] or not within_load(shifts[day], used[day], row):
            continue
        for cut in range(counts[day]):
            if cuts[day, cut, ROOM] < needed:
                continue
            for side in (BEFORE, AFTER):
                edges = before if side == BEFORE else after
                first = cuts[day, cut, side]
                for edge in range(first, max(first + 1, cuts[day, cut, side + 1])):
                    place = edge_place(visits[day], shifts[day], cuts[day, cut], side, edges[day], edge)
                    if place != NOWHERE:
                        near[kinds[day], local[day, place]] = True


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

    A cut without room for the visit and its two quickest drives is passed over, which on a busy day leaves one or none.
    The last place of each day's roads and the last of its visits are scratch for the new visit: they are written and
    read within this one call, which nothing can interrupt because compiled code keeps the interpreter's lock.
    """
    new_place, new_visit, needed = roads.shape[3] - 1, visits.shape[1] - 1, at_the_door(row)
    nothing, everything = np.zeros((1, visits.shape[1]), dtype=np.int64), np.ones((1, visits.shape[1]), dtype=np.bool_)
    filled = np.zeros(roads.shape[3], dtype=np.bool_)
    for day in range(counts.size):
        if not eligible[day] or not within_load(shifts[day], used[day], row):
            continue
        here, kind, begun = new_place, kinds[day], False
        for place in range(local.shape[1] if door >= 0 else 0):
            if local[day, place] == door:
                here = place
        for cut in range(counts[day]):
            spare = cuts[day, cut, ROOM] - needed
            if spare < 0:
                continue
            if here == new_place:
                spare -= quickest(visits[day], shifts[day], local[day], cuts[day, cut], BEFORE, before[day], back[kind])
                spare -= quickest(visits[day], shifts[day], local[day], cuts[day, cut], AFTER, after[day], out[kind])
                if spare < 0:
                    continue
            if not begun:
                begun = True
                filled[:] = False
                visits[day, new_visit] = row
                visits[day, new_visit, PLACE] = here
            for side in (BEFORE, AFTER):
                edges = before if side == BEFORE else after
                first = cuts[day, cut, side]
                for edge in range(first, max(first + 1, cuts[day, cut, side + 1])):
                    place = edge_place(visits[day], shifts[day], cuts[day, cut], side, edges[day], edge)
                    if place != NOWHERE and not filled[place]:
                        filled[place] = True
                        for band in range(bands.shape[1]):
                            roads[day, 0, band, new_place, place] = out[kind, local[day, place], band]
                            roads[day, 0, band, place, new_place] = back[kind, local[day, place], band]
            world = World(bands[day], roads[day], roads[day], visits[day], shifts[day], nothing, everything)
            open_cut(world, 0, new_visit, cuts[day, cut], before[day], after[day], grids[day], added[day], detours[day])
