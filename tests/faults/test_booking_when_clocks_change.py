"""Night shifts on the two nights on which clocks are turned, and clients whose clocks show something else."""

import json
import time as system_time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from api.app import create_app
from api.settings import Settings
from api.wiring import Wiring
from data.store.migrate import migrate
from data.store.records import Role
from optimizer.domain.therapist import Therapist, WorkPattern
from optimizer.domain.time import Horizon
from tests.booking_world import BRAMPTON, TORONTO, Person, crew, make_key, open_practice
from tests.doors import AppDoor
from tests.front_desk import FrontDesk
from tests.stored_days import booked, violations

SPRING, AUTUMN = date(2027, 3, 14), date(2026, 11, 1)
NIGHTS = (Person(id="ana", hours=(time(0), time(7))), Person(id="bo", hours=(time(0), time(7))))
DOOR = {"lat": "43.6906", "lng": "-79.7662"}
CASES = Path(__file__).parents[2].parent / "shared" / "cases" / "booking"


@dataclass(frozen=True, kw_only=True)
class Night:
    """A practice some days before the clocks change."""

    wiring: Wiring
    desk: FrontDesk


Opened = Callable[[date, Sequence[Person]], Night]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """Opens a practice, four days before a date."""
    settings = Settings(var=tmp_path, secret_key="a secret")  # type: ignore[arg-type]
    migrate(settings.store_url)
    parts: list[Wiring] = []

    def open_before(day: date, people: Sequence[Person]) -> Night:
        noon = datetime.combine(day, time(12), UTC) - timedelta(days=4)
        wiring = Wiring(settings, clock=lambda: noon)
        parts.append(wiring)
        open_practice(wiring.store, wiring.geocoder, people)
        secret = make_key(wiring.store, Role.BOOKING)
        return Night(wiring=wiring, desk=FrontDesk(door=AppDoor(create_app(wiring=wiring)), secret=secret))

    yield open_before
    for wiring in parts:
        wiring.store.close()


def test_nobody_can_come_at_half_past_two_on_the_night_that_has_none(opened: Opened) -> None:
    starts = opened(SPRING, NIGHTS).desk.offers(BRAMPTON, SPRING, minutes=30)
    assert "2027-03-14T01:30:00-05:00" in starts
    assert "2027-03-14T03:30:00-04:00" in starts
    assert not [start for start in starts if start.startswith("2027-03-14T02:")]
    instants = [datetime.fromisoformat(start).astimezone(UTC) for start in starts]
    assert instants == sorted(set(instants))
    assert all(start.astimezone(TORONTO).isoformat() == said for start, said in zip(instants, starts, strict=True))


def test_half_past_one_comes_twice_and_can_be_booked_twice(opened: Opened) -> None:
    night = opened(AUTUMN, NIGHTS[:1])
    desk = night.desk
    # One house, named by a pin: between two doors of a postal code an hour would be too short.
    offers = desk.offers(BRAMPTON, AUTUMN, minutes=30, **DOOR)
    first, second = "2026-11-01T01:30:00-04:00", "2026-11-01T01:30:00-05:00"
    assert list(offers).index(first) < list(offers).index(second)

    starts = []
    for start in (first, second):
        held = desk.hold(offers[start])
        assert held.status == 201, held
        starts.append(desk.confirm(held.body["hold_id"]).body["start"])

    assert starts == [first, second]
    store = night.wiring.store
    (bookings,) = booked(store, "north", AUTUMN, AUTUMN).values()
    assert bookings[1].windows[0].earliest - bookings[0].windows[0].earliest == timedelta(hours=1)
    assert violations(store, "north", AUTUMN, AUTUMN) == []


def test_the_twenty_fifth_hour_of_a_day_can_be_booked(opened: Opened) -> None:
    late = Person(id="cy", hours=(time(20), time(23, 59)))
    starts = opened(AUTUMN, [late]).desk.offers(BRAMPTON, AUTUMN, minutes=30)
    assert list(starts)[-1] == "2026-11-01T23:00:00-05:00"


