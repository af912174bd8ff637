"""What a road engine is asked, and what it answers: the seam every engine fills."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from data.roads.door_book import Point
from optimizer.domain.errors import InvalidRequest, Unavailable

FAR_METERS = 500
"""From a point to the nearest road of the map. An engine snaps in silence however far, so this is looked at here."""


class EngineDown(Unavailable):
    """The road engine gave no answer to believe. The detail names neither its address nor any point.

    `rest` is for how many seconds it asked to be left alone, None where it did not.
    """

    code = "roads_down"

    def __init__(self, detail: str, *, rest: float | None = None) -> None:
        super().__init__(detail)
        self.rest = rest


class TooFarFromRoad(InvalidRequest):
    """A point has no road of the map within `FAR_METERS`. `row` is its place among the points asked about."""

    code = "off_road"

    def __init__(self, row: int, meters: float | None) -> None:
        super().__init__(f"point {row} is too far from every road of the map")
        self.row = row
        self.meters = meters

    def __reduce__(self) -> tuple[type["TooFarFromRoad"], tuple[int, float | None]]:
        return type(self), (self.row, self.meters)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EmptyRoads:
    """Drives on empty roads: `seconds[i, j]` and `meters[i, j]` from origin i to destination j.

    NaN where no road leads; `meters` is NaN throughout where the engine tells none. `snapped[i]` and
    `arrived[j]` are metres from each origin and destination to the road it was moved to, NaN where the engine does
    not say.
    """

    seconds: NDArray[np.float64]
    meters: NDArray[np.float64]
    snapped: NDArray[np.float64]
    arrived: NDArray[np.float64]


class RoadEngine(Protocol):
    """Asked about at most `most` points at a time, origins and destinations together. `name` is echoed in answers;
    `version` tells one map from another, and roads without tolls from all; `avoids_tolls` says whether it was told
    to keep off those."""

    name: str
    version: str
    most: int
    avoids_tolls: bool

    def ask(self, origins: Sequence[Point], destinations: Sequence[Point]) -> EmptyRoads:
        """Every drive from an origin to a destination; points are latitude and longitude.

        Raises
        ------
        EngineDown
            When there is no answer, or none to believe.
        TooFarFromRoad
            Where the engine itself refuses a point; `row` counts the origins, then the destinations.
        """
        ...


def version_of(version: str, *, avoid_tolls: bool) -> str:
    """A map's version as drives are kept under it: those that keep off tolls are others."""
    return f"{version} without tolls" if avoid_tolls else version


def believable(found: EmptyRoads, origins: int, destinations: int) -> EmptyRoads:
    """The answer itself, when it has the right shape and sensible figures.

    Raises
    ------
    EngineDown
        When it has not.
    """
    shape = (origins, destinations)
    if found.seconds.shape != shape or found.meters.shape != shape:
        raise EngineDown(f"the road engine sent a table {found.seconds.shape} where {shape} was asked for")
    if found.snapped.shape != (origins,) or found.arrived.shape != (destinations,):
        raise EngineDown("the road engine did not say of every point where it lies")
    for table in (found.seconds, found.meters):
        known = table[~np.isnan(table)]
        if not np.isfinite(known).all() or (known < 0).any() or (known > 1e8).any():
            raise EngineDown("the road engine sent figures that are no drives")
    return found


def figures(rows: Any) -> NDArray[np.float64]:
    """A table out of lists, `table[i, j]`; null, where no road leads, becomes NaN.

    Raises
    ------
    TypeError, ValueError
        When it is no table of figures.
    """
    table = np.array([[np.nan if figure is None else float(figure) for figure in row] for row in rows], dtype=float)
    return table.reshape(len(rows), -1)
