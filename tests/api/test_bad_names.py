"""Keys, ids and names that nothing answers to: each gets the nearest one that something does."""

from typing import Any

import pytest

from tests.api.conftest import Door
from tests.api.problems import faults, only, problem, therapist, visit, window


@pytest.mark.parametrize(
    ("change", "pointer", "meant"),
    [
        ({"sesion_minutes": 60}, "/visits/0/sesion_minutes", "session_minutes"),
        ({"place": {"id": "door", "postalcode": "M5V 3L9"}}, "/visits/0/place/postalcode", "postal_code"),
        ({"windows": [window("10:00", "11:00") | {"earliest": 1}]}, "/visits/0/windows/0/earliest", "earliest_start"),
        ({"therapist": {"requires": []}}, "/visits/0/therapist/requires", "require"),
    ],
)
def test_an_unknown_key_at_any_depth_is_refused_with_the_nearest_one(
    door: Door, change: dict[str, Any], pointer: str, meant: str
) -> None:
    assert only(door, problem(visit("v1") | change)) == (pointer, "unknown_key", f"Did you mean {meant!r}?")


def test_an_unknown_option_is_refused_with_the_nearest_one(door: Door) -> None:
    document = problem(options={"time_limit": 2, "travel_buffer": {"minute": 1}})

    assert set(faults(door, document)) == {
        ("/options/time_limit", "unknown_key", "Did you mean 'time_limit_seconds'?"),
        ("/options/travel_buffer/minute", "unknown_key", "Did you mean 'minutes'?"),
    }


def test_an_unknown_band_key_knows_the_alias(door: Door) -> None:
    document = problem(travel={"places": [], "bands": [{"form": "00:00", "seconds": []}]})

    assert ("/travel/bands/0/form", "unknown_key", "Did you mean 'from'?") in faults(door, document)


def test_a_key_with_a_slash_is_escaped_in_its_pointer(door: Door) -> None:
    assert only(door, problem(**{"a/b~c": 1}))[0] == "/a~1b~0c"


def test_an_id_used_twice_is_refused_where_it_comes_again(door: Door) -> None:
    document = problem(visit("v1"), visit("v2"), visit("v1"), therapists=[therapist(), therapist()])

    assert [(pointer, code) for pointer, code, _ in faults(door, document)] == [
        ("/therapists/1/id", "duplicate_id"),
        ("/visits/2/id", "duplicate_id"),
    ]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"therapist": {"require": ["tailor"]}}, "/visits/0/therapist/require/0"),
        ({"pinned": {"therapist": "tailor"}}, "/visits/0/pinned/therapist"),
    ],
)
def test_a_therapist_asked_for_who_does_not_exist_is_refused_with_the_nearest_name(
    door: Door, change: dict[str, Any], pointer: str
) -> None:
    assert only(door, problem(visit("v1", **change))) == (pointer, "unknown_therapist", "Did you mean 'taylor'?")


def test_an_unknown_time_zone_is_refused_with_the_nearest_one(door: Door) -> None:
    pointer, code, hint = only(door, problem(timezone="America/Torono"))

    assert (pointer, code, hint) == ("/timezone", "unknown_timezone", "Did you mean 'America/Toronto'?")


@pytest.mark.parametrize("name", ["America", "../etc/passwd", "/etc/localtime", "x" * 200, "América/Toronto"])
def test_a_time_zone_that_is_no_name_is_refused(door: Door, name: str) -> None:
    assert only(door, problem(timezone=name))[:2] == ("/timezone", "unknown_timezone")


def test_an_order_for_evaluating_has_no_place_in_solving(door: Door) -> None:
    assert only(door, problem(options={"order": {"taylor": []}}))[:2] == ("/options/order", "unknown_key")


def test_an_order_of_unknown_things_is_refused_with_the_nearest_names(door: Door) -> None:
    document = problem(visit("v1"), visit("v2"), options={"order": {"tailor": ["v1", "v3"], "taylor": ["v1"]}})

    answer = door.post("/v1/evaluate", document)

    assert answer.status_code == 422
    assert answer.json is not None
    assert [(fault["pointer"], fault["code"]) for fault in answer.json["errors"]] == [
        ("/options/order/tailor", "unknown_therapist"),
        ("/options/order/tailor/1", "unknown_visit"),
        ("/options/order/taylor/0", "duplicate_id"),
    ]
    assert answer.json["errors"][0]["hint"] == "Did you mean 'taylor'?"
