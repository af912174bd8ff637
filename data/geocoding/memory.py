"""What is remembered of asking a geocoding service: its answers, and when it may be asked again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from threading import Lock
from typing import Protocol

from optimizer.domain.place import Coordinate

GAP = timedelta(seconds=1)
"""Between two questions of the whole application: the usage policy of Nominatim allows one a second."""


class Verdict(StrEnum):
    """What came of asking about an address: its house, no more than its street, several alike, or nothing near."""

    HOUSE = "house"
    STREET = "street"
    SEVERAL = "several"
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A verdict, with the point of a house or street."""

    verdict: Verdict
    point: Coordinate | None = None


class GeocodingMemory(Protocol):
    """Shared by every process of the application. `service` is a provider with its host; `address` a digest.

    Each call is a short transaction of its own: never inside one that writes. Nobody waits or asks inside of it.
    """

    def read(self, service: str, address: str, now: datetime) -> Judged | None:
        """What came of asking, None where nobody has, or too long ago."""
        ...

    def write(self, service: str, address: str, judged: Judged, *, until: datetime, most: int) -> None:
        """Remember until then; of more than `most` those that end soonest are forgotten."""
        ...

    def take_turn(self, service: str, now: datetime, *, patience: timedelta) -> timedelta | None:
        """How long to wait before asking, `GAP` after whoever came before; None, and no turn, where it is too long."""
        ...

    def leave_alone(self, service: str, until: datetime) -> None:
        """No turn begins before then: the service has asked for it."""
        ...


class ProcessMemory:
    """A `GeocodingMemory` of one process, where no store has been created yet."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._judged: dict[tuple[str, str], tuple[Judged, datetime]] = {}
        self._free_at: dict[str, datetime] = {}

    def read(self, service: str, address: str, now: datetime) -> Judged | None:
        with self._lock:
            found = self._judged.get((service, address))
        return found[0] if found is not None and now < found[1] else None

    def write(self, service: str, address: str, judged: Judged, *, until: datetime, most: int) -> None:
        with self._lock:
            self._judged[service, address] = (judged, until)
            while len(self._judged) > most:
                del self._judged[min(self._judged, key=lambda key: self._judged[key][1])]

    def take_turn(self, service: str, now: datetime, *, patience: timedelta) -> timedelta | None:
        with self._lock:
            begins = max(now, self._free_at.get(service, now))
            if begins - now > patience:
                return None
            self._free_at[service] = begins + GAP
        return begins - now

    def leave_alone(self, service: str, until: datetime) -> None:
        with self._lock:
            self._free_at[service] = max(until, self._free_at.get(service, until))
