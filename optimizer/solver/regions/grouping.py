"""Which therapists to plan anew together: those whose days lie near each other, in other circles every time.

Places need no coordinates: how far two days are apart is read off the travel times between the visits in their middle.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optimizer.schedule.world import HOME, NOWHERE, PLACE, World
from optimizer.solver.assignment import Assignment

Floats = NDArray[np.float64]

Group = tuple[int, ...]
"""Rows of shifts."""

FAR = 1e9
"""Farther than any drive: a therapist who may not take a visit is no neighbour of it."""


STRETCH = 2.0
"""How much farther than it is a day may be taken to lie from a visit."""


class Map:
    """How far days and visits are apart while an assignment stands."""

    def __init__(self, world: World, assignment: Assignment) -> None:
        self._world = world
        road = world.road.mean(axis=(0, 1))
        self._apart: Floats = (road + road.T) / 2
        self._places = world.visits[:, PLACE]
        self._centres = np.array([self._centre(shift, order) for shift, order in enumerate(assignment)])
        self.days: Floats = self._apart[np.ix_(self._centres, self._centres)]
        """`[shift, shift]` seconds between the middles of two days."""

    def to_visit(self, visit: int) -> Floats:
        """`[shift]` seconds from the middle of each day to a visit; FAR where the therapist may not take it."""
        away: Floats = self._apart[self._centres, self._places[visit]]
        return np.where(self._world.fits[:, visit], away, FAR)

    def _centre(self, shift: int, order: Sequence[int]) -> int:
        """The place with the least travel to all others of the day."""
        homes = self._world.shifts[shift, HOME : HOME + 2]
        places = np.concatenate([self._places[list(order)], homes[homes != NOWHERE]])
        if len(places) == 0:
            return 0
        return int(places[self._apart[np.ix_(places, places)].sum(axis=1).argmin()])


def halves(days: Floats, most: int, lot: np.random.Generator) -> list[Group]:
    """All shifts in groups of at most `most`: cut in half along a random direction, again and again.

    A direction is given by two far days; who lies nearer to which of them is the order along it (Faloutsos and Lin
    1995, "FastMap").
    """
    done: list[Group] = []
    open_groups = [np.arange(len(days))]
    while open_groups:
        rows = open_groups.pop()
        if len(rows) <= most:
            done.append(tuple(rows.tolist()))
            continue
        first = int(rows[lot.integers(len(rows))])
        last = int(rows[days[first, rows].argmax()])
        ahead = rows[np.argsort(days[first, rows] ** 2 - days[last, rows] ** 2, kind="stable")]
        middle = round(len(rows) * lot.uniform(0.4, 0.6))
        open_groups += [np.sort(ahead[:middle]), np.sort(ahead[middle:])]
    return sorted(done)


def around(map_: Map, visits: Sequence[int], size: int, lot: np.random.Generator) -> list[Group]:
    """Groups of `size` shifts that could take the given visits, the first visit's first; no shift is in two.

    Who is near is stretched by chance: the same group would find the same again.
    """
    free = np.ones(len(map_.days), dtype=np.bool_)
    found: list[Group] = []
    for visit in visits:
        away = map_.to_visit(visit) * lot.uniform(1.0, STRETCH, len(map_.days))
        nearest = np.argsort(away, kind="stable")[:size]
        # Whoever is busy in another group shares this visit's neighbourhood, which is planned anew already.
        if free[nearest].mean() < 0.5 or away[nearest[0]] >= FAR:
            continue
        around_it = np.argsort(np.where(free, away, 2 * FAR), kind="stable")[:size]
        group = tuple(sorted(int(shift) for shift in around_it if free[shift] and away[shift] < FAR))
        if group:
            free[list(group)] = False
            found.append(group)
    return found


def shared_out(map_: Map, groups: Sequence[Group], visits: Sequence[int], most: int) -> list[tuple[int, ...]]:
    """Each visit left out to the group that is nearest, of at most `most` a group."""
    taken: list[list[int]] = [[] for _ in groups]
    for visit in visits:
        away = map_.to_visit(visit)
        least = [float(away[list(group)].min()) for group in groups]
        for number in np.argsort(least, kind="stable").tolist():
            if least[number] < FAR and len(taken[number]) < most:
                taken[number].append(visit)
                break
    return [tuple(visits) for visits in taken]
