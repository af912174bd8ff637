"""What bad input gets: a code, a pointer and a hint for every fault, all of them at once, and never a 500."""

from typing import Any

import pytest

from tests.api.conftest import Door
from tests.api.problems import DAY, TRAVEL, at, on_the_map, problem, therapist, visit, window


def faults(door: Door, document: object) -> list[tuple[str, str, str]]:
    """(pointer, code, hint) of every fault that solving this is refused with."""
    answer = door.post("/v1/solve", document)
    assert answer.status_code == 422, answer.text
    assert answer.content_type == "application/problem+json"
    assert answer.json is not None
    return [(fault["pointer"], fault["code"], fault["hint"]) for fault in answer.json["errors"]]


def only(door: Door, document: object) -> tuple[str, str, str]:
    (fault,) = faults(door, document)
    return fault


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


@pytest.mark.parametrize("day", ["2026-02-30", "23.11.2026", "20261123", 20261123, "9999-12-31", "0001-01-01"])
def test_a_date_that_is_none_is_refused(door: Door, day: object) -> None:
    assert only(door, problem(date=day))[:2] == ("/date", "not_a_date")


def test_a_longer_search_than_the_service_allows_is_refused(door: Door) -> None:
    pointer, code, hint = only(door, problem(options={"time_limit_seconds": 6}))

    assert (pointer, code) == ("/options/time_limit_seconds", "out_of_range")
    assert "5 seconds" in hint


def test_one_id_for_two_places_is_refused(door: Door) -> None:
    document = on_the_map(
        visit("v1", place={"id": "a", "postal_code": "M5V 3L9"}),
        visit("v2", place={"id": "a", "postal_code": "L6Y 1N2"}),
    )

    assert only(door, document)[:2] == ("/visits/1/place", "place_conflict")


def test_all_faults_of_all_kinds_come_at_once(door: Door) -> None:
    """A wrong type in one visit hides neither a duplicate id, nor a wrong place, nor a wrong zone elsewhere."""
    document = on_the_map(
        visit("v1", place={"postal_code": "M5V 3L9"}, session_minutes="60"),
        visit("v2", place={"lat": -79.38, "lng": 43.64}),
        visit("v2", place={"postal_code": "M5V 3L9"}, windows=[window("12:00", "11:00")]),
        visit("v3", place={"postal_code": "M5V 3L9"}, therapist={"require": ["tailor"]}, colour="red"),
        visit("v4", place={"postal_code": "M5V 3L9"}, therapist={"require": ["tailor"]}),
        timezone="America/Torono",
    )

    assert {(pointer, code) for pointer, code, _ in faults(door, document)} == {
        ("/visits/0/session_minutes", "wrong_type"),
        ("/visits/1/place", "swapped_coordinates"),
        ("/visits/2/id", "duplicate_id"),
        ("/visits/2/windows/0/latest_start", "end_before_start"),
        ("/visits/3/colour", "unknown_key"),
        ("/visits/4/therapist/require/0", "unknown_therapist"),
        ("/timezone", "unknown_timezone"),
    }


def test_a_therapist_who_cannot_be_read_is_not_called_unknown_as_well(door: Door) -> None:
    document = problem(
        visit("v1", therapist={"require": ["taylor"]}), therapists=[therapist(limits={"visits": "many"})]
    )

    assert only(door, document)[:2] == ("/therapists/0/limits/visits", "wrong_type")


def test_missing_parts_are_named_each(door: Door) -> None:
    assert {(pointer, code) for pointer, code, _ in faults(door, {})} == {
        ("/date", "missing"),
        ("/timezone", "missing"),
        ("/therapists", "missing"),
        ("/visits", "missing"),
    }


def test_too_many_visits_are_refused_without_looking_at_them(door: Door) -> None:
    """A hundred thousand of them, none with a place that exists: only their number is a fault."""
    crowd = [visit(f"v{number}", place={"postal_code": "nowhere"}) for number in range(100_000)]
    document = on_the_map(*crowd)
    door.app.config["MAX_CONTENT_LENGTH"] = None

    pointer, code, hint = only(door, document)

    assert (pointer, code) == ("/visits", "too_many_visits")
    assert hint


def test_too_many_therapists_are_refused(door: Door) -> None:
    document = problem(therapists=[therapist(f"t{number}") for number in range(401)])

    assert only(door, document)[:2] == ("/therapists", "too_many_therapists")


def test_a_great_many_faults_are_counted_and_the_first_are_listed(door: Door) -> None:
    keys = {f"key{number}": number for number in range(2_000)}

    answer = door.post("/v1/solve", problem(**keys))

    assert answer.status_code == 422
    assert answer.json is not None
    assert len(answer.json["errors"]) == 500
    assert "2000 faults" in answer.json["detail"]


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


def test_a_document_of_nothing_but_faults_gets_one_for_all_of_them(door: Door) -> None:
    nonsense = {f"key{number}": number for number in range(30_000)}

    pointer, code, hint = only(door, nonsense)

    assert (pointer, code) == ("", "too_many_faults")
    assert "/docs" in hint


def test_a_table_in_strings_is_told_once(door: Door) -> None:
    document = problem(travel={"places": ["a"], "bands": [{"from": "00:00", "seconds": [["1"] * 500] * 500}]})

    assert only(door, document)[:2] == ("/travel/bands/0/seconds/0/0", "wrong_type")
