"""After a plan is published, life goes on: the day that is read is the day as booked, and says so."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from api.services.day_problem import StoredDay, day_problem
from api.services.publishing import publish
from data.demo.solo import SOLO
from data.store.records import FeedFormat, OutsideFeed, Role, StoredPlan
from optimizer.domain.itinerary import Itinerary
from optimizer.schedule.checker import check
from optimizer.schedule.evaluate import evaluate
from tests.features.conftest import MONDAY, House
from tests.features.days import planned
from tests.features.test_day_page import sign_in, text


@dataclass(kw_only=True)
class Desk:
    """Staff and Taylor at the doors of the practice whose Monday is published."""

    house: House
    writes: int = 0

    def ask(self, method: str, path: str, role: Role = Role.PLANNER, body: object = None) -> TestResponse:
        self.writes += 1
        key = self.house.key(role, "taylor" if role is Role.THERAPIST else None)
        headers = {**key, "Idempotency-Key": f"k{self.writes}"}
        return self.house.client.open(path, method=method, json=body, headers=headers)

    def read(self, path: str, role: Role = Role.PLANNER) -> dict[str, Any]:
        answer = self.ask("GET", path, role)
        assert answer.status_code == 200, answer.json
        assert answer.json is not None
        return dict(answer.json)

    def day(self) -> dict[str, Any]:
        return self.read(f"/v1/itineraries/taylor/{MONDAY}")

    def book(self, start: str, *, override: bool = False, postal_code: str = "L7G 2B8") -> str:
        """Half an hour of Taylor's in Halton; the booking's id."""
        visit = {
            "place": {"postal_code": postal_code},
            "service": "geriatric",
            "session_minutes": 30,
            "start": start,
            "therapist": {"require": ["taylor"]},
        }
        body = {"client": {"ref": start, "name": "Late Lou"}, "visit": visit, "override": override}
        answer = self.ask("POST", "/v1/bookings", body=body)
        assert answer.status_code == 201, answer.json
        assert answer.json is not None
        return str(answer.json["booking_id"])

    def offered(self) -> list[str]:
        asked = f"service=geriatric&session_minutes=30&postal_code=L7G2B8&from={MONDAY}&to={MONDAY}"
        return [slot["start"] for slot in self.read(f"/v1/slots?{asked}")["data"][str(MONDAY)]]


@pytest.fixture
def desk(house: House) -> Desk:
    """The demo's first four visits, planned and published the Friday before: there is room for more."""
    house.now = datetime(2026, 11, 20, 12, tzinfo=UTC)
    scenario = replace(SOLO, visits=SOLO.visits[:4])
    house.load(scenario)
    plan, _ = planned(scenario, MONDAY)
    parts = house.wiring
    with parts.store.unit_of_work(house.practice) as uow:
        uow.plans.add(StoredPlan(id="p1", date=MONDAY, created_at=house.now, plan=plan))
        uow.commit()
    publish(house.practice, "p1", actor="test", store=parts.store, roads=parts.roads, clock=parts.clock)
    return Desk(house=house)


def visits(day: dict[str, Any]) -> list[str]:
    return [step["visit"] for step in day["steps"] if step["type"] == "visit"]


def late_start(desk: Desk) -> str:
    """A start on offer on the busy day."""
    starts = desk.offered()
    assert starts
    return starts[-1]


def test_a_day_as_planned_is_the_plans_and_says_nothing(desk: Desk) -> None:
    day = desk.day()
    assert (day["plan_id"], day["published"], day["behind"]) == ("p1", True, None)
    assert (day["broken"], day["overridden"], day["warnings"]) == ([], [], [])
    with desk.house.wiring.store.unit_of_work(desk.house.practice, write=False) as uow:
        planned = uow.itineraries.find("p1", "taylor")
    assert planned is not None
    assert visits(day) == list(planned.order)


def test_a_visit_booked_since_is_in_its_place_and_is_marked_wherever_the_day_is_read(desk: Desk) -> None:
    before = visits(desk.day())
    start = late_start(desk)
    since = desk.book(start)
    day = desk.day()
    assert day["behind"] == {"added": [since], "changed": [], "gone": []}
    assert (sorted(visits(day)), day["broken"]) == (sorted([*before, since]), [])
    times = [step["start"] for step in day["steps"] if step["type"] == "visit"]
    assert times == sorted(times)
    assert start in times
    assert desk.read(f"/v1/itineraries?date={MONDAY}")["data"] == [day]
    mine = desk.read(f"/v1/me/day?date={MONDAY}", Role.THERAPIST)
    assert mine["behind"] == day["behind"]
    assert [note["visit"] for note in mine["visits"] if note["marks"] == ["booked since the plan"]] == [since]
    page = text(sign_in(desk.house).get(f"/day/{MONDAY}").text)
    assert f"{start[11:16]} Late Geriatric massage, 30 min booked since the plan" in page
    assert "Not as planned any more: 1 visit not in the plan. These are the times as booked now." in page


