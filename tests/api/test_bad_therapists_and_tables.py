"""A therapist, a travel table or a frame of the day that makes no sense."""

from typing import Any

import pytest

from tests.api.conftest import Door
from tests.api.problems import TRAVEL, at, only, problem, therapist, visit, window

PEOPLE = {
    "shift ends before it starts": (
        {"shift": {"start": at("18:00"), "end": at("09:00")}},
        "/therapists/0/shift/end",
        "end_before_start",
    ),
    "shift on another date": (
        {"shift": {"start": at("09:00", "2026-11-24"), "end": at("18:00", "2026-11-24")}},
        "/therapists/0/shift/start",
        "not_on_date",
    ),
    "shift without an end for days": (
        {"shift": {"start": at("09:00"), "end": at("18:00", "2026-11-25")}},
        "/therapists/0/shift/end",
        "not_on_date",
    ),
    "breaks out of order": (
        {"breaks": [window("15:00", "16:00") | {"minutes": 30}, window("12:00", "13:00") | {"minutes": 30}]},
        "/therapists/0/breaks/1",
        "breaks_out_of_order",
    ),
    "break ends before it begins": (
        {"breaks": [window("13:00", "12:00") | {"minutes": 30}]},
        "/therapists/0/breaks/0/latest_start",
        "end_before_start",
    ),
    "a break of no length": (
        {"breaks": [window("12:00", "13:00") | {"minutes": 0}]},
        "/therapists/0/breaks/0/minutes",
        "out_of_range",
    ),
    "a negative limit": ({"limits": {"visits": -1}}, "/therapists/0/limits/visits", "out_of_range"),
    "drives quicker than anybody's": ({"travel_percent": 65}, "/therapists/0/travel_percent", "out_of_range"),
    "drives slower than anybody's": ({"travel_percent": 155}, "/therapists/0/travel_percent", "out_of_range"),
    "drives between two steps": ({"travel_percent": 112}, "/therapists/0/travel_percent", "out_of_range"),
    "drives in words": ({"travel_percent": "110"}, "/therapists/0/travel_percent", "wrong_type"),
    "a home that the table does not know": (
        {"start": {"id": "homme"}},
        "/therapists/0/start/id",
        "place_not_in_travel",
    ),
}


@pytest.mark.parametrize(("change", "pointer", "code"), PEOPLE.values(), ids=PEOPLE.keys())
def test_a_therapist_that_makes_no_sense_is_pointed_at(
    door: Door, change: dict[str, Any], pointer: str, code: str
) -> None:
    where, found, said = only(door, problem(visit("v1"), therapists=[therapist(**change)]))

    assert (where, found) == (pointer, code)
    assert said


ROW = TRAVEL["bands"][0]["seconds"]  # type: ignore[index]
TABLES = {
    "a row short": ([{"from": "00:00", "seconds": ROW[:2]}], "/travel/bands/0/seconds", "travel_shape"),
    "a column short": (
        [{"from": "00:00", "seconds": [ROW[0], ROW[1][:2], ROW[2]]}],
        "/travel/bands/0/seconds/1",
        "travel_shape",
    ),
    "distances of another shape": (
        [{"from": "00:00", "seconds": ROW, "meters": []}],
        "/travel/bands/0/meters",
        "travel_shape",
    ),
    "bands out of order": (
        [{"from": "09:00", "seconds": ROW}, {"from": "07:00", "seconds": ROW}],
        "/travel/bands/1/from",
        "bands_out_of_order",
    ),
    "a time that no clock shows": ([{"from": "24:00", "seconds": ROW}], "/travel/bands/0/from", "bad_characters"),
    "a negative drive": (
        [{"from": "00:00", "seconds": [[0, -1, 0], ROW[1], ROW[2]]}],
        "/travel/bands/0/seconds/0/1",
        "out_of_range",
    ),
    "no bands": ([], "/travel/bands", "too_few"),
}


@pytest.mark.parametrize(("bands", "pointer", "code"), TABLES.values(), ids=TABLES.keys())
def test_a_travel_table_of_a_wrong_shape_is_pointed_at(door: Door, bands: object, pointer: str, code: str) -> None:
    document = problem(visit("v1"), travel={"places": TRAVEL["places"], "bands": bands})

    assert only(door, document)[:2] == (pointer, code)


def test_a_place_twice_in_the_table_is_refused(door: Door) -> None:
    document = problem(visit("v1"), travel=TRAVEL | {"places": ["home", "door", "door"]})

    assert only(door, document)[:2] == ("/travel/places/2", "duplicate_id")


def test_a_place_missing_from_the_table_is_refused_with_the_nearest_name(door: Door) -> None:
    pointer, code, hint = only(door, problem(visit("v1", place={"id": "dor"})))

    assert (pointer, code, hint) == ("/visits/0/place/id", "place_not_in_travel", "Did you mean 'door'?")


def test_a_table_in_strings_is_told_once(door: Door) -> None:
    document = problem(travel={"places": ["a"], "bands": [{"from": "00:00", "seconds": [["1"] * 500] * 500}]})

    assert only(door, document)[:2] == ("/travel/bands/0/seconds/0/0", "wrong_type")


@pytest.mark.parametrize("day", ["2026-02-30", "23.11.2026", "20261123", 20261123, "9999-12-31", "0001-01-01"])
def test_a_date_that_is_none_is_refused(door: Door, day: object) -> None:
    assert only(door, problem(date=day))[:2] == ("/date", "not_a_date")


def test_a_longer_search_than_the_service_allows_is_refused(door: Door) -> None:
    pointer, code, hint = only(door, problem(options={"time_limit_seconds": 6}))

    assert (pointer, code) == ("/options/time_limit_seconds", "out_of_range")
    assert "5 seconds" in hint
