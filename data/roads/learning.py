"""Asking a road engine for the drives that are not known yet, as few of them as it takes."""

from collections.abc import Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from data.roads.breaker import Breaker, Monotonic
from data.roads.engine import FAR_METERS, EmptyRoads, EngineDown, RoadEngine, TooFarFromRoad, believable
from data.roads.estimate import place_points
from data.roads.pair_book import Keys, Known, PairBook, keys_of
from data.roads.pairs import NO_ROAD, OFF_ROAD, UNKNOWN, Drive, point_of
from data.roads.source import Learned
from optimizer.domain.place import Place


class Learner:
    """An engine, the fuse before it, and the book of what it has said."""

    def __init__(self, engine: RoadEngine, book: PairBook, breaker: Breaker, clock: Monotonic) -> None:
        self.engine = engine
        self._book = book
        self._breaker = breaker
        self._clock = clock

    def known(self, origins: Sequence[Place], destinations: Sequence[Place]) -> Known:
        """What is known of the drives between places; nobody is asked but the book."""
        return self._book.look_up(keys_of(place_points(origins)), keys_of(place_points(destinations)))

    def learn(
        self, places: Sequence[Place], others: Sequence[Place] | None = None, *, within: float | None = None
    ) -> Learned:
        """See `TravelSource.learn`."""
        everybody = [*places, *(others or ())]
        ours = np.unique(keys_of(place_points(places)))
        theirs = ours if others is None else np.unique(keys_of(place_points(others)))
        deadline = None if within is None else self._clock() + within
        asking = _Asking(self.engine, self._book, self._breaker, self._clock, deadline)
        asking.ask_missing(ours, theirs)
        if others is not None:
            asking.ask_missing(theirs, ours)
        else:
            self._book.touch(ours)
        return Learned(
            asked=asking.asked, drives=asking.drives, trouble=asking.trouble, off_road=self._off_road(everybody)
        )

    def _off_road(self, places: Sequence[Place]) -> MappingProxyType[str, float | None]:
        seconds, meters = self._book.themselves(keys_of(place_points(places)))
        lost: list[int] = np.flatnonzero(seconds == OFF_ROAD).tolist()
        return MappingProxyType(
            {places[row].id: None if meters[row] == NO_ROAD else float(meters[row]) for row in lost}
        )


class _Asking:
    """One round of questions. It ends with the first that is not answered: what is left stays unknown."""

    def __init__(
        self, engine: RoadEngine, book: PairBook, breaker: Breaker, clock: Monotonic, deadline: float | None
    ) -> None:
        self._engine = engine
        self._book = book
        self._breaker = breaker
        self._clock = clock
        self._deadline = deadline
        self.asked = 0
        self.drives = 0
        self.trouble = ""

    def ask_missing(self, origins: Keys, destinations: Keys) -> None:
        """Whole rows where most is missing, then what is left: one new place among many costs a row and a column."""
        for mostly in (True, False):
            unknown = self._book.look_up(origins, destinations).seconds == UNKNOWN
            unknown &= origins[:, None] != destinations[None, :]
            rows = unknown.sum(axis=1) * 2 > len(destinations) if mostly else unknown.any(axis=1)
            if rows.any():
                self._ask(origins[rows], destinations[unknown[rows].any(axis=0)])

    def _ask(self, origins: Keys, destinations: Keys) -> None:
        most = self._engine.most
        height = min(len(origins), max(most - len(destinations), most // 2))
        width = most - height
        for top in range(0, len(origins), height):
            for left in range(0, len(destinations), width):
                if self.trouble:
                    return
                self._ask_block(origins[top : top + height], destinations[left : left + width])

    def _ask_block(self, origins: Keys, destinations: Keys) -> None:
        while len(origins) and len(destinations):
            if self._deadline is not None and self._clock() > self._deadline:
                self.trouble = "there was no time to ask for all drives"
                return
            if not self._breaker.admits():
                self.trouble = "the road engine does not answer and is left alone for a while"
                return
            try:
                found = self._answer(origins, destinations)
            except TooFarFromRoad as far:
                self._breaker.succeeded()
                ends = np.concatenate([origins, destinations])
                lost = int(ends[far.row])
                self._book.note(_off_road(lost, far.meters, ends))
                origins, destinations = origins[origins != lost], destinations[destinations != lost]
                continue
            except EngineDown as down:
                self._breaker.failed(down.rest)
                self.trouble = down.detail
                return
            self._breaker.succeeded()
            drives = _drives(origins, destinations, found)
            self.drives += len(origins) * len(destinations)
            self._book.note(drives)
            return

    def _answer(self, origins: Keys, destinations: Keys) -> EmptyRoads:
        self.asked += 1
        starts, ends = ([point_of(key) for key in keys.tolist()] for keys in (origins, destinations))
        return believable(self._engine.ask(starts, ends), len(starts), len(ends))


def _off_road(lost: int, meters: float | None, ends: Keys) -> list[Drive]:
    """What to remember of a point without a road: nobody need ask for its drives again."""
    far = NO_ROAD if meters is None else round(meters)
    pairs = [(lost, int(end)) for end in ends] + [(int(end), lost) for end in ends]
    return [*((a, b, OFF_ROAD, far) for a, b in dict.fromkeys(pairs) if a != b), (lost, lost, OFF_ROAD, far)]


def _drives(origins: Keys, destinations: Keys, found: EmptyRoads) -> list[Drive]:
    """An answer as drives to remember, in whole seconds and metres."""
    off: NDArray[np.bool_] = (found.snapped > FAR_METERS)[:, None] | (found.arrived > FAR_METERS)[None, :]
    seconds = np.where(off, OFF_ROAD, np.where(np.isnan(found.seconds), NO_ROAD, np.rint(found.seconds)))
    meters = np.where(np.isnan(found.meters), NO_ROAD, np.rint(found.meters))
    drives = {
        (a, b): (a, b, int(seconds[i, j]), int(meters[i, j]))
        for i, a in enumerate(origins.tolist())
        for j, b in enumerate(destinations.tolist())
    }
    for keys, moved in ((origins, found.snapped), (destinations, found.arrived)):
        for key, far in zip(keys.tolist(), moved.tolist(), strict=True):
            if far > FAR_METERS:
                drives[key, key] = (key, key, OFF_ROAD, round(far))
    return list(drives.values())
