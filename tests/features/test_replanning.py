"""A day planned again from where it stands: proposed, stored, published; and what running late does to it."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from click.testing import CliRunner

from api.cli import main
from api.services.publishing import publish
from api.settings import Settings
from data.demo.solo import SOLO
from data.store.records import Role, StoredPlan
from optimizer.schedule.checker import check
from tests.features.conftest import MONDAY, House
from tests.features.days import planned, problem_of

Once = Callable[[], dict[str, str]]
VISITS = [f"demo-2026-11-23-{number}" for number in range(1, 7)]


def _toronto(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 23, hour + 5, minute, tzinfo=UTC)


@pytest.fixture
def published(house: House) -> House:
    """The demo's Monday as the README shows it: six visits, the first at 09:00, the last at 18:15."""
    house.load(SOLO)
    parts = house.wiring
    plan, _ = planned(SOLO, MONDAY)
    with parts.store.unit_of_work(house.practice) as uow:
        uow.plans.add(StoredPlan(id="p1", date=MONDAY, created_at=house.now, plan=plan))
        uow.commit()
    publish(house.practice, "p1", actor="test", store=parts.store, roads=parts.roads, clock=parts.clock)
    return house


def _replan(house: House, headers: dict[str, str] | None = None, **asked: object) -> Any:
    return house.client.post("/v1/replan", json=asked, headers=headers or house.key(Role.PLANNER))


def _mine(house: House, **asked: object) -> Any:
    answer = house.client.post("/v1/me/replan", json=asked, headers=house.key(Role.THERAPIST, "taylor"))
    assert answer.status_code == 200, answer.json
    return answer.json


def _late(house: House, minutes: int) -> Any:
    answer = house.client.get(f"/v1/me/late?minutes={minutes}", headers=house.key(Role.THERAPIST, "taylor"))
    assert answer.status_code == 200, answer.json
    return answer.json


def _visits(plan: Any) -> list[str]:
    return [step["visit"] for day in plan["itineraries"] for step in day["steps"] if step["type"] == "visit"]


def test_in_the_middle_of_the_day_only_what_is_left_is_planned_and_nothing_moves_without_need(
    published: House,
) -> None:
    published.now = _toronto(12, 30)
    answer = _replan(published)
    assert answer.status_code == 200
    found = answer.json
    # At half past twelve the third session is under way.
    assert _visits(found["plan"]) == VISITS[2:]
    assert found["moved"] == found["added"] == []
    assert found["unchanged"] == 4
    assert found["late_as_planned"] == []
    assert found["plan"]["certificate"]["status"] == "optimal"
    assert found["free"]["objective"]["cost"] == found["plan"]["certificate"]["objective"]["cost"]
    assert found["cost_of_stability"]["detail"] == "costs nothing"
    assert found["plan_id"] is None


def test_a_proposal_stores_nothing_and_an_applied_one_is_published_like_any_other(
    published: House, fresh: Once
) -> None:
    published.now = _toronto(12, 30)
    _replan(published)
    with published.wiring.store.unit_of_work(published.practice, write=False) as uow:
        latest = uow.plans.latest(MONDAY)
        assert latest is not None
        assert latest.id == "p1"
    key = published.key(Role.PLANNER)
    once = {**key, **fresh()}
    stored = _replan(published, once, apply=True)
    assert stored.status_code == 201
    again = _replan(published, once, apply=True)
    assert again.json == stored.json
    assert stored.headers["Location"] == f"/v1/plans/{stored.json['plan_id']}"
    outcome = published.client.post(f"{stored.headers['Location']}/publish", headers={**key, **fresh()})
    assert outcome.status_code == 200, outcome.json
    # The plan of the whole date: what was done in the morning is in it, too.
    assert _visits(outcome.json) == VISITS
    mine = published.client.get("/v1/me/day", headers=published.key(Role.THERAPIST, "taylor")).json
    assert _visits({"itineraries": [mine["itinerary"]]}) == VISITS
    assert mine["behind"] is None


def test_a_stored_plan_keeps_every_promise_of_the_whole_day(published: House, fresh: Once) -> None:
    for hour in (7, 10, 13, 17):
        published.now = _toronto(hour, 10)
        made = _replan(published, {**published.key(Role.PLANNER), **fresh()}, apply=True).json["plan_id"]
        with published.wiring.store.unit_of_work(published.practice, write=False) as uow:
            plan = uow.plans.get(made).plan
        wrong = [found.code for found in check(problem_of(SOLO, MONDAY), plan)]
        # The certificate is of what was left of the day; everything else is right.
        assert set(wrong) <= {"objective"}


def test_applying_without_a_key_to_repeat_it_by_is_refused(published: House) -> None:
    assert _replan(published, apply=True).status_code == 428


def test_a_promise_that_cannot_be_kept_any_more_is_left_out_with_its_reason(published: House) -> None:
    published.now = _toronto(14, 20)
    stuck = {"therapist": "taylor", "position": {"postal_code": "N1H 7T8"}, "finished": VISITS[:3]}
    found = _replan(published, reports=[stuck]).json
    assert found["cost_of_keeping"] is None
    assert found["late_as_planned"][0]["late_seconds"] > 0
    assert found["plan"]["unassigned"]
    for left in found["plan"]["unassigned"]:
        assert left["reasons"][0]["detail"]
    assert "promises would be broken" in " ".join(found["explanation"])
    lost = {left["visit"] for left in found["plan"]["unassigned"]}
    assert lost == {change["visit"] for change in found["moved"] if change["to_therapist"] is None}
    assert set(_visits(found["plan"])) == set(VISITS[3:]) - lost