def test_whatever_was_offered_and_booked_since_can_be_driven_as_the_day_says(desk: Desk) -> None:
    starts = desk.offered()
    for start in starts[:: max(1, len(starts) // 6)]:
        since = desk.book(start)
        day = desk.day()
        assert (since in visits(day), day["broken"]) == (True, [])
        assert judged(desk.house, day) == []
        assert desk.ask("DELETE", f"/v1/bookings/{since}").status_code == 200
    assert desk.day()["behind"] is None


def judged(house: House, day: dict[str, Any]) -> list[str]:
    """What the independent judge says of the order shown, over the bookings as stored."""
    with house.wiring.store.unit_of_work(house.practice, write=False) as uow:
        stored = StoredDay(
            practice=uow.practice(),
            date=MONDAY,
            services=uow.services.list(),
            patterns=uow.patterns.list(),
            bookings=tuple(booking for booking in uow.bookings.on(MONDAY) if booking.therapist == "taylor"),
        )
    problem = day_problem(stored, house.wiring.roads)
    plan = evaluate(problem, {"taylor": visits(day)}).plan
    itinerary: Itinerary = plan.itineraries[0]
    starts = [problem.horizon.local(stop.start).isoformat() for stop in itinerary.stops]
    assert starts == [step["start"] for step in day["steps"] if step["type"] == "visit"]
    return [violation.detail for violation in check(problem, plan)]


def test_a_visit_cancelled_since_is_not_driven_to(desk: Desk) -> None:
    first = visits(desk.day())[0]
    assert desk.ask("DELETE", f"/v1/bookings/{first}").status_code == 200
    day = desk.day()
    assert day["behind"] == {"added": [], "changed": [], "gone": [first]}
    assert first not in visits(day)
    assert "1 cancelled or moved away" in text(sign_in(desk.house).get(f"/day/{MONDAY}").text)


def test_a_visit_moved_within_the_day_is_at_its_new_start(desk: Desk) -> None:
    first = visits(desk.day())[0]
    store, practice = desk.house.wiring.store, desk.house.practice
    with store.unit_of_work(practice, write=False) as uow:
        booking = uow.bookings.get(first)
    asked = (
        f"service={booking.service}&session_minutes={booking.session // 60}"
        f"&postal_code={booking.place.label.removeprefix('Halton ').replace(' ', '')}&from={MONDAY}&to={MONDAY}"
    )
    slot = desk.read(f"/v1/slots?{asked}")["data"][str(MONDAY)][-1]
    answer = desk.ask("PATCH", f"/v1/bookings/{first}", body={"offer": slot["offer"]})
    assert answer.status_code == 200, answer.json
    day = desk.day()
    assert day["behind"] == {"added": [], "changed": [first], "gone": []}
    assert [step["start"] for step in day["steps"] if step.get("visit") == first] == [slot["start"]]


def test_a_visit_that_staff_forced_in_is_shown_with_what_it_breaks(desk: Desk) -> None:
    forced = desk.book(f"{MONDAY}T10:00:00-05:00", override=True, postal_code="N1H 7T8")
    day = desk.day()
    assert day["overridden"] == [forced]
    assert day["broken"]
    assert len(visits(day)) == 5
    page = text(sign_in(desk.house).get(f"/day/{MONDAY}").text)
    assert "Late Lou was promised 10:00 at the latest, which cannot be kept: 10:" in page
    assert "nothing presses" not in page
    assert "booked against the check of the day" in page
    mine = desk.read(f"/v1/me/day?date={MONDAY}", Role.THERAPIST)
    assert mine["overridden"] == [forced]


def test_bookings_of_a_date_that_nobody_has_planned_are_a_day_all_the_same(desk: Desk) -> None:
    tuesday = MONDAY + timedelta(days=9)
    assert desk.ask("GET", f"/v1/itineraries/taylor/{tuesday}").status_code == 404
    booked = desk.book(f"{tuesday}T10:00:00-05:00", override=True)
    day = desk.read(f"/v1/itineraries/taylor/{tuesday}")
    assert (day["plan_id"], day["published"], visits(day)) == (None, False, [booked])
    page = text(sign_in(desk.house).get(f"/day/{tuesday}").text)
    assert "Late Geriatric massage" in page
    assert "this is what has been booked so far" in page


def test_a_calendar_not_read_lately_is_told_wherever_the_day_is_read(desk: Desk) -> None:
    store, practice = desk.house.wiring.store, desk.house.practice
    feed = OutsideFeed(
        id="feed_1",
        therapist="taylor",
        address="https://example.org/secret.ics",
        format=FeedFormat.ICS,
        added_at=desk.house.now,
        fresh_for=3600,
        succeeded_at=desk.house.now - timedelta(days=1),
    )
    with store.unit_of_work(practice) as uow:
        uow.outside_feeds.add(feed)
        uow.outside_feeds.put(feed)
        uow.commit()
    (warning,) = desk.day()["warnings"]
    assert "is known only as of 2026-11-19 07:00" in warning
    assert desk.read(f"/v1/itineraries?date={MONDAY}")["warnings"] == [warning]
    assert desk.read(f"/v1/me/day?date={MONDAY}", Role.THERAPIST)["warnings"] == [warning]
    page = text(sign_in(desk.house).get(f"/day/{MONDAY}").text)
    assert "is known only as of 2026-11-19 07:00" in page
    assert "secret" not in page


def test_the_calendar_feed_holds_what_was_booked_since_and_its_events_count_up(desk: Desk) -> None:
    taylor = desk.house.key(Role.THERAPIST, "taylor")
    path = desk.house.client.put("/v1/me/feed", headers=taylor).json
    assert path is not None
    before = desk.house.client.get(path["path"]).text
    since = desk.book(late_start(desk))
    after = desk.house.client.get(path["path"]).text
    assert f"UID:visit-{since}" not in before
    assert f"UID:visit-{since}" in after
    assert sequence(after) > sequence(before)


def sequence(feed: str) -> int:
    return max(int(line.removeprefix("SEQUENCE:")) for line in feed.splitlines() if line.startswith("SEQUENCE:"))


@pytest.mark.parametrize(
    ("when", "therapist", "override"),
    [
        ({"start": "2026-11-29T10:00:00-05:00"}, {}, True),
        ({"start": "2026-11-29T10:00:00-05:00"}, {"require": ["taylor"]}, True),
        ({"start": "2026-11-23T10:00:00-05:00"}, {"refuse": ["taylor"]}, True),
        (
            {"windows": [{"earliest_start": "2026-11-23T10:00:00-05:00", "latest_start": "2026-11-23T11:00:00-05:00"}]},
            {"refuse": ["taylor"]},
            False,
        ),
    ],
    ids=["nobody works", "whom it asks for is off", "nobody may take it", "a window nobody can keep"],
)
def test_a_visit_on_nobodys_agenda_is_told_when_it_is_booked_and_on_its_date(
    desk: Desk, when: dict[str, Any], therapist: dict[str, Any], override: bool
) -> None:
    with desk.house.wiring.store.unit_of_work(desk.house.practice) as uow:
        taylor = uow.patterns.get("taylor")
        uow.patterns.put(replace(taylor, hours=(*taylor.hours[:6], None)))
        uow.commit()
    visit = {"place": {"postal_code": "L7G 2B8"}, "service": "geriatric", "session_minutes": 30, **when}
    body = {"client": {"ref": "lou"}, "visit": {**visit, "therapist": therapist}, "override": override}
    made = desk.ask("POST", "/v1/bookings", body=body)
    assert made.json is not None
    assert (made.status_code, made.json["agenda"]) == (201, None)
    assert made.json["warnings"] == [
        "Nobody has this visit on their agenda yet: the next plan of its date will try to place it."
    ]
    read = desk.ask("GET", f"/v1/bookings/{made.json['booking_id']}")
    assert read.headers["ETag"] == made.headers["ETag"]
    on = made.json["date"]
    (told,) = desk.read(f"/v1/itineraries?date={on}")["unplaced"]
    assert (told["booking_id"], told["service"]) == (made.json["booking_id"], "geriatric")
    assert (told["start"], told["windows"]) == (made.json["start"], made.json["windows"])
    assert told["why"] == ("booked since the plan" if on == str(MONDAY) else "nothing is planned yet")
    assert desk.read(f"/v1/itineraries?date={on}", Role.THERAPIST)["unplaced"] == []


def test_a_visit_on_an_agenda_is_not_among_those_that_are_on_nobodys(desk: Desk) -> None:
    desk.book(late_start(desk))
    assert desk.read(f"/v1/itineraries?date={MONDAY}")["unplaced"] == []
