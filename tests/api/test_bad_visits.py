"""A visit that makes no sense: its place, its times, its numbers."""

from typing import Any

import pytest

from tests.api.conftest import Door
from tests.api.problems import DAY, at, on_the_map, only, problem, visit, window

PLACES = {
    "unknown postal code": ({"postal_code": "M0M 0M0"}, "/postal_code", "unknown_postal_code", "first three"),
    "not a postal code": ({"postal_code": "90210"}, "/postal_code", "unknown_postal_code", ""),
    "outside the area": ({"lat": 45.4215, "lng": -75.6972}, "", "outside_area", ""),
    "postal code outside the area": ({"postal_code": "H2Y 1C6"}, "/postal_code", "outside_area", "L, M or N1"),
    "several towns": ({"address": "Halton"}, "/address", "ambiguous_place", "Milton"),
    "swapped": ({"lat": -79.38, "lng": 43.64}, "", "swapped_coordinates", "lat 43.64"),
    "half a point": ({"lat": 43.64}, "/lng", "missing", "lat and lng"),
    "nothing": ({}, "", "place_missing", "postal_code"),
    "an id that nothing describes": ({"id": "elsewhere"}, "", "place_missing", "postal_code"),
    "off the Earth": ({"lat": 143.64, "lng": -79.38}, "/lat", "out_of_range", "143.64"),
}


@pytest.mark.parametrize(("place", "field", "code", "hint"), PLACES.values(), ids=PLACES.keys())
def test_a_place_that_cannot_be_used_is_pointed_at(
    door: Door, place: dict[str, Any], field: str, code: str, hint: str
) -> None:
    fine = visit("fine", place={"postal_code": "M5V 3L9"})

    pointer, found, said = only(door, on_the_map(fine, visit("v1", place=place)))

    assert (pointer, found) == (f"/visits/1/place{field}", code)
    assert hint in said


TIMES = {
    "naive window": (
        {"windows": [window("10:00", "11:00") | {"earliest_start": f"{DAY}T10:00:00"}]},
        "/visits/0/windows/0/earliest_start",
        "naive_time",
        "-05:00",
    ),
    "not an instant": (
        {"windows": [window("10:00", "11:00") | {"latest_start": "noon"}]},
        "/visits/0/windows/0/latest_start",
        "not_an_instant",
        "2026-11-23T09:00:00-05:00",
    ),
    "a time that no calendar has": (
        {"windows": [{"earliest_start": "2026-02-30T10:00:00-05:00", "latest_start": at("11:00")}]},
        "/visits/0/windows/0/earliest_start",
        "not_an_instant",
        "Check",
    ),
    "an instant at the end of time": (
        {"windows": [{"earliest_start": "9999-12-31T23:59:59-23:59", "latest_start": at("11:00")}]},
        "/visits/0/windows/0/earliest_start",
        "not_an_instant",
        "year",
    ),
    "window ends before it begins": (
        {"windows": [window("11:00", "10:00")]},
        "/visits/0/windows/0/latest_start",
        "end_before_start",
        "Swap",
    ),
    "window ends before it begins, seen through offsets": (
        {"windows": [{"earliest_start": f"{DAY}T10:00:00-05:00", "latest_start": f"{DAY}T10:30:00-04:00"}]},
        "/visits/0/windows/0/latest_start",
        "end_before_start",
        "offsets",
    ),
    "window on another date": (
        {"windows": [{"earliest_start": at("10:00", "2026-11-24"), "latest_start": at("11:00", "2026-11-24")}]},
        "/visits/0/windows/0",
        "not_on_date",
        DAY,
    ),
    "no windows at all": ({"windows": []}, "/visits/0/windows", "too_few", ""),
    "pinned on another date": (
        {"pinned": {"therapist": "taylor", "start": at("10:00", "2026-11-22")}},
        "/visits/0/pinned/start",
        "not_on_date",
        DAY,
    ),
    "a session of no length": ({"session_minutes": 0}, "/visits/0/session_minutes", "out_of_range", "0"),
    "a session of negative length": ({"session_minutes": -60}, "/visits/0/session_minutes", "out_of_range", "-60"),
    "a session of half a minute": ({"session_minutes": 0.5}, "/visits/0/session_minutes", "wrong_type", "whole number"),
    "a session of true minutes": ({"session_minutes": True}, "/visits/0/session_minutes", "wrong_type", "whole"),
    "a session in words": ({"session_minutes": "60"}, "/visits/0/session_minutes", "wrong_type", "quotes"),
    "a priority beyond": ({"priority": 101}, "/visits/0/priority", "out_of_range", "101"),
    "an id that is a number": ({"id": 7}, "/visits/0/id", "wrong_type", ""),
    "an empty id": ({"id": ""}, "/visits/0/id", "empty", ""),
    "an id with a line break": ({"id": "a\nb"}, "/visits/0/id", "bad_characters", ""),
    "half a character": ({"id": "\ud800"}, "/visits/0/id", "bad_characters", ""),
    "an unknown clearance": ({"clearance": "maybe"}, "/visits/0/clearance", "unknown_value", "pending"),
    "a null for a list": ({"therapist": {"require": None}}, "/visits/0/therapist/require", "wrong_type", ""),
}


@pytest.mark.parametrize(("change", "pointer", "code", "hint"), TIMES.values(), ids=TIMES.keys())
def test_a_visit_that_makes_no_sense_is_pointed_at(
    door: Door, change: dict[str, Any], pointer: str, code: str, hint: str
) -> None:
    where, found, said = only(door, problem(visit("v1") | change))

    assert (where, found) == (pointer, code)
    assert hint in said


def test_one_id_for_two_places_is_refused(door: Door) -> None:
    document = on_the_map(
        visit("v1", place={"id": "a", "postal_code": "M5V 3L9"}),
        visit("v2", place={"id": "a", "postal_code": "L6Y 1N2"}),
    )

    assert only(door, document)[:2] == ("/visits/1/place", "place_conflict")
