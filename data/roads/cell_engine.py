"""A road engine asked about cells: whoever asks for the middle of a cell hears of the worst of its points."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from data.roads.door_book import Point
from data.roads.engine import FAR_METERS, EmptyRoads, RoadEngine, TooFarFromRoad

SAMPLES = 5
"""Points along each side of a cell, its edges among them: every 500 m in one of two kilometres."""

MARGIN_SECONDS = 90
MARGIN = 1.03
"""For each cell on top of its worst sample, as a home between two of them may lie deeper in a crescent. On the roads of
Malta 1 home in 100 is further away than every sample of its cell, none of 50,000 by more than 107 seconds."""

Square = tuple[Point, Point]
"""South-west and north-east corner."""


class CellEngine:
    """A `RoadEngine` around another. `square_of` tells the corners of the cell that a point stands for; None where it
    stands for itself."""

    def __init__(self, engine: RoadEngine, square_of: Callable[[Point], Square | None]) -> None:
        self.name = engine.name
        self.version = f"{engine.version} cells"
        self.avoids_tolls = engine.avoids_tolls
        self.most = max(2, engine.most // SAMPLES**2)
        self._engine = engine
        self._square_of = square_of

    def ask(self, origins: Sequence[Point], destinations: Sequence[Point]) -> EmptyRoads:
        """See `RoadEngine.ask`. A cell is as far as the farthest of its points that has a road."""
        ours, begins = self._spread(origins)
        theirs, ends = self._spread(destinations)
        while True:
            try:
                found = self._engine.ask([ours[row] for row in begins[1]], [theirs[row] for row in ends[1]])
                break
            except TooFarFromRoad as far:
                size = len(begins[1])
                rows, at, first = (begins[1], far.row, 0) if far.row < size else (ends[1], far.row - size, len(origins))
                owner = (begins if far.row < size else ends)[0][rows[at]]
                del rows[at]
                if not any((begins if far.row < size else ends)[0][row] == owner for row in rows):
                    raise TooFarFromRoad(first + owner, far.meters) from far
        return _worst(found, _owners(begins), _owners(ends), len(origins), len(destinations))

    def _spread(self, points: Sequence[Point]) -> tuple[list[Point], tuple[list[int], list[int]]]:
        """The samples, whose each is, and the rows of those still asked about."""
        samples: list[Point] = []
        owners: list[int] = []
        for row, point in enumerate(points):
            square = self._square_of(point)
            mine = [point] if square is None else _samples(*square)
            samples += mine
            owners += [row] * len(mine)
        return samples, (owners, list(range(len(samples))))


def _owners(spread: tuple[list[int], list[int]]) -> NDArray[np.int64]:
    owners, rows = spread
    return np.array([owners[row] for row in rows], dtype=np.int64)


def _samples(south_west: Point, north_east: Point) -> list[Point]:
    return [
        (float(lat), float(lng))
        for lat in np.linspace(south_west[0], north_east[0], SAMPLES)
        for lng in np.linspace(south_west[1], north_east[1], SAMPLES)
    ]


def _worst(
    found: EmptyRoads, begins: NDArray[np.int64], ends: NDArray[np.int64], height: int, width: int
) -> EmptyRoads:
    """The farthest pair of samples for each pair of points; samples without a road do not count."""
    lost_begins, lost_ends = found.snapped > FAR_METERS, found.arrived > FAR_METERS
    seconds, meters = (
        np.where(lost_begins[:, None] | lost_ends[None, :] | np.isnan(table), -1.0, table)
        for table in (found.seconds, found.meters)
    )
    far, long = np.full((height, width), -1.0), np.full((height, width), -1.0)
    np.maximum.at(far, (begins[:, None], ends[None, :]), seconds)
    np.maximum.at(long, (begins[:, None], ends[None, :]), meters)
    cells = (np.bincount(begins, minlength=height) > 1)[:, None].astype(int) + (np.bincount(ends, minlength=width) > 1)
    padded = np.where(cells > 0, far * MARGIN + cells * MARGIN_SECONDS, far)
    return EmptyRoads(
        seconds=np.where(far < 0, np.nan, padded),
        meters=np.where(long < 0, np.nan, long),
        snapped=_nearest(found.snapped, begins, height),
        arrived=_nearest(found.arrived, ends, width),
    )


def _nearest(moved: NDArray[np.float64], owners: NDArray[np.int64], size: int) -> NDArray[np.float64]:
    """How far the best sample of each point is from a road; NaN where the engine does not say."""
    nearest = np.full(size, np.inf)
    np.fmin.at(nearest, owners, moved)
    return np.where(np.isinf(nearest), np.nan, nearest)
