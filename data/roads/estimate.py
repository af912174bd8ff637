"""Travel without a road engine: the embedded free-flow model driven through the rush hour."""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date, time
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from data.roads.free_flow import STREET_DETOUR, embedded, straight_km
from data.roads.rush_hour import CENTRE, WEEKEND, WORKDAY, DayClass, Profile, day_class, drives, exposure
from optimizer.domain.errors import InvalidRequest
from optimizer.domain.place import Coordinate, Place
from optimizer.domain.time import MINUTE, Horizon, Seconds
from optimizer.travel.times import BufferPolicy, TravelTimes

PROFILES: Mapping[DayClass, Profile] = MappingProxyType({DayClass.WORKDAY: WORKDAY, DayClass.WEEKEND: WEEKEND})

_DAY = (5 * 60, 23 * 60)  # minutes of the wall clock between which bands are close together
_STEPS = (30, 60, 120, 240)  # minutes between bands, the closest that fits; 240 still meets 09:00 and 17:00
_CELLS = 6_500_000  # of a table; 26 MB as int32, some ten times that while it is built


class EstimateSource:
    """Drives estimated from coordinates alone; the same in both directions.

    Free-flow minutes are within 8 % (median) of a router's; the rush hour on top is a default profile. Distances are
    straight lines times a detour factor. Two different places at one point are a drive round the block apart.
    """

    name = "estimate"

    def __init__(
        self, *, profiles: Mapping[DayClass, Profile] = PROFILES, classify: Callable[[date], DayClass] = day_class
    ) -> None:
        self._profiles = profiles
        self._classify = classify

    def travel_times(self, places: Sequence[Place], horizon: Horizon, buffer: BufferPolicy) -> TravelTimes:
        """The banded travel table between all pairs of `places`.

        Bands begin every half hour from 05:00 to 23:00 on the wall clock, further apart for more than 400 places, and
        at both midnights.

        Raises
        ------
        InvalidRequest
            code `place_missing` when a place has no coordinate, `invalid_coordinate` when it is not a number.
        ValueError
            When two places share an id.
        """
        model = embedded()
        km = model.project([_coordinate(place) for place in places])
        departures = bands(horizon, places=len(places))
        # The model is symmetric: half the drives are timed.
        rows, columns = np.triu_indices(len(places), k=1)
        base, peak = exposure(km[rows], km[columns], model.project([CENTRE]))
        half = drives(
            model.minutes(km)[rows, columns] * np.float32(MINUTE),
            base,
            peak,
            profile=self._profiles[self._classify(horizon.date)],
            horizon=horizon,
            departures=departures,
        )
        whole = np.rint(half).astype(np.int32)
        drive = np.zeros((len(departures), len(places), len(places)), dtype=np.int32)
        drive[:, rows, columns] = whole
        drive[:, columns, rows] = whole
        return TravelTimes.build(
            places=[place.id for place in places],
            starts=departures,
            drive=drive,
            buffer=buffer,
            meters=_meters(km),
            source=self.name,
        )


def bands(horizon: Horizon, *, places: int) -> tuple[Seconds, ...]:
    """When bands begin: few enough for a table of so many places to stay in memory."""
    first, last = _DAY
    pairs = max(1, places * places)
    step = next((s for s in _STEPS if ((last - first) // s + 3) * pairs <= _CELLS), _STEPS[-1])
    clock = (divmod(minutes, 60) for minutes in range(first, last + 1, step))
    return (0, *(horizon.at(time(hour, minute)) for hour, minute in clock), horizon.length)


def _coordinate(place: Place) -> Coordinate:
    point = place.coordinate
    if point is None:
        raise InvalidRequest(f"Nobody said where {place.id} is.", code="place_missing")
    if not (math.isfinite(point.lat) and math.isfinite(point.lng)):
        raise InvalidRequest(f"{place.id} has a coordinate that is not a number.", code="invalid_coordinate")
    return point


def _meters(km: NDArray[np.float32]) -> NDArray[np.int32]:
    return np.rint(straight_km(km, km) * np.float32(1000 * STREET_DETOUR)).astype(np.int32)
