"""What the clock decides, asked of the built server on both stores: it goes by a clock that the test sets."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from data.geocoding.chain import build_geocoder
from data.store.records import Role
from data.store.store import open_store
from tests.booking_world import BRAMPTON, GUELPH, MONDAY, NOW, Person, make_key, open_practice
from tests.faults.test_booking_when_clocks_change import AUTUMN, DOOR, SPRING
from tests.front_desk import FrontDesk
from tests.serving import serving, set_clock
from tests.stored_days import violations

pytestmark = pytest.mark.slow

SECOND = timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True)
class Practice:
    """Ana works by night, Bo by day. One frontend, one planner."""

    public: FrontDesk
    staff: FrontDesk
    clock: Path

    def is_now(self, now: datetime) -> None:
        set_clock(self.clock, now)


@pytest.fixture
def practice(url: str, tmp_path: Path) -> Iterator[Practice]:
    people = (Person(id="ana", hours=(time(0), time(7))), Person(id="bo"))
    with open_store(url) as store:
        open_practice(store, build_geocoder(), people)
        public, staff = make_key(store, Role.BOOKING), make_key(store, Role.PLANNER)
    clock = tmp_path / "clock"
    set_clock(clock, NOW)
    with serving(url, tmp_path / "var", workers=2, clock=clock) as server:
        yield Practice(
            public=FrontDesk(door=server.door, secret=public),
            staff=FrontDesk(door=server.door, secret=staff),
            clock=clock,
        )


def test_on_the_two_nights_on_which_clocks_are_turned_every_start_is_a_time_that_there_is(
    practice: Practice, url: str
) -> None:
    practice.is_now(_noon_before(AUTUMN))
    offers = practice.public.offers(BRAMPTON, AUTUMN, minutes=30, therapist="ana", **DOOR)
    twice = ["2026-11-01T01:30:00-04:00", "2026-11-01T01:30:00-05:00"]
    assert [start for start in offers if start.startswith("2026-11-01T01:30")] == twice
    booked = [practice.public.confirm(practice.public.hold(offers[start]).body["hold_id"]).body for start in twice]
    assert [each["start"] for each in booked] == twice
    with open_store(url) as store:
        assert violations(store, "north", AUTUMN, AUTUMN) == []

    practice.is_now(_noon_before(SPRING))
    starts = practice.public.offers(BRAMPTON, SPRING, minutes=30, therapist="ana")
    assert {"2027-03-14T01:30:00-05:00", "2027-03-14T03:30:00-04:00"} <= starts.keys()
    assert not [start for start in starts if start.startswith("2027-03-14T02:")]

    walls = [
        [start[11:] for start in practice.public.offers(BRAMPTON, day, therapist="bo")]
        for day in (SPRING - timedelta(days=1), SPRING, SPRING + timedelta(days=1))
    ]
    assert [wall[:8] for wall in walls[0]] == [wall[:8] for wall in walls[1]] == [wall[:8] for wall in walls[2]]
    assert walls[0][0].endswith("-05:00")
    assert walls[2][0].endswith("-04:00")


def test_a_client_whose_clock_shows_vancouver_books_toronto_time(practice: Practice) -> None:
    visit = {
        "place": {"postal_code": BRAMPTON}, "service": "swedish", "session_minutes": 60,
        "start": f"{MONDAY}T07:00:00-08:00", "therapist": {"require": ["bo"]},
    }  # fmt: skip
    made = practice.staff.ask("POST", "/v1/bookings", {"client": {"ref": "anna"}, "visit": visit})
    assert (made.status, made.body["start"]) == (201, f"{MONDAY}T10:00:00-05:00")


@pytest.mark.parametrize(
    ("late", "lapsed"), [(-SECOND, False), (timedelta(0), True), (SECOND, True)], ids=["TTL-1", "TTL", "TTL+1"]
)
def test_a_hold_counts_until_the_second_it_expires_and_after_that_only_where_its_place_is_free(
    practice: Practice, late: timedelta, lapsed: bool
) -> None:
    offers = practice.public.offers(BRAMPTON, MONDAY, therapist="bo")
    far = practice.public.offers(GUELPH, MONDAY, therapist="bo")[f"{MONDAY}T11:30:00-05:00"]
    free, wanted = (practice.public.hold(offers[f"{MONDAY}T{wall}:00-05:00"]) for wall in ("16:00", "10:00"))
    assert (free.status, wanted.status) == (201, 201)

    practice.is_now(datetime.fromisoformat(wanted.body["expires_at"]) + late)
    rival = practice.public.hold(far)  # no overlap, but no time to drive there either
    assert (rival.status, rival.code) == ((201, "") if lapsed else (409, "route_infeasible"))
    answer = practice.public.confirm(wanted.body["hold_id"])
    assert (answer.status, answer.code) == ((410, "hold_expired") if lapsed else (201, ""))
    assert practice.public.confirm(free.body["hold_id"]).status == 201


def _noon_before(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC) - timedelta(days=4)