def test_a_session_over_the_turn_of_the_clocks_lasts_as_long_as_it_says(opened: Opened) -> None:
    desk = opened(SPRING, NIGHTS).desk
    held = desk.hold(desk.offers(BRAMPTON, SPRING)["2027-03-14T01:30:00-05:00"])
    assert held.body["end"] == "2027-03-14T03:30:00-04:00"


@pytest.mark.parametrize("turn", [SPRING, AUTUMN])
def test_working_hours_are_what_the_clock_on_the_wall_shows(opened: Opened, turn: date) -> None:
    """Three Sundays: before, on and after the day of the change."""
    week = timedelta(days=7)
    sundays = [turn, turn + week, turn + 2 * week]
    offers = opened(turn, crew(1)).desk.offers(BRAMPTON, turn, days=15)
    walls = [[start[11:16] for start in offers if start.startswith(day.isoformat())] for day in sundays]
    assert walls[0][0] < "09:00"
    assert walls[0] == walls[1] == walls[2]


def test_the_week_after_the_change_has_the_hours_it_had_in_another_product() -> None:
    case = CASES / "calcom_dst_toronto.json"
    if not case.exists():
        pytest.skip("the shared cases are not there")
    told = json.loads(case.read_text(encoding="utf-8"))
    given, expected = told["given"], told["expectFirst"]
    hours = (time.fromisoformat(given["start"]), time.fromisoformat(given["end"]))
    week = WorkPattern(therapist=Therapist(id="ana"), hours=(hours,) * len(given["days"]) + (None, None))
    zone = ZoneInfo(given["equivalentZone"])

    def shift(day: date) -> tuple[str, str] | None:
        horizon = Horizon(day, zone)
        found = week.shift_on(horizon)
        if found is None:
            return None
        begins, ends = (horizon.instant(found.begins), horizon.instant(found.ends))
        return begins.isoformat().replace("+00:00", "Z"), ends.isoformat().replace("+00:00", "Z")

    first, until = datetime.fromisoformat(given["now"]).date(), date.fromisoformat(given["until"])
    days = [shift(first + timedelta(days=k)) for k in range((until - first).days + 1)]
    worked = [day for day in days if day is not None]
    assert worked[0] == (expected["start"], expected["end"])
    assert len(worked) == told["expectDays"]
    before = told["before_change_example"]
    assert shift(date.fromisoformat(before["date"])) == (before["start"], before["end"])


@pytest.fixture
def _in_vancouver(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The machine's own clock shows the time of Vancouver."""
    monkeypatch.setenv("TZ", "America/Vancouver")
    system_time.tzset()
    yield
    monkeypatch.undo()
    system_time.tzset()


@pytest.mark.usefixtures("_in_vancouver")
def test_a_client_in_vancouver_books_toronto_time(opened: Opened) -> None:
    monday = date(2026, 11, 23)
    night = opened(monday, crew(1))
    answer = night.desk.search(BRAMPTON, monday)
    assert answer.body["timezone"] == "America/Toronto"
    (starts,) = [[slot["start"] for slot in day] for day in answer.body["data"].values()]
    assert {start[10:] for start in starts} >= {"T09:00:00-05:00", "T18:00:00-05:00"}
    assert all(start.endswith("-05:00") for start in starts)

    planner = FrontDesk(door=night.desk.door, secret=make_key(night.wiring.store, Role.PLANNER))
    visit = {
        "place": {"postal_code": BRAMPTON},
        "service": "swedish",
        "session_minutes": 60,
        "start": "2026-11-23T07:00:00-08:00",
    }
    made = planner.ask("POST", "/v1/bookings", {"client": {"ref": "anna"}, "visit": visit})
    assert (made.status, made.body["start"]) == (201, "2026-11-23T10:00:00-05:00")
    again = night.desk.search(BRAMPTON, monday)
    assert "2026-11-23T10:00:00-05:00" not in json.dumps(again.body["data"])
