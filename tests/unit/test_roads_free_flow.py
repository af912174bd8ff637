"""Empty roads: the embedded model against the router it was fitted to."""

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest

from data.roads.free_flow import embedded
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
