"""Where travel times come from: the seam every road engine fills."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from optimizer.domain.driving import Driving
from optimizer.domain.errors import Fault, InvalidRequest
from optimizer.domain.place import Place
from optimizer.domain.time import Horizon
from optimizer.travel.times import BufferPolicy, TravelTimes

if TYPE_CHECKING:
    from optimizer.schedule.slots import Spokes


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What came of asking for drives. Whatever is not known is estimated, so most callers need not look.

    `asked` counts questions to the engine, `drives` what they brought; `trouble` says in a sentence why there are
    drives left unknown, empty where there are none; `off_road` holds the metres to the nearest road for each place
    that lies too far from all of them, None where nobody knows how far.
    """

    asked: int = 0
    drives: int = 0
    trouble: str = ""
    off_road: Mapping[str, float | None] = field(default_factory=lambda: MappingProxyType({}))

    def sentences(self) -> list[str]:
        """One for each place without a road."""
        return [_far(name, meters) for name, meters in self.off_road.items()]

    def require_roads(self) -> None:
        """Raises InvalidRequest (`off_road`) that names each place without a road."""
        if not self.off_road:
            return
        faults = [Fault(pointer=name, code="off_road", detail=_far(name, m)) for name, m in self.off_road.items()]
        raise InvalidRequest(
            faults[0].detail if len(faults) == 1 else f"{len(faults)} places lie off every road of the map.",
            code="off_road",
            hint="Correct the point, or build the roads from a larger map.",
            faults=faults,
        )


def _far(name: str, meters: float | None) -> str:
    how_far = "too far" if meters is None else f"{meters:.0f} m"
    return f"{name} lies {how_far} from the nearest road of the map."


class TravelSource(Protocol):
    """Drives between places on a date.

    `name` is echoed in answers ("estimate", "osrm"). Everything but `learn` answers out of what this machine knows: it
    may be called anywhere, inside a transaction too.
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

    def kind(self, horizon: Horizon, roads: Driving) -> str:
        """What a date's drives go by: dates of one kind share every drive and every band, to the second.

        Parameters
        ----------
        roads
            The ways of whoever drives, as in the buffer policy.
        """
        ...

    def learn(
        self, places: Sequence[Place], others: Sequence[Place] | None = None, *, within: float | None = None
    ) -> Learned:
        """Ask the engine for the drives that are not known yet, both ways between `places` and `others`.

        The only method that may use the network: never call it inside a transaction. With all drives known it asks
        nobody.

        Parameters
        ----------
        others
            None for all pairs among `places`, which are then remembered longest.
        within
            Seconds after which no further question is asked.
        """
        ...

    def label(self, center: Place, stops: Sequence[Place], roads: Driving) -> str:
        """What the drives between one place and many come from: `name`, or with "+estimate" where some are not
        known."""
        ...
