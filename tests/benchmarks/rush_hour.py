"""Roads of a made-up region whose length in time depends on the hour: what really happens on the drive.

A drive takes its free-flow time, times how congested the hour is: highways (the longer the drive, the larger their
share) suffer far more than streets, and towards the centre mornings are worse than evenings. Smooth in the departure
time; planners see a table of it, half-hour by half-hour, or an average (see `Belief`).

The size of the peaks (twice the free flow on highways at 17:00, a third more on streets) follows the study that is kept
beside the shared benchmark instances.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.time import HOUR
from optimizer.travel.times import TravelTimes

Floats = NDArray[np.float64]

CENTRE = (43.653, -79.383)
KM_NORTH, KM_EAST = 111.2, 80.4
DETOUR = 1.32
"""Kilometres driven for each as the crow flies."""
HIGHWAY_KM = 14.0
"""A drive of this length is to 63 % on highways."""
STREET_KMH, HIGHWAY_KMH = 34.0, 98.0
ARRIVAL = 300
"""Seconds between reaching the street and standing at a client's door."""
FIRST, LAST, STEP = 6 * HOUR, 22 * HOUR, HOUR // 2
WORKING = range(8 * HOUR, 20 * HOUR, STEP)
PADDING = 1.15

# When it is worst, how wide the peak is (both in hours), what it adds on highways and on streets.
PEAKS = ((8.2, 1.1, 0.70, 0.18), (17.0, 1.7, 0.85, 0.25))
MIDDAY = (13.0, 5.0, 0.20, 0.11)
DIRECTION = 0.18
"""By how much a drive towards the centre is worse in the morning, and better in the evening."""


class Belief(StrEnum):
    """What a planner that knows one time an arc takes it to be."""

    AVERAGE = "average"
    PADDED = "padded"
    FREE_FLOW = "free-flow"


@dataclass(frozen=True, kw_only=True, eq=False)
class Roads:
    """Between `N` points, `[N, N]` each: seconds when nobody else drives, the highways' share, direction (+1 inbound,
    -1 outbound), and seconds added on arrival."""

    free: Floats
    share: Floats
    inbound: Floats
    arrival: Floats

    @classmethod
    def between(cls, points: Floats, *, homes: int) -> Self:
        """Roads between points `[N, 2]` of latitude and longitude; the first `homes` are no clients' doors."""
        km, share, inbound = _geometry(points)
        hours = km * (share / HIGHWAY_KMH + (1 - share) / STREET_KMH)
        return cls(free=HOUR * hours, share=share, inbound=inbound, arrival=_arrival(len(points), homes))

    @classmethod
    def averaging(cls, average: NDArray[np.integer], points: Floats, *, homes: int) -> Self:
        """Roads whose average over the working day is the given table, arrival included."""
        _, share, inbound = _geometry(points)
        arrival = _arrival(len(points), homes)
        roads = cls(free=np.ones_like(share), share=share, inbound=inbound, arrival=np.zeros_like(arrival))
        free = np.maximum(0, average - arrival) / roads.mean
        return cls(free=free, share=share, inbound=inbound, arrival=arrival)

    def at(self, depart: float) -> Floats:
        """`[N, N]` seconds of a drive that begins then."""
        highway, street, lean = _congestion(depart / HOUR)
        factor = self.share * highway * (1 + lean * self.inbound) + (1 - self.share) * street
        return self.free * factor + self.arrival

    def drive(self, origin: int, destination: int, depart: float) -> float:
        """Seconds of one drive; none to where one is already."""
        if origin == destination:
            return 0.0
        highway, street, lean = _congestion(depart / HOUR)
        share = float(self.share[origin, destination])
        factor = share * highway * (1 + lean * float(self.inbound[origin, destination])) + (1 - share) * street
        return float(self.free[origin, destination]) * factor + float(self.arrival[origin, destination])

    @property
    def mean(self) -> Floats:
        """`[N, N]` the average over departures of the working day."""
        return np.mean([self.at(depart) for depart in WORKING], axis=0)

    def table(self, places: list[str]) -> TravelTimes:
        """What a time-dependent planner sees: half-hour bands, whole seconds rounded up."""
        starts = list(range(FIRST, LAST + 1, STEP))
        return TravelTimes.build(places=places, starts=starts, drive=np.array([_whole(self.at(s)) for s in starts]))

    def believed(self, belief: Belief, places: list[str]) -> TravelTimes:
        """One time an arc, the same all day."""
        match belief:
            case Belief.AVERAGE:
                seconds = self.mean
            case Belief.PADDED:
                seconds = self.mean * PADDING
            case Belief.FREE_FLOW:
                seconds = self.free + self.arrival
        return TravelTimes.build(places=places, starts=[0], drive=_whole(seconds))


def _congestion(hour: float) -> tuple[float, float, float]:
    """Factors on highways and on streets, and how much worse it is inbound."""
    highway = street = 1.0
    for at, width, on_highways, on_streets in (*PEAKS, MIDDAY):
        swell = float(np.exp(-(((hour - at) / width) ** 2)))
        highway, street = highway + on_highways * swell, street + on_streets * swell
    morning, evening = (float(np.exp(-(((hour - at) / width) ** 2))) for at, width, _, _ in PEAKS)
    return highway, street, DIRECTION * (morning - evening)


def _geometry(points: Floats) -> tuple[Floats, Floats, Floats]:
    """Kilometres, the highways' share, and the direction."""
    north, east = (points - np.array(CENTRE)).T * np.array([[KM_NORTH], [KM_EAST]])
    km = DETOUR * np.hypot(north[:, None] - north[None, :], east[:, None] - east[None, :])
    away = np.hypot(north, east)
    inbound = np.clip(DETOUR * (away[:, None] - away[None, :]) / np.maximum(km, 0.1), -1, 1)
    return km, 1 - np.exp(-km / HIGHWAY_KM), inbound


def _arrival(count: int, homes: int) -> Floats:
    arrival = np.zeros((count, count))
    arrival[:, homes:] = ARRIVAL
    np.fill_diagonal(arrival, 0)
    return arrival


def _whole(seconds: Floats) -> NDArray[np.int64]:
    """Rounded up to whole seconds: a promise is never a fraction short."""
    whole: NDArray[np.int64] = np.ceil(seconds).astype(np.int64)
    np.fill_diagonal(whole, 0)
    return whole
