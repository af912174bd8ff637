"""`POST /v1/insertions`: who of a problem can take one visit more."""

from typing import Any

import pytest

from data.store.records import Role
from tests.api.conftest import Door
from tests.api.problems import at, problem, therapist, visit, window


def _asked(order: dict[str, list[str]], name: str = "new", **more: Any) -> dict[str, Any]:
    visits = (
        visit("a", windows=[window("10:00", "10:00")]),
        visit("new", place={"id": "far"}, windows=[window("09:00", "12:00")]),
    )
    robin = therapist("robin", shift={"start": at("13:00"), "end": at("18:00")})
    usual = {"therapists": [therapist(), robin], "options": {"order": order}, "visit": name}
    return problem(*visits, **(usual | more))


def test_each_therapist_is_an_answer_the_cheapest_first(door: Door) -> None:
    answer = door.post("/v1/insertions", _asked({"taylor": ["a"]}))
    assert answer.status_code == 200, answer.json
    assert answer.json is not None
    (taylor,), (robin,) = answer.json["data"], answer.json["refused"]
    # Home to the door is ten minutes, by the far place it is twenty and fifteen.
    assert taylor["therapist"] == "taylor"
    assert (taylor["order"], taylor["position"]) == (["a", "new"], 1)
    assert (taylor["start"], taylor["added_travel_seconds"]) == (at("11:15"), 1500)
    assert taylor["windows"] == [window("11:15", "12:00")]
    assert (robin["therapist"], robin["code"]) == ("robin", "shift")
    assert robin["opens_if"] == {"shift_begins_earlier_seconds": 4800}


def test_every_fault_of_what_is_asked_is_told_at_once(door: Door) -> None:
    bad = _asked({"taylor": ["a", "ghost"], "nobody": []}, name="newe", timezone="America/Torono")
    answer = door.post("/v1/insertions", bad)
    assert answer.status_code == 422
    assert answer.json is not None
    assert {(fault["pointer"], fault["code"]) for fault in answer.json["errors"]} == {
        ("/timezone", "unknown_timezone"),
        ("/options/order/nobody", "unknown_therapist"),
        ("/options/order/taylor/1", "unknown_visit"),
        ("/visit", "unknown_visit"),
    }


def test_a_visit_that_somebody_has_already_is_not_asked_about(door: Door) -> None:
    answer = door.post("/v1/insertions", _asked({"taylor": ["a", "new"]}))
    assert answer.json is not None
    assert [(fault["pointer"], fault["code"]) for fault in answer.json["errors"]] == [("/visit", "already_placed")]


@pytest.mark.parametrize("wrong", [None, 7, ""])
def test_an_unreadable_visit_is_one_fault_among_others(door: Door, wrong: object) -> None:
    answer = door.post("/v1/insertions", _asked({"taylor": ["ghost"]}) | {"visit": wrong})
    assert answer.status_code == 422
    assert answer.json is not None
    assert "/visit" in {fault["pointer"] for fault in answer.json["errors"]}


@pytest.mark.parametrize("role", [Role.BOOKING, Role.ADMIN])
def test_it_does_not_exist_for_who_may_not_plan(door: Door, role: Role) -> None:
    assert door.post("/v1/insertions", _asked({}), role=role).status_code == 404
