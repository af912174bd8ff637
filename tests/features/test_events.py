"""What a therapist tells while the day goes on: kept, listed, taken back, and what the day makes of it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.services.itineraries import therapist_day
from api.services.publishing import publish
from data.demo.solo import SOLO
from data.store.records import Role, StoredPlan
from tests.features.conftest import MONDAY, House
from tests.features.days import planned

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


class Phone:
    """Taylor's: tells what happens when it happens."""

    def __init__(self, house: House, fresh: Once) -> None:
        self.house, self.fresh = house, fresh
        self.key = house.key(Role.THERAPIST, "taylor")

    def send(self, visit: int | str, kind: str, at: datetime | None = None) -> Any:
        name = visit if isinstance(visit, str) else VISITS[visit - 1]
        body = {"visit": name, "type": kind, **({"at": at.isoformat()} if at else {})}
        return self.house.client.post("/v1/me/events", json=body, headers={**self.key, **self.fresh()})

    def tell(self, visit: int, kind: str, hour: int, minute: int = 0) -> Any:
        self.house.now = _toronto(hour, minute)
        answer = self.send(visit, kind, self.house.now)
        assert answer.status_code == 201, answer.json
        return answer.json

    def listed(self, query: str = "") -> Any:
        answer = self.house.client.get(f"/v1/me/events{query}", headers=self.key)
        assert answer.status_code == 200, answer.json
        return answer.json

    def next_stop(self) -> str | None:
        parts = self.house.wiring
        day = therapist_day(
            self.house.practice, "taylor", MONDAY, store=parts.store, roads=parts.roads, now=self.house.now
        )
        stop = day.next_stop(self.house.now)
        return None if stop is None else stop.visit.id

    def replanned(self) -> list[str]:
        answer = self.house.client.post("/v1/me/replan", json={}, headers=self.key)
        assert answer.status_code == 200, answer.json
        steps = [step for day in answer.json["plan"]["itineraries"] for step in day["steps"]]
        return [step["visit"] for step in steps if step["type"] == "visit"]


@pytest.fixture
def phone(published: House, fresh: Once) -> Phone:
    return Phone(published, fresh)


def _codes(answer: Any) -> list[tuple[str, str]]:
    return [(fault["pointer"], fault["code"]) for fault in answer.json["errors"]]


def test_what_is_told_is_kept_and_listed_in_the_order_it_happened(phone: Phone) -> None:
    phone.tell(1, "arrived", 8, 45)
    told = phone.tell(1, "finished", 9, 31)
    assert (told["visit"], told["type"], told["at"]) == (VISITS[0], "finished", "2026-11-23T09:31:00-05:00")
    assert told["remarks"] == []
    phone.house.now = _toronto(9, 40)
    assert phone.send(1, "started", _toronto(9, 1)).status_code == 201
    listed = phone.listed()
    assert (listed["date"], listed["timezone"]) == ("2026-11-23", "America/Toronto")
    assert [event["type"] for event in listed["data"]] == ["arrived", "started", "finished"]
    assert phone.listed("?date=2026-11-24")["data"] == []


def test_the_same_told_twice_is_one_event_and_told_anew_it_takes_the_place_of_the_first(phone: Phone) -> None:
    first = phone.tell(1, "arrived", 8, 45)
    again = phone.send(1, "arrived", _toronto(8, 45))
    assert (again.status_code, again.json["id"]) == (200, first["id"])
    other = phone.send(1, "arrived", _toronto(8, 40))
    assert other.status_code == 201
    assert other.json["remarks"] == ["arrived was told before, at 08:45; that is taken back"]
    assert [event["id"] for event in phone.listed()["data"]] == [other.json["id"]]


def test_a_repeated_request_gets_its_answer_again_and_none_goes_without_a_key(phone: Phone) -> None:
    phone.house.now = _toronto(8, 45)
    once = {**phone.key, "Idempotency-Key": "once"}
    post = phone.house.client.post
    body = {"visit": VISITS[0], "type": "arrived"}
    first = post("/v1/me/events", json=body, headers=once)
    phone.house.now = _toronto(8, 50)
    again = post("/v1/me/events", json=body, headers=once)
    assert (first.status_code, again.status_code, first.json) == (201, 201, again.json)
    assert len(phone.listed()["data"]) == 1
    assert post("/v1/me/events", json=body, headers=phone.key).status_code == 428


def test_what_cannot_have_happened_is_refused(phone: Phone) -> None:
    phone.house.now = _toronto(9)
    early = phone.send(1, "finished", _toronto(9, 5))
    assert (early.status_code, early.json["code"], _codes(early)) == (422, "in_future", [("/at", "in_future")])
    yesterday = phone.send(1, "finished", _toronto(9) - timedelta(days=1))
    assert _codes(yesterday) == [("/at", "other_date")]
    assert [pointer for pointer, _ in _codes(phone.send(1, "eaten"))] == ["/type"]
    assert phone.send(1, "arrived", datetime(2026, 11, 23, 8, 45)).json["code"] == "naive_time"  # noqa: DTZ001  # on purpose
    assert phone.listed()["data"] == []


