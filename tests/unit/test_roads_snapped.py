"""What the public may know of a drive: the cell at its end, and never too short a time."""

from dataclasses import replace
from datetime import date
from random import Random
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from data.geocoding.service_area import embedded as service_area
from data.roads.estimate import EstimateSource, band_starts, place_points
from data.roads.free_flow import embedded
from data.roads.snapped import SIDE_KM, SnappedRoads
from optimizer.domain.place import Coordinate, Place
from optimizer.domain.time import Horizon
from optimizer.travel.times import BufferPolicy

TORONTO = ZoneInfo("America/Toronto")
MONDAY = Horizon(date(2026, 11, 23), TORONTO)
SUNDAY = Horizon(date(2026, 11, 29), TORONTO)
POLICY = BufferPolicy(minutes=5, percent=10)
ROADS = EstimateSource()
SNAPPED = SnappedRoads(ROADS)


def somewhere(rng: Random) -> Coordinate:
    area = service_area()
    while (point := Coordinate(lat=rng.uniform(43.4, 44.0), lng=rng.uniform(-80.4, -79.1))) not in area:
        pass
    return point


def places(rng: Random, count: int) -> list[Place]:
    return [Place(id=f"p{k}", coordinate=somewhere(rng)) for k in range(count)]


def in_one_cell(rng: Random, count: int) -> list[Place]:
    """Homes all over one cell, its very corners among them."""
    model, (cell,) = embedded(), SNAPPED.cells(place_points(places(rng, 1)))
    inside = [(rng.random(), rng.random()) for _ in range(count - 4)]
    corners = [(x, y) for x in (1e-6, 1 - 1e-6) for y in (1e-6, 1 - 1e-6)]
    kms = (np.array(inside + corners) + cell) * SIDE_KM
    degrees = kms / model.km_per_degree + (model.origin.lng, model.origin.lat)
    homes = [
        Place(id=f"h{k}", coordinate=Coordinate(lat=float(lat), lng=float(lng))) for k, (lng, lat) in enumerate(degrees)
    ]
    assert (SNAPPED.cells(place_points(homes)) == cell).all()
    return homes


@pytest.mark.parametrize("horizon", [MONDAY, SUNDAY], ids=["a workday", "a weekend"])
def test_a_bound_is_never_shorter_than_the_drive_to_any_home_of_the_cell(horizon: Horizon) -> None:
    """A million drives and more, corners of cells and doors next to the asker's own among them."""
    rng, compared = Random(11), 0
    for _ in range(60):
        homes = in_one_cell(rng, 60)
        nearby = [replace(home, id=f"near {home.id}") for home in rng.sample(homes, 3)]
        for center in (*places(rng, 3), *nearby):
            bound, real = (roads.spokes(center, homes, horizon, POLICY).out for roads in (SNAPPED, ROADS))
            assert (bound >= real).all()
            compared += bound.size
            bare = [roads.spokes(center, homes, horizon, POLICY.bare) for roads in (SNAPPED, ROADS)]
            for percent in (70, 115, 150):
                theirs, its = (one.at_percent(percent, band_starts(horizon), POLICY).out for one in bare)
                assert (theirs >= its).all()
    assert compared > 800_000


def test_every_home_of_a_cell_is_equally_far() -> None:
    rng = Random(12)
    for _ in range(20):
        homes = in_one_cell(rng, 30)
        bound = SNAPPED.spokes(places(rng, 1)[0], homes, MONDAY, POLICY)

        assert (bound.out == bound.out[:, :1]).all()
        assert (bound.back == bound.back[:, :1]).all()


def test_a_bound_costs_minutes_not_quarters_of_an_hour() -> None:
    rng = Random(13)
    stops = places(rng, 300)
    late = [
        SNAPPED.spokes(center, stops, MONDAY, POLICY).out - ROADS.spokes(center, stops, MONDAY, POLICY).out
        for center in places(rng, 30)
    ]

    assert 60 < np.mean(late) < 5 * 60
    assert np.percentile(late, 99) < 10 * 60


def test_a_bound_follows_the_bands_of_the_day_and_never_lets_the_later_arrive_earlier() -> None:
    rng = Random(14)
    spokes = SNAPPED.spokes(places(rng, 1)[0], places(rng, 50), MONDAY, POLICY)
    table = ROADS.travel_times(places(rng, 3), MONDAY, POLICY)

    assert len(spokes.out) == len(table.starts)
    assert (np.diff(spokes.out + table.starts[:, None], axis=0) >= 0).all()


def test_asking_from_a_neighbours_own_door_does_not_tell_that_it_is_theirs() -> None:
    rng = Random(15)
    home, other = in_one_cell(rng, 6)[:2]
    spokes = SNAPPED.spokes(home, [home, other], MONDAY, POLICY)

    assert (spokes.out[:, 0] == spokes.out[:, 1]).all()


def test_drives_between_stops_tell_their_cells_only_and_are_long_enough() -> None:
    rng = Random(16)
    here, there = in_one_cell(rng, 5), in_one_cell(rng, 5)
    moved = [replace(place, id=f"there {place.id}") for place in there]
    bound = SNAPPED.travel_times([*here, *moved], MONDAY, POLICY)
    real = ROADS.travel_times([*here, *moved], MONDAY, POLICY)

    assert (bound.seconds >= real.seconds).all()
    assert (bound.starts == real.starts).all()
    between = bound.seconds[:, :5, 5:]
    assert (between == between[:, :1, :1]).all()
    within = bound.seconds[:, :5, :5][:, ~np.eye(5, dtype=bool)]
    assert (within == within[:, :1]).all()
