"""Travel without a road engine: the embedded free-flow model driven through the rush hour."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import time
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from data.roads.calendar import DayClass, day_class
from data.roads.door_book import DoorBook, Point
from data.roads.drive_kernel import Clock, Floats, Rows, time_spokes, time_table
from data.roads.free_flow import STREET_DETOUR, Doors, embedded, straight_km
from data.roads.rush_hour import Profile, by_place, congestion, profiles
from data.roads.source import Learned
from optimizer.domain.driving import Driving, LearnedRoads
from optimizer.domain.errors import InvalidRequest
from optimizer.domain.place import Coordinate, Place
from optimizer.domain.time import HOUR, Horizon, Seconds
from optimizer.schedule.slots import Spokes
from optimizer.travel.times import ESTIMATE, BufferPolicy, TravelTimes

_DAY = (5 * 60, 23 * 60)  # minutes of the wall clock between which bands are close together
_STEPS = (30, 60, 120, 240)  # minutes between bands, the closest that fits; 240 still meets 09:00 and 17:00
_CELLS = 6_500_000  # of a table; 26 MB as int32, some ten times that while it is built


class EstimateSource:
    """Drives estimated from coordinates alone; the same in both directions.

    Free-flow minutes are within 7 % (median) of a router's; the rush hour on top is a default profile. Distances are
    straight lines times a detour factor. Two different places at one point are a drive round the block apart.
    """

    name = ESTIMATE

    def __init__(self) -> None:
        self.doors = DoorBook(_doors).look_up

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
        doors = model.doors(km)
        drive = np.zeros((len(departures), len(places), len(places)), dtype=np.int32)
        time_table(
            model.figures, model.along(buffer.roads), doors.points, doors.near, doors.access, by_place(),
            self.clock(horizon, buffer.roads), np.array(departures, dtype=np.int64), drive,
        )  # fmt: skip
        return TravelTimes.build(
            places=[place.id for place in places],
            starts=departures,
            drive=drive,
            buffer=buffer,
            meters=_meters(km),
            source=self.name,
        )

    def spokes(self, center: Place, stops: Sequence[Place], horizon: Horizon, buffer: BufferPolicy) -> Spokes:
        """Drives between one place and many, to the second those of `travel_times` for the places of one day.

        The bands are always a single day's (up to 400 places), however many stops there are: they are asked about
        days, each with a table of its own. About 1 ms for 600 stops once they are known. A stop that is the centre
        itself (the same id) is no drive away.

        Raises
        ------
        InvalidRequest
            As `travel_times`.
        """
        doors, rows = self.doors(place_points((center, *stops)))
        clock = self.clock(horizon, buffer.roads)
        table = spoke_table(doors, rows[0], doors, rows[1:], clock, band_starts(horizon), buffer)
        for k, stop in enumerate(stops):
            if stop.id == center.id:
                table[:, k] = 0
        return Spokes(out=table, back=table)

    def kind(self, horizon: Horizon, roads: Driving) -> str:
        """Workdays are of one kind, and so are weekends; a day on which the clocks change is of a kind of its own."""
        turns = horizon.length != 24 * HOUR or horizon.local(0).utcoffset() != horizon.local(24 * HOUR).utcoffset()
        return f"{day_class(horizon, roads.holidays)} {horizon.date if turns else ''}".strip()

    def learn(
        self, places: Sequence[Place], others: Sequence[Place] | None = None, *, within: float | None = None
    ) -> Learned:
        """Nothing: there is nobody to ask."""
        del places, others, within
        return Learned()

    def label(self, center: Place, stops: Sequence[Place], roads: Driving) -> str:
        """Always the same."""
        del center, stops, roads
        return self.name

    def clock(self, horizon: Horizon, roads: Driving) -> Clock:
        """What slows the drives of a date, see `rush_hour.congestion`."""
        kind = day_class(horizon, roads.holidays)
        profile = profiles()[kind]
        if roads.learned is not None:
            profile = _as_learned(profile, roads.learned, workday=kind is DayClass.WORKDAY)
        return congestion(profile, horizon)


@lru_cache(maxsize=64)
def _as_learned(profile: Profile, learned: LearnedRoads, *, workday: bool) -> Profile:
    areas = ((area.square, area.workday if workday else area.weekend) for area in learned.areas)
    return replace(profile, factor=learned.workday if workday else learned.weekend, areas=tuple(areas))


@lru_cache(maxsize=256)
def band_starts(horizon: Horizon) -> NDArray[np.int64]:
    """When the bands of a single day's table begin. Not to be written to."""
    starts = np.array(bands(horizon, places=1), dtype=np.int64)
    starts.setflags(write=False)
    return starts


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


def spoke_table(
    hubs: Doors,
    hub: int,
    doors: Doors,
    rows: Rows,
    clock: Clock,
    starts: NDArray[np.int64],
    buffer: BufferPolicy,
) -> NDArray[np.int32]:
    """`seconds[band, k]` with the buffer between a hub and the doors in `rows`, there and back."""
    model, table = embedded(), np.empty((len(starts), len(rows)), dtype=np.int32)
    time_spokes(
        model.figures, model.along(buffer.roads), hubs.points[hub], hubs.near[hub], hubs.access[hub],
        doors.points, doors.near, doors.access, rows, by_place(), clock, starts, buffer.minutes, buffer.percent, table,
    )  # fmt: skip
    return table


def _doors(points: Sequence[Point]) -> Doors:
    if not np.isfinite(np.array(points, dtype=np.float64)).all():
        raise InvalidRequest("A place has a coordinate that is not a number.", code="invalid_coordinate")
    model = embedded()
    return model.doors(model.project_degrees(points))


def place_points(places: Sequence[Place]) -> list[Point]:
    """Latitude and longitude of each place. Raises InvalidRequest where there is none."""
    points = [(point.lat, point.lng) for place in places if (point := place.coordinate) is not None]
    if len(points) < len(places):
        for place in places:
            _coordinate(place)
    return points


def _meters(km: Floats) -> NDArray[np.int32]:
    return np.rint(straight_km(km, km) * (1000 * STREET_DETOUR)).astype(np.int32)