def test_a_visit_that_is_not_hers_does_not_exist_for_her(phone: Phone) -> None:
    phone.house.now = _toronto(9)
    assert phone.send("ghost", "arrived").status_code == 404
    with phone.house.wiring.store.unit_of_work(phone.house.practice) as uow:
        uow.bookings.place(MONDAY, {VISITS[0]: None})
        uow.commit()
    assert phone.send(1, "arrived").status_code == 404
    assert phone.house.client.delete("/v1/me/events/ghost", headers=phone.key).status_code == 404


@pytest.mark.parametrize("role", [Role.BOOKING, Role.PLANNER])
def test_events_do_not_exist_for_others(published: House, fresh: Once, role: Role) -> None:
    key = published.key(role)
    body = {"visit": VISITS[0], "type": "arrived"}
    assert published.client.post("/v1/me/events", json=body, headers={**key, **fresh()}).status_code == 404
    assert published.client.get("/v1/me/events", headers=key).status_code == 404


def test_out_of_order_is_accepted_with_a_remark(phone: Phone) -> None:
    phone.tell(1, "started", 9, 2)
    assert phone.tell(1, "arrived", 9, 5)["remarks"] == ["started at 09:02 is before arrived at 09:05"]


def test_nobody_there_and_a_session_exclude_each_other(phone: Phone) -> None:
    missed = phone.tell(1, "no_show", 9, 20)
    refused = phone.send(1, "finished", _toronto(9, 20))
    assert (refused.status_code, refused.json["code"]) == (409, "event_contradicts")
    assert missed["id"] in refused.json["hint"]
    assert phone.house.client.delete(f"/v1/me/events/{missed['id']}", headers=phone.key).status_code == 204
    assert phone.send(1, "finished", _toronto(9, 20)).status_code == 201
    assert phone.send(1, "no_show", _toronto(9, 20)).status_code == 409


def test_what_is_taken_back_is_not_told_any_more_and_stays_in_the_books(phone: Phone) -> None:
    told = phone.tell(1, "finished", 8, 50)
    assert phone.next_stop() == VISITS[1]
    for _ in range(2):
        assert phone.house.client.delete(f"/v1/me/events/{told['id']}", headers=phone.key).status_code == 204
    assert phone.next_stop() == VISITS[0]
    assert phone.listed()["data"] == []
    with phone.house.wiring.store.unit_of_work(phone.house.practice, write=False) as uow:
        assert uow.visit_events.get(told["id"]).undone_at is not None
        lines = [(entry.action, entry.subject) for entry in uow.audit.list()]
    assert lines.count(("visit.finished", VISITS[0])) == lines.count(("visit.undo", VISITS[0])) == 1


def test_the_next_stop_is_where_the_day_really_is(phone: Phone) -> None:
    # By the plan the second visit is over at 11:34, and the third session begins at 12:28.
    phone.tell(1, "finished", 9, 35)
    phone.house.now = _toronto(11, 50)
    assert phone.next_stop() == VISITS[1]
    phone.tell(2, "finished", 11, 55)
    assert phone.next_stop() == VISITS[2]


def test_planning_again_leaves_out_what_is_done_and_what_nobody_was_there_for(phone: Phone) -> None:
    phone.tell(1, "finished", 9, 31)
    phone.tell(2, "no_show", 10, 50)
    assert phone.replanned() == VISITS[2:]


def test_planning_again_goes_on_from_a_session_that_started_late(phone: Phone) -> None:
    phone.tell(1, "finished", 9, 31)
    phone.tell(2, "started", 11, 0)
    phone.house.now = _toronto(11, 10)
    answer = phone.house.client.post("/v1/me/replan", json={}, headers=phone.key).json
    first = next(s for s in answer["plan"]["itineraries"][0]["steps"] if s["type"] == "visit")
    assert (first["visit"], first["start"]) == (VISITS[1], "2026-11-23T11:00:00-05:00")


def test_running_late_counts_from_what_was_told(phone: Phone) -> None:
    def hit(minutes: int) -> Any:
        found = phone.house.client.get(f"/v1/me/late?minutes={minutes}", headers=phone.key)
        return found.json["hit_first"]

    # The second session may start 25 minutes late, and is told to have begun 21 minutes late.
    phone.house.now = _toronto(11, 0)
    assert hit(20) is None
    phone.tell(1, "finished", 9, 31)
    phone.tell(2, "started", 11, 0)
    assert hit(2) is None
    assert 0 < hit(20)["late_seconds"] <= 18 * 60


def test_a_desk_that_says_otherwise_is_believed_over_the_events(phone: Phone) -> None:
    phone.tell(1, "finished", 9, 31)
    report = {"therapist": "taylor", "finished": VISITS[:3], "position": {"postal_code": "L6J 3L5"}}
    phone.house.now = _toronto(13, 10)
    answer = phone.house.client.post(
        "/v1/replan", json={"reports": [report]}, headers=phone.house.key(Role.PLANNER)
    ).json
    steps = [step for day in answer["plan"]["itineraries"] for step in day["steps"]]
    assert [step["visit"] for step in steps if step["type"] == "visit"] == VISITS[3:]
