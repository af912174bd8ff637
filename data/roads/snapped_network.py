"""Roads of an engine for people who may not know where other clients live.

As in `data.roads.snapped` a stop is only known by its cell. A drive to it takes as long as to the worst point of the
cell (see `data.roads.cell_engine`). What the engine was not asked is bounded by the estimate for the whole cell, with
the margin that `NetworkRoads` gives an estimate.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from data.roads.cell_engine import Square
from data.roads.door_book import Point
from data.roads.drive_kernel import SIDE_KM, Floats, time_between
from data.roads.estimate import EstimateSource, band_starts, place_points
from data.roads.free_flow import Doors, embedded
from data.roads.learning import Learner
from data.roads.network import NEVER_THERE, NetworkRoads, empty_roads
from data.roads.pairs import NO_ROAD
from data.roads.rush_hour import by_place
from data.roads.snapped import SnappedRoads
from data.roads.source import Learned
from optimizer.domain.driving import Driving
from optimizer.domain.place import Coordinate, Place
from optimizer.domain.time import Horizon
from optimizer.schedule.slots import Spokes
from optimizer.travel.times import ESTIMATE, BufferPolicy, TravelTimes, make_fifo, padded

Ends = tuple[Sequence[Place], Doors]
"""Ends of drives: by what the cell engine knows them, and their doors."""


class SnappedNetwork:
    """A `TravelSource` whose bounds depend on cells and the place asked about, nothing else.

    Parameters
    ----------
    cells
        A learner over a `CellEngine` with `square_of`.
    """

    def __init__(self, roads: NetworkRoads, cells: Learner) -> None:
        self.name = roads.name
        self._roads = roads
        self._cells = cells
        self._grid = SnappedRoads(roads.estimate)

    def spokes(self, center: Place, stops: Sequence[Place], horizon: Horizon, buffer: BufferPolicy) -> Spokes:
        """Drives between an exact place and stops known by their cells. No stop is taken for the centre's own door."""
        starts = band_starts(horizon)
        doors, rows = self._roads.estimate.doors(place_points([center]))
        here: Ends = [center], _taken(doors, rows)
        there, cell_of = self._snapped(stops)
        out, back = (
            padded(starts, make_fifo(starts, self._timed(*ends, starts, horizon, buffer.roads)), buffer)
            for ends in ((here, there), (there, here))
        )
        return Spokes(out=np.take(out[:, 0, :], cell_of, axis=1), back=np.take(back[:, :, 0], cell_of, axis=1))

    def travel_times(self, places: Sequence[Place], horizon: Horizon, buffer: BufferPolicy) -> TravelTimes:
        """Drives between cells, with the bands of a single day; two places of one cell are apart as its ends are."""
        starts = band_starts(horizon)
        cells, cell_of = self._snapped(places)
        guessed = (self._cells.known(cells[0], cells[0]).seconds < NO_ROAD).any()
        guessed |= self._tolled(cells[1], cells[1], buffer.roads).any()
        drive = self._timed(cells, cells, starts, horizon, buffer.roads)[:, cell_of[:, None], cell_of[None, :]]
        drive[:, np.arange(len(places)), np.arange(len(places))] = 0
        return TravelTimes.build(
            places=[place.id for place in places],
            starts=[int(start) for start in starts],
            drive=drive,
            buffer=buffer,
            source=f"{self.name}+{ESTIMATE}" if guessed else self.name,
        )

    def kind(self, horizon: Horizon, roads: Driving) -> str:
        return self._roads.kind(horizon, roads)

    def learn(
        self, places: Sequence[Place], others: Sequence[Place] | None = None, *, within: float | None = None
    ) -> Learned:
        """Ask for the drives behind the bounds as well as for the exact ones: a hold looks at those.

        With `others` the places are exact and the others are cells, else all of them are cells.
        """
        exact = self._roads.learn(places, others, within=within)
        if exact.trouble:
            return exact
        (cells, _), _ = self._snapped(places if others is None else others)
        bounds = self._cells.learn(cells) if others is None else self._cells.learn(places, cells, within=within)
        return Learned(
            asked=exact.asked + bounds.asked,
            drives=exact.drives + bounds.drives,
            trouble=bounds.trouble,
            off_road=exact.off_road,
        )

    def label(self, center: Place, stops: Sequence[Place], roads: Driving) -> str:
        """Of the bounds, so that it tells no more than they do."""
        (cells, doors), _ = self._snapped(stops)
        hub, hub_row = self._roads.estimate.doors(place_points([center]))
        here = _taken(hub, hub_row)
        if self._tolled(here, doors, roads).any():
            return f"{self.name}+{ESTIMATE}"
        known = [self._cells.known([center], cells).seconds, self._cells.known(cells, [center]).seconds]
        return f"{self.name}+{ESTIMATE}" if any((table < NO_ROAD).any() for table in known) else self.name

    def _tolled(self, mine: Doors, others: Doors, driving: Driving) -> NDArray[np.bool_]:
        return self._roads.tolled(*_both(mine, others), driving)

    def _snapped(self, places: Sequence[Place]) -> tuple[Ends, NDArray[np.int64]]:
        """The cells of places, each once, and which is whose."""
        found = self._grid.cells(place_points(places)).reshape(-1, 2)
        cells, cell_of = np.unique(found, axis=0, return_inverse=True)
        middles = _degrees(self._grid.middles(cells))
        doors, rows = self._grid.squares.look_up(middles)
        return (_named(middles), _taken(doors, rows)), cell_of.reshape(-1)

    def _timed(
        self, ours: Ends, theirs: Ends, starts: NDArray[np.int64], horizon: Horizon, driving: Driving
    ) -> NDArray[np.int32]:
        """`seconds[band, i, j]` of the bounds from each end to each other."""
        (begins, mine), (ends, others) = ours, theirs
        doors, rows, columns = _both(mine, others)
        known = self._cells.known(begins, ends).seconds
        free: Floats = np.where(known == NO_ROAD, NEVER_THERE, known).astype(np.float64)
        unknown = np.asarray(known < NO_ROAD, dtype=np.bool_)
        unknown |= self._roads.tolled(doors, rows, columns, driving)
        free = np.where(unknown, empty_roads(doors, rows, columns, unknown, driving) * self._roads.margin, free)
        table = np.zeros((len(starts), len(rows), len(columns)), dtype=np.int32)
        clock = self._roads.estimate.clock(horizon, driving)
        time_between(free, doors.points, rows, columns, by_place(), clock, starts, table)
        return table


