"""Drives of a road engine, as far as they are known; the others are estimated, with a margin, and say so.

The engine tells how long a drive takes on empty roads. The rush hour on top is the same profile for every engine, so
all of them answer for every departure, and leaving later never arrives earlier.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.roads.drive_kernel import Clock, Floats, Rows, free_between, time_between
from data.roads.estimate import EstimateSource, band_starts, bands, place_points
from data.roads.free_flow import STREET_DETOUR, Doors, embedded, straight_km
from data.roads.learning import Learner
from data.roads.pair_book import Known, keys_of
from data.roads.pairs import NO_ROAD, OFF_ROAD, UNKNOWN
from data.roads.rush_hour import by_place
from data.roads.source import Learned
from optimizer.domain.driving import USUAL, Driving
from optimizer.domain.place import Place
from optimizer.domain.time import HOUR, Horizon
from optimizer.schedule.slots import Spokes
from optimizer.travel.times import ESTIMATE, BufferPolicy, TravelTimes, make_fifo, padded

MARGIN_PERCENT = 25
"""Added to an estimate in place of a drive the engine did not tell: nine in ten routed drives are shorter then."""

NEVER_THERE = 24 * HOUR
"""In place of a drive where no road leads."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Free:
    """`seconds[i, j]` and `meters[i, j]` on empty roads, and which of them are `estimated[i, j]`."""

    seconds: Floats
    meters: NDArray[np.int32]
    estimated: NDArray[np.bool_]


class NetworkRoads:
    """A `TravelSource` over a road engine. Two different places at one point are a drive round the block apart."""

    def __init__(self, learner: Learner, *, margin_percent: int = MARGIN_PERCENT) -> None:
        self.name = learner.engine.name
        self.learner = learner
        self.estimate = EstimateSource()
        self.margin = 1 + margin_percent / 100
        self.keeps_off_tolls = learner.engine.avoids_tolls

    def travel_times(self, places: Sequence[Place], horizon: Horizon, buffer: BufferPolicy) -> TravelTimes:
        """The banded travel table between all pairs of `places`; bands as `EstimateSource.travel_times` has them."""
        doors, rows = self.estimate.doors(place_points(places))
        free = self._free(places, places, doors, rows, rows, buffer.roads)
        np.fill_diagonal(free.seconds, 0)
        starts = np.array(bands(horizon, places=len(places)), dtype=np.int64)
        drive = self._timed(free, doors, rows, rows, starts, self.estimate.clock(horizon, buffer.roads))
        drive[:, np.arange(len(places)), np.arange(len(places))] = 0
        guessed = free.estimated & ~np.eye(len(places), dtype=np.bool_)
        return TravelTimes.build(
            places=[place.id for place in places],
            starts=[int(start) for start in starts],
            drive=drive,
            buffer=buffer,
            meters=free.meters,
            source=self._labelled(guessed),
            estimated=guessed if guessed.any() else None,
        )

    def spokes(self, center: Place, stops: Sequence[Place], horizon: Horizon, buffer: BufferPolicy) -> Spokes:
        """Drives between one place and many, to the second those of `travel_times` for the places of one day."""
        doors, rows = self.estimate.doors(place_points((center, *stops)))
        starts, hub, ends = band_starts(horizon), rows[:1], rows[1:]
        clock = self.estimate.clock(horizon, buffer.roads)
        out = self._timed(self._free([center], stops, doors, hub, ends, buffer.roads), doors, hub, ends, starts, clock)
        back = self._timed(self._free(stops, [center], doors, ends, hub, buffer.roads), doors, ends, hub, starts, clock)
        out, back = (padded(starts, make_fifo(starts, table), buffer) for table in (out, back))
        for k, stop in enumerate(stops):
            if stop.id == center.id:
                out[:, 0, k] = back[:, k, 0] = 0
        return Spokes(out=np.ascontiguousarray(out[:, 0, :]), back=np.ascontiguousarray(back[:, :, 0]))

    def kind(self, horizon: Horizon, roads: Driving) -> str:
        return self.estimate.kind(horizon, roads)

    def learn(
        self, places: Sequence[Place], others: Sequence[Place] | None = None, *, within: float | None = None
    ) -> Learned:
        return self.learner.learn(places, others, within=within)

    def label(self, center: Place, stops: Sequence[Place], roads: Driving) -> str:
        out, back = self.learner.known([center], stops), self.learner.known(stops, [center])
        apart = keys_of(place_points(stops)) != keys_of(place_points([center]))
        doors, rows = self.estimate.doors(place_points((center, *stops)))
        tolled = self.tolled(doors, rows[:1], rows[1:], roads)[0]
        return self._labelled(np.stack([_missing(out)[0], _missing(back)[:, 0], tolled])[:, apart])

    def _labelled(self, guessed: NDArray[np.bool_]) -> str:
        return f"{self.name}+{ESTIMATE}" if guessed.any() else self.name

    def tolled(self, doors: Doors, rows: Rows, columns: Rows, driving: Driving) -> NDArray[np.bool_]:
        """`[i, j]`: which drives of the engine would use a toll road that the practice keeps off, as far as the
        estimate can tell."""
        nothing = np.zeros((len(rows), len(columns)), dtype=np.bool_)
        if not driving.avoid_tolls or self.keeps_off_tolls:
            return nothing
        quick, slow = (empty_roads(doors, rows, columns, ~nothing, ways) for ways in (USUAL, driving))
        return np.asarray(slow > quick, dtype=np.bool_)

    def _free(
        self,
        origins: Sequence[Place],
        destinations: Sequence[Place],
        doors: Doors,
        rows: Rows,
        columns: Rows,
        driving: Driving,
    ) -> Free:
        known = self.learner.known(origins, destinations)
        seconds = np.where(known.seconds == NO_ROAD, NEVER_THERE, known.seconds).astype(np.float64)
        guessed = _missing(known) | self.tolled(doors, rows, columns, driving)
        together = rows[:, None] == columns[None, :]
        wanted = guessed | together
        estimated = empty_roads(doors, rows, columns, wanted, driving)
        seconds = np.where(wanted, estimated * np.where(together, 1.0, self.margin), seconds)
        meters = known.meters
        if (meters < 0).any():
            straight = straight_km(doors.points[rows, :2], doors.points[columns, :2]) * (1000 * STREET_DETOUR)
            meters = np.where(meters < 0, np.rint(straight), meters).astype(np.int32)
        return Free(seconds=seconds, meters=meters, estimated=guessed & ~together)

    def _timed(
        self, free: Free, doors: Doors, rows: Rows, columns: Rows, starts: NDArray[np.int64], clock: Clock
    ) -> NDArray[np.int32]:
        table = np.zeros((len(starts), len(rows), len(columns)), dtype=np.int32)
        time_between(free.seconds, doors.points, rows, columns, by_place(), clock, starts, table)
        return table


def empty_roads(doors: Doors, rows: Rows, columns: Rows, wanted: NDArray[np.bool_], driving: Driving) -> Floats:
    """`seconds[i, j]` on empty roads as the estimate has them, zero where they are not wanted."""
    model, seconds = embedded(), np.zeros(wanted.shape)
    if wanted.any():
        between = model.along(driving)
        free_between(model.figures, between, doors.points, doors.near, doors.access, rows, columns, wanted, seconds)
    return seconds


def _missing(known: Known) -> NDArray[np.bool_]:
    return np.asarray((known.seconds == UNKNOWN) | (known.seconds == OFF_ROAD), dtype=np.bool_)
