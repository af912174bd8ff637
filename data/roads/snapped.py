"""Roads for people who may not know where other clients live.

With exact drives and a start every quarter of an hour, some twenty searches tell where a neighbour's home is. Here a
stop is only known by its cell of a grid, and a drive takes as long as to the worst point of the cell. Whatever is
computed from these times is the same for every home in the cell, and what fits with them fits on the real roads: a
drive never gets shorter, and leaving later never arrives earlier.
"""

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from data.roads.door_book import DoorBook, Point
from data.roads.drive_kernel import EAST, NORTH, SIDE_KM, Floats, time_table
from data.roads.estimate import EstimateSource, band_starts, place_points, spoke_table
from data.roads.free_flow import Doors, embedded
from data.roads.rush_hour import by_place
from data.roads.source import Learned
from optimizer.domain.driving import Driving
from optimizer.domain.place import Coordinate, Place
from optimizer.domain.time import Horizon
from optimizer.schedule.slots import Spokes
from optimizer.travel.times import BufferPolicy, TravelTimes


@lru_cache(maxsize=4096)
def cell_middle(point: Coordinate) -> Coordinate:
    """The middle of the cell that a point lies in."""
    model = embedded()
    column, row = (math.floor(km / SIDE_KM) for km in model.project([point])[0].tolist())
    ((lat, lng),) = model.degrees(np.array([[(column + 0.5) * SIDE_KM, (row + 0.5) * SIDE_KM]]))
    return Coordinate(lat=lat, lng=lng)


class SnappedRoads:
    """The estimate as the public may know it. A bound depends on the cell and the place asked about, nothing else.

    There is one grid for every practice: with a grid each, two practices would tell of a client of both in which
    overlap of two cells they live.
    """

    name = "estimate"

    def __init__(self, roads: EstimateSource) -> None:
        self._roads = roads
        self.squares = DoorBook(self._prepare)

    def middles(self, cells: NDArray[np.int64]) -> Floats:
        """`km[cell]`: the middle of each cell, projected."""
        return (cells.astype(np.float64) + 0.5) * SIDE_KM

    def cells(self, points: Sequence[Point]) -> NDArray[np.int64]:
        """`cell[point]`: column and row in the grid for each pair of latitude and longitude."""
        return np.floor(embedded().project_degrees(points) / SIDE_KM).astype(np.int64)

    def spokes(self, center: Place, stops: Sequence[Place], horizon: Horizon, buffer: BufferPolicy) -> Spokes:
        """Drives between an exact place and stops known by their cells, never shorter than the real ones.

        No stop is taken for the centre's own door, whatever its id: that would tell who lives there.
        """
        hub, hub_row = self._roads.doors(place_points([center]))
        doors, rows = self.squares.look_up(place_points(stops))
        # Many stops lie in few cells, and a drive to a cell is timed once.
        middles = doors.points[rows, EAST] * 1e6 + doors.points[rows, NORTH]
        _, first, cell_of = np.unique(middles, return_index=True, return_inverse=True)
        starts, clock = band_starts(horizon), self._roads.clock(horizon, buffer.roads)
        table = spoke_table(hub, int(hub_row[0]), doors, rows[first], clock, starts, buffer)
        table = np.take(table, cell_of, axis=1)
        return Spokes(out=table, back=table)

    def kind(self, horizon: Horizon, roads: Driving) -> str:
        return self._roads.kind(horizon, roads)

    def learn(
        self, places: Sequence[Place], others: Sequence[Place] | None = None, *, within: float | None = None
    ) -> Learned:
        """Nothing: there is nobody to ask."""
        return self._roads.learn(places, others, within=within)

    def label(self, center: Place, stops: Sequence[Place], roads: Driving) -> str:
        """Always the same."""
        return self._roads.label(center, stops, roads)

    def travel_times(self, places: Sequence[Place], horizon: Horizon, buffer: BufferPolicy) -> TravelTimes:
        """Drives between cells, with the bands of a single day; two places of one cell are apart as its corners are."""
        doors, rows = self.squares.look_up(place_points(places))
        starts, model = band_starts(horizon), embedded()
        drive = np.zeros((len(starts), len(places), len(places)), dtype=np.int32)
        time_table(
            model.figures, model.along(buffer.roads), doors.points[rows], doors.near[rows], doors.access[rows],
            by_place(), self._roads.clock(horizon, buffer.roads), starts, drive,
        )  # fmt: skip
        return TravelTimes.build(
            places=[place.id for place in places],
            starts=[int(start) for start in starts],
            drive=drive,
            buffer=buffer,
            source=self.name,
        )

    def _prepare(self, points: Sequence[Point]) -> Doors:
        return embedded().doors(self.middles(self.cells(points)), radius=SIDE_KM / 2)