def _both(mine: Doors, others: Doors) -> tuple[Doors, NDArray[np.int64], NDArray[np.int64]]:
    """All of the doors, and the rows of the ones and the others."""
    doors = Doors(
        points=np.concatenate([mine.points, others.points]),
        near=np.concatenate([mine.near, others.near]),
        access=np.concatenate([mine.access, others.access]),
    )
    middle, end = len(mine.points), len(doors.points)
    return doors, np.arange(middle, dtype=np.int64), np.arange(middle, end, dtype=np.int64)


def square_of(point: Point) -> Square | None:
    """The corners of the cell whose middle a point is, to five decimals; None for any other point."""
    grid = _grid()
    middle = grid.middles(grid.cells([point]))
    if _degrees(middle) != [(round(point[0], 5), round(point[1], 5))]:
        return None
    half = SIDE_KM / 2
    return embedded().degrees(middle - half)[0], embedded().degrees(middle + half)[0]


@cache
def _grid() -> SnappedRoads:
    return SnappedRoads(EstimateSource())


def _degrees(km: Floats) -> list[Point]:
    return [(round(lat, 5), round(lng, 5)) for lat, lng in embedded().degrees(km)]


def _named(points: Sequence[Point]) -> list[Place]:
    return [Place(id=f"cell {lat} {lng}", coordinate=Coordinate(lat=lat, lng=lng)) for lat, lng in points]


def _taken(doors: Doors, rows: NDArray[np.int64]) -> Doors:
    return Doors(points=doors.points[rows], near=doors.near[rows], access=doors.access[rows])
