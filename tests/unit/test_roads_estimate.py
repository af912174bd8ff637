"""The travel table that a day is planned with."""

import math
from collections.abc import Sequence
from datetime import date, time
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from data.roads.estimate import EstimateSource, bands
from optimizer.domain.errors import InvalidRequest
from optimizer.domain.place import Coordinate, Place
from optimizer.domain.time import HOUR, MINUTE, Horizon
from optimizer.travel.times import BufferPolicy, TravelTimes

TORONTO = ZoneInfo("America/Toronto")
MONDAY = Horizon(date(2026, 11, 23), TORONTO)

BRAMPTON = Place(id="Brampton City Hall", coordinate=Coordinate(lat=43.6858, lng=-79.7599))
TOWER = Place(id="CN Tower", coordinate=Coordinate(lat=43.6426, lng=-79.3871))
GUELPH = Place(id="Guelph", coordinate=Coordinate(lat=43.5448, lng=-80.2482))
ORANGEVILLE = Place(id="Orangeville", coordinate=Coordinate(lat=43.9199, lng=-80.0943))
MILTON = Place(id="Milton", coordinate=Coordinate(lat=43.5183, lng=-79.8774))
SQUARE_ONE = Place(id="Square One", coordinate=Coordinate(lat=43.5932, lng=-79.6424))
OAKVILLE = Place(id="Oakville", coordinate=Coordinate(lat=43.4675, lng=-79.6877))
UNION = Place(id="Union Station", coordinate=Coordinate(lat=43.6453, lng=-79.3806))
EVERYWHERE = (BRAMPTON, TOWER, GUELPH, ORANGEVILLE, MILTON, SQUARE_ONE, OAKVILLE, UNION)


def table(places: Sequence[Place] = EVERYWHERE, horizon: Horizon = MONDAY, **policy: int) -> TravelTimes:
    return EstimateSource().travel_times(places, horizon, BufferPolicy(**policy))


def minutes(times: TravelTimes, origin: Place, destination: Place, clock: time, horizon: Horizon = MONDAY) -> float:
    """Of a drive that leaves at a band's beginning."""
    band = times.starts.tolist().index(horizon.at(clock))
    return float(times.drive[band, times.index[origin.id], times.index[destination.id]]) / MINUTE


@pytest.mark.parametrize(
    ("origin", "destination", "shortest", "longest"),
    [
        (BRAMPTON, TOWER, 40, 45),
        (GUELPH, BRAMPTON, 49, 56),
        (ORANGEVILLE, BRAMPTON, 42, 48),
        (MILTON, SQUARE_ONE, 26, 31),
        (OAKVILLE, UNION, 35, 43),
    ],
)
def test_a_midday_drive_takes_what_people_here_expect(
    origin: Place, destination: Place, shortest: int, longest: int
) -> None:
    assert shortest <= minutes(table(), origin, destination, time(12, 30)) <= longest


def test_the_evening_rush_is_worse_than_noon_and_noon_than_the_night() -> None:
    times = table()
    evening, noon, night = (minutes(times, BRAMPTON, TOWER, clock) for clock in (time(17), time(12), time(5)))

    assert evening > noon + 8 > night + 8


def test_a_sunday_evening_has_no_rush() -> None:
    sunday = Horizon(date(2026, 11, 22), TORONTO)

    assert minutes(table(), BRAMPTON, TOWER, time(17)) > 5 + minutes(
        table(horizon=sunday), BRAMPTON, TOWER, time(17), sunday
    )


def test_leaving_a_band_later_never_arrives_earlier() -> None:
    times = table(minutes=5, percent=10)
    for seconds in (times.drive, times.seconds):
        arrivals = seconds + times.starts[:, None, None]
        assert (np.diff(arrivals, axis=0) >= 0).all()


def test_two_doors_at_one_point_are_a_short_drive_apart_and_a_door_is_at_itself() -> None:
    neighbour = Place(id="next door", coordinate=BRAMPTON.coordinate)
    times = table((BRAMPTON, neighbour), minutes=5)

    assert (times.drive[:, [0, 1], [0, 1]] == 0).all()
    assert (times.seconds[:, [0, 1], [0, 1]] == 0).all()
    assert ((times.drive[:, 0, 1] > MINUTE) & (times.drive[:, 0, 1] < 4 * MINUTE)).all()
    assert times.meters is not None
    assert times.meters[0, 1] == 0


def test_distances_are_plausible_road_metres() -> None:
    times = table()

    assert times.meters is not None
    assert 35_000 < times.meters[times.index[BRAMPTON.id], times.index[TOWER.id]] < 45_000
    assert times.source == "estimate"


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25), (date(2027, 3, 14), 23), (MONDAY.date, 24)]
)
def test_bands_follow_the_wall_clock_when_the_clocks_change(day: date, hours: int) -> None:
    horizon = Horizon(day, TORONTO)
    starts = table(horizon=horizon).starts

    clocks = [horizon.local(int(start)).time() for start in starts]
    assert clocks[:3] == [time(0), time(5), time(5, 30)]
    assert clocks[-2:] == [time(23), time(0)]
    assert starts[-1] == hours * HOUR
    assert starts[1] == (hours - 19) * HOUR


def test_a_big_table_has_fewer_bands_but_keeps_both_rushes() -> None:
    assert len(bands(MONDAY, places=400)) == 39
    assert len(bands(MONDAY, places=500)) == 21
    few = bands(MONDAY, places=2_000)
    assert len(few) == 7
    assert {9 * HOUR, 17 * HOUR} <= set(few)


@pytest.mark.parametrize("count", [0, 1])
def test_nobody_and_one_alone_have_a_table_too(count: int) -> None:
    times = table(EVERYWHERE[:count])

    assert times.drive.shape == (39, count, count)
    assert not times.drive.any()


def test_the_same_places_give_the_same_table() -> None:
    assert (table().seconds == table().seconds).all()


def test_a_place_without_a_point_is_named() -> None:
    with pytest.raises(InvalidRequest, match="where v1 is") as refused:
        table((BRAMPTON, Place(id="v1")))
    assert refused.value.code == "place_missing"


@pytest.mark.parametrize("lat", [math.nan, math.inf])
def test_a_place_whose_point_is_no_number_is_named(lat: float) -> None:
    with pytest.raises(InvalidRequest, match="v1") as refused:
        table((BRAMPTON, Place(id="v1", coordinate=Coordinate(lat=lat, lng=-79.7))))
    assert refused.value.code == "invalid_coordinate"


def test_one_id_for_two_places_is_refused() -> None:
    with pytest.raises(ValueError, match="share an id"):
        table((BRAMPTON, Place(id=BRAMPTON.id, coordinate=TOWER.coordinate)))
