"""Empty roads: the embedded model against the router it was fitted to."""

import csv
import gzip
from pathlib import Path
from random import Random

import numpy as np
import pytest

from data.roads.drive_kernel import EITHER, GRID, NODE_GRID, free_table
from data.roads.free_flow import Doors, embedded, streets_km
from optimizer.domain.place import Coordinate

PAIRS = Path(__file__).parents[3] / "shared" / "geo" / "free_flow_minutes.csv.gz"


def minutes(*points: tuple[float, float]) -> np.ndarray:
    model = embedded()
    return model.minutes(model.project([Coordinate(lat=lat, lng=lng) for lat, lng in points]))


def test_there_is_as_long_as_back() -> None:
    rng = np.random.default_rng(1)
    points = [(43.65 + rng.uniform(-0.3, 0.3), -79.7 + rng.uniform(-0.5, 0.5)) for _ in range(60)]
    times = minutes(*points)

    assert times == pytest.approx(times.T, abs=1e-3)


def test_nobody_and_one_alone_have_a_table_too() -> None:
    assert minutes().shape == (0, 0)
    assert minutes((43.65, -79.7)).shape == (1, 1)


def test_next_door_is_a_drive_round_the_block() -> None:
    times = minutes((43.6858, -79.7599), (43.6858, -79.7599))

    assert 1 < times[0, 1] < 3


def test_a_table_is_the_same_however_many_places_are_asked_with_it() -> None:
    rng = np.random.default_rng(2)
    points = [(43.65 + rng.uniform(-0.3, 0.3), -79.7 + rng.uniform(-0.5, 0.5)) for _ in range(300)]

    assert minutes(*points)[:5, :5] == pytest.approx(minutes(*points[:5]), abs=1e-4)


TORONTO, BRAMPTON = (43.6700, -79.3900), (43.6858, -79.7599)


def moved(start: tuple[float, float], degrees: float, km: float = 2.0) -> tuple[float, float]:
    """A point so many kilometres from another; degrees from the east, counterclockwise."""
    (here,) = embedded().project_degrees([start])
    return embedded().degrees(here + km * np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))]))[0]


@pytest.mark.parametrize(("start", "grid"), [(TORONTO, 16.5), (BRAMPTON, 45.0)], ids=["Toronto", "Brampton"])
def test_along_the_streets_of_a_town_kilometres_are_fewer_than_across(start: tuple[float, float], grid: float) -> None:
    """Along a street the way is the straight line, across it is 1.41 times that; half of it counts, and on average over
    all directions as much as the straight line."""
    model = embedded()
    around = [moved(start, grid + turn) for turn in range(0, 360, 5)]
    km = streets_km(model.figures, model.project_degrees([start]), model.project_degrees(around))[0]
    assert km[::18] == pytest.approx(2 * (1 + np.pi / 4) / 2)
    assert km[9::18] == pytest.approx(2 * (1 + np.pi / 4 * np.sqrt(2)) / 2)
    assert np.mean(km) == pytest.approx(2, rel=0.001)


def test_no_way_round_by_streets_of_one_grid_is_shorter() -> None:
    model, rng = embedded(), np.random.default_rng(6)
    for middle in (TORONTO, BRAMPTON):
        points = model.project_degrees([middle]) + rng.uniform(-6, 6, (60, 2))
        km = streets_km(model.figures, points, points)
        assert (km == km.T).all()
        assert (km[:, None, :] <= km[:, :, None] + km[None, :, :] + 1e-9).all()


def test_mississauga_and_brampton_lie_in_one_grid_and_toronto_and_york_in_the_other() -> None:
    model = embedded()
    west = [(43.5890, -79.6441), BRAMPTON, (43.5183, -79.8774), (43.5448, -80.2482), (43.9190, -80.0970)]
    east = [TORONTO, (43.6435, -79.5320), (43.8361, -79.4983), (43.8971, -78.8658)]
    grids = model.doors(model.project_degrees([*west, *east])).points[:, GRID].tolist()
    assert grids == [1.0] * len(west) + [0.0] * len(east)
    assert set(model.nodes[:, NODE_GRID].tolist()) == {0.0, 1.0}


def test_a_square_on_the_border_of_two_grids_is_as_far_as_its_farthest_point() -> None:
    model, rng = embedded(), Random(7)
    border = model.project_degrees([(43.585, -79.543)])[0]
    middles = border + np.array([[-0.4, 0.3], [0.0, 0.9], [0.5, -0.5], [-6.0, 0.0], [6.0, 0.0]])
    squares = model.doors(middles, radius=1.0)
    assert squares.points[:, GRID].tolist() == [EITHER, EITHER, EITHER, 1.0, 0.0]
    for square in range(len(middles)):
        inside = middles[square] + np.array([(rng.uniform(-1, 1), rng.uniform(-1, 1)) for _ in range(80)])
        asked = border + np.array([(rng.uniform(-8, 8), rng.uniform(-8, 8)) for _ in range(40)])
        real = model.minutes(np.vstack([inside, asked]))[:80, 80:]
        bound = _minutes(model.doors(middles[[square]], radius=1.0), model.doors(asked))[0]
        assert (bound >= real).all()


def _minutes(ends: Doors, others: Doors) -> np.ndarray:
    model, together = embedded(), [np.concatenate(pair) for pair in zip(_arrays(ends), _arrays(others), strict=True)]
    table = np.empty((len(together[0]), len(together[0])))
    free_table(model.figures, model.between, *together, table)
    return table[: len(ends.points), len(ends.points) :]


def _arrays(doors: Doors) -> tuple[np.ndarray, ...]:
    return doors.points, doors.near, doors.access


def test_far_outside_the_fitted_region_a_drive_is_long_but_finite() -> None:
    times = minutes((43.6858, -79.7599), (45.4236, -75.7009))

    assert 200 < times[0, 1] < 900


@pytest.mark.skipif(not PAIRS.exists(), reason=f"no router's minutes at {PAIRS}")
def test_the_estimate_is_within_seven_percent_of_a_router_and_four_on_long_drives() -> None:
    zones: dict[str, tuple[float, float]] = {}
    trips: list[tuple[str, str, float, float]] = []
    with gzip.open(PAIRS, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            zones[row["zone_from"]] = float(row["lat_o"]), float(row["lon_o"])
            zones[row["zone_to"]] = float(row["lat_d"]), float(row["lon_d"])
            trip = row["zone_from"], row["zone_to"], float(row["freeflow_minutes"]), float(row["great_circle_km"])
            trips.append(trip)
    number = {zone: i for i, zone in enumerate(zones)}
    table = minutes(*zones.values())
    guessed = np.array([table[number[a], number[b]] for a, b, *_ in trips])
    routed = np.array([trip[2] for trip in trips])
    error = np.abs(guessed - routed) / routed * 100
    long = np.array([trip[3] > 40 for trip in trips])

    assert np.median(error) <= 7
    assert np.percentile(error, 90) <= 21
    assert np.median(error[long]) <= 4
