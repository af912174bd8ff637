"""Where travel times come from: the seam every road engine fills."""

from collections.abc import Sequence
from typing import Protocol

from optimizer.domain.place import Place
from optimizer.domain.time import Horizon
from optimizer.travel.times import BufferPolicy, TravelTimes


class TravelSource(Protocol):
    """Drives between places on a date.

    `name` is echoed in answers ("estimate", "osrm").
    """

    name: str

    def travel_times(self, places: Sequence[Place], horizon: Horizon, buffer: BufferPolicy) -> TravelTimes:
        """The banded travel table between all pairs of `places` (unique ids, each with a coordinate)."""
        ...
