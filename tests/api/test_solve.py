"""`POST /v1/solve` end to end: the problem as JSON, the search in its child process, the plan as JSON."""

import json
from typing import Any

import jsonschema_rs
import pytest

from api import openapi
from api.auth import Role
from tests.api.conftest import Door
from tests.api.problems import at, on_the_map, problem, therapist, visit, window


def solved(door: Door, document: object) -> dict[str, Any]:
    answer = door.post("/v1/solve", document)
    assert answer.status_code == 200, answer.text
    plan: dict[str, Any] = json.loads(answer.text)
    return plan


def order(plan: dict[str, Any], row: int = 0) -> list[str]:
    return [step["visit"] for step in plan["itineraries"][row]["steps"] if step["type"] == "visit"]


def reasons(plan: dict[str, Any]) -> dict[str, set[str]]:
    return {left["visit"]: {reason["code"] for reason in left["reasons"]} for left in plan["unassigned"]}


def test_a_day_is_planned_proven_and_checked(door: Door) -> None:
    document = problem(
        visit("v1", windows=[window("10:00", "10:00")]),
        visit("v2", place={"id": "far"}, windows=[window("12:00", "13:00")]),
        options={"travel_buffer": {"minutes": 5, "percent": 10}},
    )

    plan = solved(door, document)

    assert order(plan) == ["v1", "v2"]
    assert plan["unassigned"] == []
    assert plan["certificate"]["status"] == "optimal"
    assert plan["certificate"]["checked"] is True
    assert plan["certificate"]["gap"] == 0.0
    assert plan["summary"]["visits"] == 2
    assert plan["summary"]["travel_seconds"] == 600 + 900 + 1200
    assert plan["summary"]["buffer_seconds"] == 3 * 300 + 60 + 90 + 120


def test_the_answer_is_what_the_contract_says(door: Door) -> None:
    rest = window("12:00", "14:00") | {"minutes": 30}
    document = problem(
        visit("v1"), visit("v2", windows=[window("20:00", "21:00")]), therapists=[therapist(breaks=[rest])]
    )

    plan = solved(door, document)

    with door.app.app_context():
        schemas = openapi.document(door.app)["components"]["schemas"]
    jsonschema_rs.validate({"$ref": "#/components/schemas/PlanOut", "components": {"schemas": schemas}}, plan)
    assert {step["type"] for step in plan["itineraries"][0]["steps"]} == {"drive", "visit", "break"}


def test_the_same_problem_and_seed_give_the_same_plan(door: Door) -> None:
    document = on_the_map(visit("v1", place={"postal_code": "M5V 3L9"}), visit("v2", place={"postal_code": "L5B 3C1"}))

    first, second = solved(door, document), solved(door, document)
    for plan in (first, second):
        # How long it took is no part of the plan; the last sentence tells it, too.
        assert plan["certificate"].pop("seconds") > 0
        plan["explanation"].pop()
    assert first == second


def test_places_echo_the_point_used_and_its_precision_and_drives_their_roads(door: Door) -> None:
    plan = solved(door, on_the_map(visit("v1", place={"postal_code": "m5v3l9"})))

    drive, stop, _ = plan["itineraries"][0]["steps"]
    assert stop["place"]["precision"] == "postal_code"
    assert stop["place"]["label"] == "M5V 3L9"
    assert 43.6 < stop["place"]["lat"] < 43.7
    assert drive["roads"] == plan["roads"] == "estimate"
    assert drive["to_place"] == stop["place"]["id"]


def test_zero_visits_make_an_empty_plan(door: Door) -> None:
    plan = solved(door, problem())

    assert plan["itineraries"][0]["steps"] == []
    assert plan["unassigned"] == []
    assert plan["summary"]["visits"] == 0


def test_nothing_at_all_makes_an_empty_plan(door: Door) -> None:
    plan = solved(door, on_the_map(therapists=[]))

    assert (plan["itineraries"], plan["unassigned"]) == ([], [])


