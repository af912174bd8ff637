"""One day and one visit that does not fit it, as a world of its own: cheap to relax, one rule at a time."""

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.place import Place
from optimizer.domain.time import Seconds
from optimizer.schedule.insertion_kernel import fits_somewhere
from optimizer.schedule.refusal_kernel import fits_in_some_order
from optimizer.schedule.timeline import Timeline
from optimizer.schedule.world import (
    BACK_BY,
    BEGINS,
    ENDS,
    HOME,
    LIMITS,
    LOAD,
    NEVER,
    NOWHERE,
    PLACE,
    REST_COUNT,
    RESTS,
    TABLE,
    WINDOWS,
    World,
)
from optimizer.travel.times import Table

MOST_VISITS = 9
"""Days with more visits are asked in the order they have, and not in every order."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TightDay:
    """A shift, its visits in the order they have, and last the visit that is asked for.

    `places` names the rows of the world's travel tables. Relaxing answers another day; nothing is changed in place.
    """

    world: World
    places: tuple[Place, ...]

    @classmethod
    def of(cls, timeline: Timeline, visit: int) -> Self:
        """Only the rows and places of this day: a problem of a hundred visits is not relaxed for the sake of six."""
        world, problem, s = timeline.day.world, timeline.day.problem, timeline.shift
        rows = [*timeline.order.tolist(), visit]
        homes = world.shifts[s, HOME : HOME + 2].tolist()
        kept = list(dict.fromkeys(row for row in (*homes, *world.visits[rows, PLACE].tolist()) if row != NOWHERE))
        new_row = {old: new for new, old in enumerate(kept)} | {NOWHERE: NOWHERE}
        visits, shifts = world.visits[rows], world.shifts[s : s + 1].copy()
        visits[:, PLACE] = [new_row[old] for old in visits[:, PLACE].tolist()]
        shifts[0, HOME : HOME + 2] = [new_row[old] for old in homes]
        cut, shifts[0, TABLE] = np.ix_([shifts[0, TABLE]], range(len(world.band_starts)), kept, kept), 0
        shift = problem.shifts[s]
        known = {place.id: place for place in (shift.start_place, shift.end_place) if place is not None}
        known |= {problem.visits[row].place.id: problem.visits[row].place for row in rows}
        return cls(
            world=World(
                band_starts=world.band_starts,
                road=np.ascontiguousarray(world.road[cut]),
                drive=np.ascontiguousarray(world.drive[cut]),
                visits=visits,
                shifts=shifts,
                preference=world.preference[s : s + 1, rows],
                fits=world.fits[s : s + 1, rows],
            ),
            places=tuple(known[problem.travel.places[old]] for old in kept),
        )

    @property
    def fits(self) -> bool:
        """Whether some order of all visits keeps every time and limit (beyond `MOST_VISITS`: this one order)."""
        others = len(self.world.visits) - 1
        if others > MOST_VISITS:
            return bool(fits_somewhere(self.world, 0, np.arange(others), others))
        return bool(fits_in_some_order(self.world, 0))

    @property
    def here(self) -> int:
        """Row of the place that is asked for."""
        return int(self.world.visits[-1, PLACE])

    @property
    def drives(self) -> list[tuple[int, int]]:
        """Rows of the two ends of every drive that may lead to or from the place asked for."""
        start, end = self.world.shifts[0, HOME : HOME + 2].tolist()
        doors = self.world.visits[:-1, PLACE].tolist()
        both = {(i, self.here) for i in (start, *doors)} | {(self.here, j) for j in (*doors, end)}
        return sorted((i, j) for i, j in both if i != j and NOWHERE not in (i, j))

    def longest(self, i: int, j: int) -> Seconds:
        return int(self.world.road[:, :, i, j].max())

    def limit(self, column: int) -> int:
        """The limit in a column (see `world.LIMITS`), NEVER without one."""
        return int(self.world.shifts[0, LIMITS + column])

    def load(self, column: int) -> int:
        """What all visits, the new one too, add up to in a column of the loads."""
        return int(self.world.visits[:, LOAD + column].sum())

    def limited(self, column: int, allowed: int) -> Self:
        shifts = self.world.shifts.copy()
        shifts[0, LIMITS + column] = allowed
        return self._with(shifts=shifts)

    def extended(self, *, earlier: Seconds = 0, later: Seconds = 0) -> Self:
        """The shift begins earlier or ends later."""
        shifts = self.world.shifts.copy()
        shifts[0, [BEGINS, ENDS, BACK_BY]] += (-earlier, later, later)
        return self._with(shifts=shifts)

    def without_break(self, k: int) -> Self:
        shifts = self.world.shifts.copy()
        row = shifts[0]
        row[RESTS + 3 * k : -3] = row[RESTS + 3 * (k + 1) :].copy()
        row[REST_COUNT] -= 1
        return self._with(shifts=shifts)

    def widened(self, seconds: Seconds) -> Self:
        """Each window of the new visit opens that much earlier and closes that much later."""
        visits = self.world.visits.copy()
        opens, closes = visits[-1, WINDOWS::2], visits[-1, WINDOWS + 1 :: 2]
        used = closes > -NEVER
        opens[used] -= seconds
        closes[used] += seconds
        return self._with(visits=visits)

    def starting(self, start: Seconds) -> Self:
        """The new visit starts then and at no other time."""
        visits = self.world.visits.copy()
        visits[-1, WINDOWS::2], visits[-1, WINDOWS + 1 :: 2] = NEVER, -NEVER
        visits[-1, WINDOWS : WINDOWS + 2] = start
        return self._with(visits=visits)

    def shortened(self, i: int, j: int, seconds: Seconds) -> Self:
        """The drive from i to j takes that much less, whenever it begins."""
        road = self.world.road.copy()
        road[:, :, i, j] = np.maximum(0, road[:, :, i, j] - seconds)
        return self._on(road)

    def nearer(self, seconds: Seconds) -> Self:
        """Every drive to and from the new visit's place takes that much less."""
        road = self.world.road.copy()
        for i, j in self.drives:
            road[:, :, i, j] = np.maximum(0, road[:, :, i, j] - seconds)
        return self._on(road)

    def without_roads(self) -> Self:
        """Nothing is driven at all: what does not fit even then is in the way itself."""
        return self._on(np.zeros_like(self.world.road))

    def without_visit(self, row: int) -> Self:
        return self._with(
            visits=np.delete(self.world.visits, row, axis=0),
            preference=np.delete(self.world.preference, row, axis=1),
            fits=np.delete(self.world.fits, row, axis=1),
        )

    def as_promised(self) -> Self:
        """The day without the visit that is asked for."""
        return self.without_visit(len(self.world.visits) - 1)

    def _on(self, road: Table) -> Self:
        return self._with(road=road, drive=np.minimum(self.world.drive, road))

    def _with(self, **arrays: NDArray[Any]) -> Self:
        return replace(self, world=self.world._replace(**arrays))
