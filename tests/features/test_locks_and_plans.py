"""What staff have fixed by hand, no plan undoes; a draft waits beside the day until it is published or dropped."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.services.planning import Planner, PlanRequest, plan_now
from tests.booking_world import BRAMPTON, GUELPH, MILTON, MONDAY
from tests.features.clinic import Clinic, open_clinic
from tests.features.test_by_hand import PEOPLE, booked, changes, day, place, who


@pytest.fixture
def clinic(url: str, tmp_path: Path) -> Iterator[Clinic]:
    with open_clinic(url, tmp_path, PEOPLE) as opened:
        yield opened


def drafted(clinic: Clinic) -> str:
    """A plan of Monday that nobody works by yet; its id."""
    parts = clinic.wiring
    planner = Planner(store=parts.store, roads=parts.roads, clock=parts.clock)
    run = plan_now(PlanRequest(practice_id="north", date=MONDAY), planner=planner)
    assert run.plan_id is not None, run.problem
    return run.plan_id


def publish(clinic: Clinic, plan: str) -> tuple[int, str]:
    answer = clinic.staff.ask("POST", f"/v1/plans/{plan}/publish")
    return answer.status, answer.code


def test_a_lock_survives_planning_again(clinic: Clinic) -> None:
    anna = booked(clinic, "anna", BRAMPTON, ("09:00", "15:00"))
    booked(clinic, "bob", BRAMPTON, ("09:00", "15:00"))
    other = "t1" if who(clinic, anna) == "t0" else "t0"
    assert place(clinic, anna, other, "13:20").status == 200
    assert publish(clinic, drafted(clinic)) == (200, "")
    assert day(clinic, other)[anna] == "13:20"
    clinic.staff.ask("DELETE", f"/v1/bookings/{anna}/lock")
    assert publish(clinic, drafted(clinic)) == (200, "")
    itinerary = clinic.staff.ask("GET", f"/v1/itineraries/{who(clinic, anna)}/{MONDAY}").body
    assert itinerary["behind"] is None


def test_a_lock_where_the_plan_has_it_leaves_the_day_as_planned(clinic: Clinic) -> None:
    anna = booked(clinic, "anna", BRAMPTON, ("09:00", "15:00"))
    publish(clinic, drafted(clinic))
    clinic.staff.ask("PUT", f"/v1/bookings/{anna}/lock")
    assert clinic.staff.ask("GET", f"/v1/itineraries/{who(clinic, anna)}/{MONDAY}").body["behind"] is None


def test_a_draft_from_before_a_lock_is_not_published_over_it(clinic: Clinic) -> None:
    anna = booked(clinic, "anna", BRAMPTON, ("09:00", "15:00"))
    plan = drafted(clinic)
    was = next(name for name in ("t0", "t1", "t2") if name != _planned(clinic, plan, anna))
    place(clinic, anna, was, override=True)
    assert publish(clinic, plan) == (409, "plan_outdated")
    assert who(clinic, anna) == was


def test_a_draft_is_compared_with_the_day_and_published_or_dropped(clinic: Clinic) -> None:
    """Anna lies with one, Bob from the same street with the other: a plan drives there once."""
    anna, bob = booked(clinic, "anna", GUELPH, ("09:00", "15:00")), booked(clinic, "bob", GUELPH, ("09:00", "15:00"))
    for visit, therapist in ((anna, "t0"), (bob, "t1")):
        place(clinic, visit, therapist)
        clinic.staff.ask("DELETE", f"/v1/bookings/{visit}/lock")
    lost = booked(clinic, "lost", MILTON, ("09:00", "09:00"))
    clinic.staff.ask("DELETE", f"/v1/bookings/{lost}/placement")
    plan = drafted(clinic)
    assert clinic.staff.ask("GET", f"/v1/days/{MONDAY}/pulse").body["draft_id"] == plan
    told = clinic.staff.ask("GET", f"/v1/plans/{plan}/comparison").body
    assert [each["visit"] for each in told["added"]] == [lost]
    assert (told["before"]["left_out"], told["after"]["left_out"]) == (1, 0)
    assert len(told["moved"]) + told["unchanged"] == 2
    assert told["difference"]["travel_seconds"] == told["after"]["travel_seconds"] - told["before"]["travel_seconds"]
    assert clinic.staff.ask("DELETE", f"/v1/plans/{plan}").status == 204
    assert clinic.staff.ask("GET", f"/v1/plans/{plan}/comparison").status == 404
    assert clinic.staff.ask("GET", f"/v1/days/{MONDAY}/pulse").body["draft_id"] is None
    assert "plan.dismiss" in {each["action"] for each in changes(clinic)}
    second = drafted(clinic)
    assert publish(clinic, second) == (200, "")
    dropped = clinic.staff.ask("DELETE", f"/v1/plans/{second}")
    assert (dropped.status, dropped.code) == (409, "plan_published")
    assert clinic.staff.ask("GET", f"/v1/days/{MONDAY}/pulse").body["draft_id"] is None


def test_what_was_put_there_against_the_check_stays_flagged_when_the_day_is_planned_again(clinic: Clinic) -> None:
    booked(clinic, "fixed", GUELPH, ("11:30", "11:30"), therapist={"require": ["t1"]})
    anna = booked(clinic, "anna", BRAMPTON, ("09:00", "15:00"))
    assert place(clinic, anna, "t1", "11:30", override=True).status == 200
    assert publish(clinic, drafted(clinic)) == (200, "")
    itinerary = clinic.staff.ask("GET", f"/v1/itineraries/t1/{MONDAY}").body
    assert who(clinic, anna) == "t1"
    assert anna in itinerary["overridden"]
    assert itinerary["broken"]


def _planned(clinic: Clinic, plan: str, visit: str) -> str:
    days = clinic.staff.ask("GET", f"/v1/plans/{plan}").body["itineraries"]
    return next(
        str(each["therapist"]) for each in days if visit in [step["visit"] for step in each["steps"] if "visit" in step]
    )