def test_without_therapists_every_visit_is_left_out_and_says_why(door: Door) -> None:
    plan = solved(door, problem(visit("v1"), visit("v2"), therapists=[]))

    assert reasons(plan) == {"v1": {"capacity"}, "v2": {"capacity"}}
    assert plan["unassigned"][0]["reasons"][0]["therapist"] is None
    assert plan["unassigned"][0]["reasons"][0]["detail"] == "no therapist works on this day"


LEFT_OUT = {
    "a window outside every shift": ({"windows": [window("20:00", "21:00")]}, {}, {"shift", "time_window"}),
    "a session longer than any gap": ({"session_minutes": 600}, {}, {"shift", "time_window"}),
    "a service nobody offers": ({"service": "hydrotherapy"}, {"services": ["swedish"]}, {"skill"}),
    "a gender nobody has": ({"therapist": {"gender": "female"}}, {"gender": "male"}, {"gender"}),
    "a visit on hold": ({"clearance": "hold"}, {}, {"clearance"}),
    "a refused therapist": ({"therapist": {"refuse": ["taylor"]}}, {}, {"therapist"}),
    "too far a drive": (
        {"place": {"id": "far"}},
        {"limits": {"longest_drive_minutes": 15}},
        {"driving_limit", "travel"},
    ),
    "a limit of no visits": ({}, {"limits": {"visits": 0}}, {"visit_limit"}),
    "a limit of hands-on time": ({}, {"limits": {"hands_on_minutes": 30}}, {"hands_on_limit"}),
}


@pytest.mark.parametrize(("wish", "person", "codes"), LEFT_OUT.values(), ids=LEFT_OUT.keys())
def test_a_visit_that_cannot_be_served_is_left_out_with_a_reason(
    door: Door, wish: dict[str, Any], person: dict[str, Any], codes: set[str]
) -> None:
    plan = solved(door, problem(visit("v1", **wish), therapists=[therapist(**person)]))

    (left,) = plan["unassigned"]
    assert {reason["code"] for reason in left["reasons"]} <= codes
    assert [reason["therapist"] for reason in left["reasons"]] == ["taylor"]
    assert all(reason["detail"] for reason in left["reasons"])


def test_a_pinned_visit_stays_where_it_is_pinned(door: Door) -> None:
    pinned = visit("v1", pinned={"therapist": "kim", "start": at("14:00")})

    plan = solved(door, problem(pinned, therapists=[therapist(), therapist("kim")]))

    assert [day["therapist"] for day in plan["itineraries"] if order({"itineraries": [day]})] == ["kim"]
    (stop,) = (step for day in plan["itineraries"] for step in day["steps"] if step["type"] == "visit")
    assert stop["start"] == at("14:00")


@pytest.mark.parametrize(
    ("day", "before", "after"), [("2026-03-08", "-05:00", "-04:00"), ("2026-11-01", "-04:00", "-05:00")]
)
def test_on_the_days_the_clocks_change_answers_carry_the_offset_of_the_hour(
    door: Door, day: str, before: str, after: str
) -> None:
    night = therapist(shift={"start": f"{day}T00:30:00{before}", "end": f"{day}T12:00:00{after}"})
    first, second = f"{day}T00:50:00{before}", f"{day}T09:00:00{after}"
    early = visit("v1", windows=[{"earliest_start": first, "latest_start": first}])
    late = visit("v2", windows=[{"earliest_start": second, "latest_start": second}])

    plan = solved(door, problem(early, late, date=day, therapists=[night]))

    starts = [step["start"] for step in plan["itineraries"][0]["steps"] if step["type"] == "visit"]
    assert starts == [first, second]


def test_a_service_key_may_solve_as_well(door: Door) -> None:
    assert door.post("/v1/solve", problem(), role=Role.SERVICE).status_code == 200


def test_a_solved_order_evaluates_to_the_same_times(door: Door) -> None:
    document = problem(visit("v1"), visit("v2", place={"id": "far"}), visit("v3", windows=[window("11:00", "12:00")]))
    plan = solved(door, document)

    answer = door.post("/v1/evaluate", document | {"options": {"order": {"taylor": order(plan)}}})

    assert answer.json is not None
    assert answer.json["violations"] == []
    assert answer.json["plan"]["itineraries"] == plan["itineraries"]
