"""Where travel times come from: the seam every road engine fills."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from optimizer.domain.place import Place
from optimizer.domain.time import Horizon
from optimizer.travel.times import BufferPolicy, TravelTimes

if TYPE_CHECKING:
    from optimizer.schedule.slots import Spokes


class TravelSource(Protocol):
    """Drives between places on a date.

    `name` is echoed in answers ("estimate", "osrm").
    """

    name: str

    def travel_times(self, places: Sequence[Place], horizon: Horizon, buffer: BufferPolicy) -> TravelTimes:
        """The banded travel table between all pairs of `places` (unique ids, each with a coordinate)."""
        ...

    def spokes(self, center: Place, stops: Sequence[Place], horizon: Horizon, buffer: BufferPolicy) -> "Spokes":
        """Drives between one place and many, to the second those of `travel_times` of a single day.

        A stop that is the centre itself (the same id) is no drive away.
        """
        ...

    def kind(self, horizon: Horizon) -> str:
        """What a date's drives go by: dates of one kind share every drive and every band, to the second."""
        ...
