"""Roads out of a table of minutes: the only thing that is made up in a test of a published travel rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.roads.source import Learned
from optimizer.domain.driving import Driving
from optimizer.domain.place import Coordinate, Place
from optimizer.domain.time import MINUTE, Horizon
from optimizer.schedule.slots import Spokes
from optimizer.travel.times import BufferPolicy, TravelTimes


@dataclass(frozen=True, kw_only=True)
class TableRoads:
    """Drives between named points, the same both ways and all day; any other two places are no drive apart."""

    points: Mapping[str, Coordinate]
    minutes: Mapping[tuple[str, str], int]
    name: str = "table"

    def travel_times(self, places: Sequence[Place], horizon: Horizon, buffer: BufferPolicy) -> TravelTimes:  # noqa: ARG002
        drive = np.array([[self._seconds(a, b) for b in places] for a in places], dtype=np.int64)
        ids = [place.id for place in places]
        return TravelTimes.build(
            places=ids, starts=[0], drive=drive.reshape(len(ids), len(ids)), buffer=buffer, source=self.name
        )

    def spokes(self, center: Place, stops: Sequence[Place], horizon: Horizon, buffer: BufferPolicy) -> Spokes:
        table = self.travel_times([Place(id="\0center", coordinate=center.coordinate), *stops], horizon, buffer)
        return Spokes(out=_row(table.seconds[:, 0, 1:]), back=_row(table.seconds[:, 1:, 0]))

    def kind(self, horizon: Horizon, roads: Driving) -> str:  # noqa: ARG002
        return "any"

    def learn(
        self,
        places: Sequence[Place],  # noqa: ARG002
        others: Sequence[Place] | None = None,  # noqa: ARG002
        *,
        within: float | None = None,  # noqa: ARG002
    ) -> Learned:
        return Learned()

    def label(self, center: Place, stops: Sequence[Place], roads: Driving) -> str:  # noqa: ARG002
        return self.name

    def _seconds(self, a: Place, b: Place) -> int:
        names = self._name(a), self._name(b)
        return MINUTE * self.minutes.get(names, self.minutes.get(names[::-1], 0))

    def _name(self, place: Place) -> str:
        return next((name for name, point in self.points.items() if point == place.coordinate), "")


def _row(table: NDArray[np.int32]) -> NDArray[np.int32]:
    return np.ascontiguousarray(table, dtype=np.int32)
