"""Postal codes: every spelling, every gap, and how far off they are."""

import csv
import math
from pathlib import Path

import pytest

from data.geocoding.distance import kilometres
from data.geocoding.gazetteer import DATA, Gazetteer, embedded, local_part
from optimizer.domain.errors import InvalidRequest
from optimizer.domain.place import Coordinate, Precision

POINTS = Path(__file__).parents[3] / "shared" / "geo" / "facility_points.csv"


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return embedded()


@pytest.mark.parametrize("spelling", ["L6Y1N2", "l6y1n2", "L6Y 1N2", " l6y-1n2 ", "L6Y\t1n2", "L.6.Y 1 N 2"])
def test_a_postal_code_is_found_in_any_spelling(gazetteer: Gazetteer, spelling: str) -> None:
    entry = gazetteer.lookup(spelling)

    assert (entry.code, entry.town, entry.precision) == ("L6Y1N2", "Brampton", Precision.POSTAL_CODE)
    assert kilometres(entry.coordinate, Coordinate(lat=43.677, lng=-79.748)) < 0.2


def test_an_unknown_code_of_a_known_area_gets_the_areas_median_and_says_so(gazetteer: Gazetteer) -> None:
    entry = gazetteer.lookup("L6Y 0Z9")

    assert (entry.precision, entry.town) == (Precision.AREA, "Brampton")
    assert entry.coordinate == gazetteer.lookup("L6Y").coordinate
    assert 1_000 < entry.radius_meters < 10_000


def test_a_point_that_a_hundred_codes_share_is_called_approximate(gazetteer: Gazetteer) -> None:
    """All these lie on the centroid of Orangeville in the source."""
    entry = gazetteer.lookup("L9W 0B7")

    assert entry.precision is Precision.AREA
    assert entry.radius_meters >= 2_000


def test_an_unknown_code_of_a_wide_rural_area_is_refused_rather_than_guessed(gazetteer: Gazetteer) -> None:
    with pytest.raises(InvalidRequest, match="N0B is 24 km wide") as refusal:
        gazetteer.lookup("N0B 2J0")

    assert refusal.value.code == "unknown_postal_code"


@pytest.mark.parametrize(
    ("text", "code", "hint"),
    [
        ("L6Y IN2", "unknown_postal_code", "Did you mean L6Y 1N2?"),
        ("L6Y 1N", "unknown_postal_code", "A postal code looks like L6Y 1N2."),
        ("90210", "unknown_postal_code", "A postal code looks like L6Y 1N2."),
        ("", "unknown_postal_code", "A postal code looks like L6Y 1N2."),
        ("L0Z 1A1", "unknown_postal_code", "Check the first three characters, or give the point as lat and lng."),
        ("K1A 0B1", "outside_area", "Codes around Toronto begin with L, M or N1."),
        ("N0A 1A0", "outside_area", "Codes around Toronto begin with L, M or N1."),
        ("V5K 0A1", "outside_area", "Codes around Toronto begin with L, M or N1."),
    ],
)
def test_a_code_that_helps_nobody_is_refused_with_a_hint(gazetteer: Gazetteer, text: str, code: str, hint: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        gazetteer.lookup(text)

    assert (refusal.value.code, refusal.value.hint) == (code, hint)


def test_towns_are_found_by_name_in_any_case(gazetteer: Gazetteer) -> None:
    for name in ("Guelph", "GUELPH", " guelph "):
        found = gazetteer.find(name)
        assert found is not None
        assert kilometres(found[1], Coordinate(lat=43.5448, lng=-80.2482)) < 3


def test_the_caledon_of_people_is_wider_than_that_of_the_post(gazetteer: Gazetteer) -> None:
    found = gazetteer.find("Caledon")

    assert found is not None
    assert kilometres(found[1], Coordinate(lat=43.8667, lng=-79.8667)) < 5


def test_every_code_answers_its_own_town_and_point(gazetteer: Gazetteer) -> None:
    """The order inside an area survives packing: each tenth code is found again by its characters."""
    letters = "ABCEGHJKLMNPRSTVWXYZ"
    for area, row in gazetteer.areas.items():
        for code in range(int(gazetteer.firsts[row]), int(gazetteer.firsts[row + 1]), 10):
            local = int(gazetteer.local[code]) & 0x7FFF
            text = f"{area}{local // 200}{letters[local // 10 % 20]}{local % 10}"
            assert local_part(text) == local
            assert gazetteer.lookup(text).town == gazetteer.towns[gazetteer.town[code]]


def test_the_embedded_file_stays_small() -> None:
    assert DATA.stat().st_size <= 1_500_000


@pytest.mark.skipif(not POINTS.exists(), reason=f"no surveyed points at {POINTS}")
def test_codes_stand_near_surveyed_buildings(gazetteer: Gazetteer) -> None:
    errors: dict[Precision, list[float]] = {precision: [] for precision in Precision}
    with POINTS.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            surveyed = Coordinate(lat=float(row["lat"]), lng=float(row["lng"]))
            if not (42 < surveyed.lat < 45 and -82 < surveyed.lng < -78):
                continue  # a building of Ontario placed in the south of Asia
            try:
                entry = gazetteer.lookup(row["postal_code"])
            except InvalidRequest:
                assert row["postal_code"].startswith("N0B"), row  # too wide to guess
                continue
            errors[entry.precision].append(kilometres(entry.coordinate, surveyed))

    streets = sorted(errors[Precision.POSTAL_CODE])
    everything = sorted(streets + errors[Precision.AREA])
    assert everything[len(everything) // 2] <= 0.12
    assert everything[math.ceil(len(everything) * 0.9)] <= 0.9
    # One surveyed point is itself 57 km from its own street.
    assert sum(error > 15 for error in streets) <= 1