def test_a_therapist_plans_the_rest_of_her_own_day_from_where_she_is(published: House) -> None:
    published.now = _toronto(12, 30)
    found = _mine(published, finished=VISITS[:3], position={"postal_code": "L6J 3L5"})
    assert _visits(found["plan"]) == VISITS[3:]
    drive = found["plan"]["itineraries"][0]["steps"][0]
    assert (drive["type"], drive["from_place"]) == ("drive", "position:taylor")
    assert drive["depart"] >= found["now"]
    assert found["explanation"][-1].startswith("Keeping the order costs")


def test_a_visit_under_way_stays_where_it_is(published: House) -> None:
    published.now = _toronto(12, 30)
    at = {"visit": VISITS[2], "started_at": "2026-11-23T12:25:00-05:00"}
    found = _mine(published, finished=VISITS[:2], current=at)
    first = next(step for step in found["plan"]["itineraries"][0]["steps"] if step["type"] == "visit")
    assert (first["visit"], first["start"]) == (VISITS[2], "2026-11-23T12:25:00-05:00")


def test_every_fault_of_a_report_is_told_at_once(published: House) -> None:
    asked = {
        "therapists": ["taylor", "nobody"],
        "reports": [
            {"therapist": "taylor", "finished": ["ghost"], "position": {"postal_code": "V6B 1A1"}},
            {"therapist": "stranger"},
        ],
        "options": {"time_limit_seconds": 600.0},
    }
    answer = _replan(published, **asked)
    assert answer.status_code == 422
    assert {(fault["pointer"], fault["code"]) for fault in answer.json["errors"]} == {
        ("/options/time_limit_seconds", "out_of_range"),
        ("/therapists/1", "unknown_therapist"),
        ("/reports/0/finished/0", "unknown_visit"),
        ("/reports/0/position", "outside_area"),
        ("/reports/1/therapist", "unknown_therapist"),
    }


def test_a_date_that_is_over_is_not_planned_again_and_tomorrow_has_nothing_to_report(published: House) -> None:
    over = _replan(published, date="2026-11-22")
    assert [fault["code"] for fault in over.json["errors"]] == ["date_over"]
    early = _replan(published, date="2026-11-24", reports=[{"therapist": "taylor", "late_minutes": 5}])
    assert [fault["code"] for fault in early.json["errors"]] == ["not_begun"]


def test_tomorrow_is_planned_again_as_a_whole(published: House) -> None:
    tomorrow = date(2026, 11, 24)
    found = _replan(published, date=tomorrow.isoformat()).json
    assert found["unchanged"] + len(found["moved"]) == len(_visits(found["plan"])) > 0
    assert found["plan"]["date"] == "2026-11-24"


@pytest.mark.parametrize("role", [Role.BOOKING, Role.THERAPIST])
def test_planning_again_does_not_exist_for_who_may_not(published: House, role: Role) -> None:
    key = published.key(role, "taylor" if role is Role.THERAPIST else None)
    assert published.client.post("/v1/replan", json={}, headers=key).status_code == 404


def test_the_rest_of_ones_day_does_not_exist_for_a_planner(published: House) -> None:
    assert published.client.post("/v1/me/replan", json={}, headers=published.key(Role.PLANNER)).status_code == 404
    assert published.client.get("/v1/me/late?minutes=5", headers=published.key(Role.PLANNER)).status_code == 404


def test_a_small_delay_breaks_nothing_and_says_when_to_leave(published: House) -> None:
    published.now = _toronto(9, 10)
    found = _late(published, 20)
    # Casey's session at 10:39 may start up to 25 minutes late.
    assert found["hit_first"] is None
    assert found["warn"] == []
    assert found["explanation"] == ["Every promise is still kept."]
    assert found["later"][0]["visit"] == VISITS[1]
    leave = found["departures"][0]
    assert leave["visit"] == VISITS[1]
    assert leave["leave_at"] == "2026-11-23T09:40:00-05:00"
    # 25 minutes of slack; whoever leaves behind the rush drives a little less.
    assert "2026-11-23T10:03" <= leave["leave_by"][:16] <= "2026-11-23T10:08"


def test_a_long_delay_names_who_is_hit_first_by_how_much_and_whom_to_warn(published: House) -> None:
    published.now = _toronto(9, 10)
    found = _late(published, 45)
    hit = found["hit_first"]
    assert (hit["visit"], hit["client"], hit["phone"]) == (VISITS[4], "Frankie Fir", hit["phone"])
    assert hit["late_seconds"] > 0
    assert found["warn"][0] == hit
    assert found["explanation"][0].startswith("Frankie Fir is hit first: ")
    # Those before are later, too, within what they were promised.
    assert [delay["visit"] for delay in found["later"]][:3] == VISITS[1:4]


def test_on_a_day_without_a_plan_nothing_is_late(house: House) -> None:
    found = _late(house, 20)
    assert (found["hit_first"], found["later"], found["departures"]) == (None, [], [])


def test_the_command_proposes_and_publishes_what_changes(
    published: House, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROUNDS_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("ROUNDS_VAR", str(settings.var))
    # The command has a clock of its own: it plans a day that has not begun.
    proposed = CliRunner().invoke(main, ["replan", "--date", "2099-11-23"], catch_exceptions=False)
    assert proposed.exit_code == 0
    assert "Nothing moves." in proposed.stdout
    assert "What is proven" in proposed.stdout
    stored = CliRunner().invoke(main, ["replan", "--date", "2099-11-23", "--publish", "--json"], catch_exceptions=False)
    assert stored.exit_code == 0
    made = json.loads(stored.stdout)["plan_id"]
    with published.wiring.store.unit_of_work(published.practice, write=False) as uow:
        assert uow.plans.get(made).published_at is not None
