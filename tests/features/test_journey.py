"""The main job, from a file of bookings to the therapist's phone, on both stores."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from data.store.records import Role
from tests.features.conftest import House
from tests.features.test_day_page import link, text

Fresh = Callable[[], dict[str, str]]

VISITS = (Path(__file__).parent / "visits.csv").read_bytes()


def plan(house: House, headers: dict[str, str], **wanted: Any) -> dict[str, Any]:
    """Ask for a run and wait for it."""
    asked = house.client.post("/v1/plan-runs", json={"date": "2026-11-23", **wanted}, headers=headers)
    assert asked.status_code == 202, asked.text
    house.finish_runs()
    run = house.client.get(asked.headers["Location"], headers=headers).json
    assert run is not None
    return dict(run)


def test_a_file_of_bookings_becomes_a_published_day_in_every_dress(house: House, fresh: Fresh) -> None:
    planner, taylor = house.key(Role.PLANNER), house.key(Role.THERAPIST, "taylor")
    client = house.client

    imported = client.post("/v1/bookings/import", data=VISITS, headers=planner | fresh() | {"Content-Type": "text/csv"})
    assert imported.json is not None
    assert imported.json["added"] == 5

    run = plan(house, planner | fresh())
    assert run["status"] == "done", run
    stored = client.get(f"/v1/plans/{run['plan_id']}", headers=planner).json
    assert stored is not None
    assert stored["published_at"] is None
    assert stored["certificate"]["checked"] is True
    assert stored["summary"]["visits"] + len(stored["unassigned"]) == 5
    assert stored["unassigned"] == []

    published = client.post(f"/v1/plans/{run['plan_id']}/publish", headers=planner | fresh())
    assert published.status_code == 200

    day = client.get("/v1/itineraries/taylor/2026-11-23", headers=taylor).json
    assert day is not None
    assert day["published"]
    visits = [step for step in day["steps"] if step["type"] == "visit"]
    assert len(visits) == 5
    assert [visit["start"] for visit in visits] == sorted(visit["start"] for visit in visits)
    fixed = next(visit for visit in visits if visit["start"] == "2026-11-23T09:00:00-05:00")
    assert fixed["slack_seconds"] == 0

    browser = house.client
    assert browser.post(link(house), follow_redirects=True).status_code == 200
    page = text(browser.get("/day/2026-11-23/sheet?names=full").text)
    assert "Noa Example" in page
    assert "5 visits" in page

    feed = client.put("/v1/me/feed", headers=taylor).json
    assert feed is not None
    calendar = client.get(feed["path"]).text
    assert calendar.count("UID:visit-") == 5
    assert "DTSTART:20261123T140000Z" in calendar
    assert "Noa Example" not in calendar


def test_a_repeated_request_makes_one_run(house: House, fresh: Fresh) -> None:
    headers = house.key(Role.PLANNER) | fresh()
    assert plan(house, headers)["id"] == plan(house, headers)["id"]


def test_a_day_without_bookings_and_without_therapists_is_planned_empty(house: House, fresh: Fresh) -> None:
    with house.wiring.store.unit_of_work(house.practice) as uow:
        uow.patterns.remove("taylor")
        uow.commit()
    planner = house.key(Role.PLANNER)
    run = plan(house, planner | fresh())
    assert run["status"] == "done", run
    anyone = VISITS.replace(b",taylor", b",")
    house.client.post("/v1/bookings/import", data=anyone, headers=planner | fresh() | {"Content-Type": "text/csv"})
    run = plan(house, planner | fresh())
    stored = house.client.get(f"/v1/plans/{run['plan_id']}", headers=planner).json
    assert stored is not None
    assert len(stored["unassigned"]) == 5


def test_an_unknown_therapist_and_a_search_too_long_are_refused(house: House, fresh: Fresh) -> None:
    planner = house.key(Role.PLANNER)
    bad = {"date": "2026-11-23", "therapists": ["bob"]}
    answer = house.client.post("/v1/plan-runs", json=bad, headers=planner | fresh())
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (422, "unknown_therapist")
    long = {"date": "2026-11-23", "options": {"time_limit_seconds": 3600}}
    assert house.client.post("/v1/plan-runs", json=long, headers=planner | fresh()).status_code == 422


def test_a_queued_run_that_is_stopped_plans_nothing(house: House, fresh: Fresh) -> None:
    planner = house.key(Role.PLANNER)
    held = house.hold_the_executor()
    asked = house.client.post("/v1/plan-runs", json={"date": "2026-11-23"}, headers=planner | fresh())
    stopped = house.client.delete(asked.headers["Location"], headers=planner).json
    held.set()
    house.finish_runs()
    assert stopped is not None
    assert stopped["status"] == "cancelled"
    with house.wiring.store.unit_of_work(house.practice, write=False) as uow:
        assert uow.plans.latest(date(2026, 11, 23)) is None


def test_replanning_and_publishing_raises_the_calendars_sequence(house: House, fresh: Fresh) -> None:
    planner, taylor = house.key(Role.PLANNER), house.key(Role.THERAPIST, "taylor")
    house.client.post("/v1/bookings/import", data=VISITS, headers=planner | fresh() | {"Content-Type": "text/csv"})
    path = (house.client.put("/v1/me/feed", headers=taylor).json or {})["path"]
    sequences = []
    for _ in range(2):
        run = plan(house, planner | fresh())
        house.client.post(f"/v1/plans/{run['plan_id']}/publish", headers=planner | fresh())
        feed = house.client.get(path).text
        sequences.append(next(line for line in feed.splitlines() if line.startswith("SEQUENCE:")))
        house.now = house.now.replace(minute=house.now.minute + 1)
    first, second = (int(line.removeprefix("SEQUENCE:")) for line in sequences)
    assert second > first
