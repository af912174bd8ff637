"""Rules that other products publish, and failures that they are known for, against our own search."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from api.app import create_app
from api.settings import Settings
from api.wiring import Wiring
from data.store.records import Role
from optimizer.domain.booking import Booking, Client, StartWindow
from optimizer.domain.place import Coordinate, Place
from optimizer.domain.practice import Policies, Practice, Service
from optimizer.domain.therapist import Therapist, WorkPattern
from optimizer.domain.time import MINUTE, Seconds
from tests.booking_world import TORONTO, make_key
from tests.doors import AppDoor
from tests.front_desk import FrontDesk
from tests.table_roads import TableRoads

CASES = Path(__file__).parents[3] / "shared" / "cases" / "booking"
MONDAY = date(2026, 11, 23)
BARE = Policies(
    parking=0, setup=0, consultation=0, wrap_up=0, tear_down=0, buffer_minutes=0, buffer_percent=0, notice_minutes=0
)
"""A block is its session and nothing else."""

HERE = Coordinate(lat=43.69, lng=-79.76)
THERE = Coordinate(lat=43.59, lng=-79.64)
YONDER = Coordinate(lat=43.52, lng=-79.87)


def case(name: str) -> Any:
    file = CASES / f"{name}.json"
    if not file.exists():
        pytest.skip(f"no {file}: the shared cases are not here")
    return json.loads(file.read_text(encoding="utf-8"))


@dataclass(frozen=True, kw_only=True)
class Shop:
    """A practice of one person without a home, who serves one treatment."""

    wiring: Wiring
    staff: FrontDesk

    def visit(self, at: Coordinate, start: datetime, session: Seconds) -> None:
        """A visit that is already there."""
        booking = Booking(
            id=f"at {start}",
            date=start.date(),
            client=Client(ref="x"),
            place=Place(id=f"door {start}", coordinate=at),
            service="swedish",
            session=session,
            windows=(StartWindow(earliest=start, latest=start),),
            therapist="t0",
        )
        with self.wiring.store.unit_of_work("shop") as uow:
            uow.bookings.add(booking)
            uow.commit()

    def starts(self, at: Coordinate, first: date = MONDAY, days: int = 1, *, minutes: int = 60) -> list[datetime]:
        offers = self.staff.offers("", first, days, minutes=minutes, lat=str(at.lat), lng=str(at.lng))
        return [datetime.fromisoformat(start) for start in offers]


@pytest.fixture
def open_shop(migrated_sqlite: Path, tmp_path: Path) -> Any:
    @contextmanager
    def opened(
        roads: TableRoads,
        policies: Policies = BARE,
        *,
        hours: tuple[tuple[time, time] | None, ...] = ((time(0), time(23)),) * 7,
        now: datetime = datetime(2026, 11, 20, 12, tzinfo=UTC),
        zone: ZoneInfo = TORONTO,
        lengths: tuple[int, ...] = (30, 60),
    ) -> Iterator[Shop]:
        (tmp_path / "rounds.db").write_bytes(migrated_sqlite.read_bytes())
        settings = Settings(database_url=f"sqlite:///{tmp_path / 'rounds.db'}", var=tmp_path, secret_key="not a secret")  # type: ignore[arg-type]
        wiring = Wiring(settings, clock=lambda: now, roads=roads)
        wiring.store.practices.create(Practice(id="shop", name="Shop", zone=zone, policies=policies))
        with wiring.store.unit_of_work("shop") as uow:
            uow.services.put(Service(code="swedish", name="Swedish", lengths=tuple(m * MINUTE for m in lengths)))
            uow.patterns.put(WorkPattern(therapist=Therapist(id="t0"), hours=hours))
            uow.commit()
        staff = FrontDesk(
            door=AppDoor(create_app(wiring=wiring)), secret=make_key(wiring.store, Role.PLANNER, practice="shop")
        )
        yield Shop(wiring=wiring, staff=staff)
        wiring.store.close()

    return opened


def roads(minutes: Mapping[tuple[str, str], int] | None = None) -> TableRoads:
    return TableRoads(points={"here": HERE, "there": THERE, "yonder": YONDER}, minutes=minutes or {})


def monday(wall: str) -> datetime:
    return datetime.combine(MONDAY, time.fromisoformat(wall), TORONTO)


def test_the_vendors_worked_example_of_travel_between_appointments(open_shop: Any) -> None:
    found = case("hitappoint_travel_slots")
    drives = found["travelMinutes"]
    table = roads(
        {("here", "there"): drives["Gilbert-Scottsdale"], ("here", "yonder"): drives["Gilbert-Mesa"]},
    )
    (existing,) = found["existing"]
    with open_shop(table) as shop:
        start, end = monday(existing["start"]), monday(existing["end"])
        shop.visit(HERE, start, int((end - start).total_seconds()))
        length = timedelta(minutes=found["durationMinutes"])
        scottsdale, mesa = shop.starts(THERE), shop.starts(YONDER)
        assert min(s for s in scottsdale if s >= end) == monday(found["expect"]["Scottsdale"]["firstAfter"])
        assert max(s + length for s in scottsdale if s < start) == monday(found["expect"]["Scottsdale"]["mustEndBy"])
        assert min(s for s in mesa if s >= end) == monday(found["expect"]["Mesa"]["firstAfter"])


def test_a_slot_that_nobody_can_physically_reach_is_hidden(open_shop: Any) -> None:
    """The two rules of the feature request, between two appointments and before the end of the day."""
    assert len(case("calcom_21376_travel_rule")["rule"]) == 2
    drive = 40
    with open_shop(roads({("here", "there"): drive}), hours=((time(9), time(17)),) * 7) as shop:
        for wall in ("10:00", "13:30"):
            shop.visit(HERE, monday(wall), 60 * MINUTE)
        offered = set(shop.starts(THERE))
    taken = [(monday(wall), monday(wall) + timedelta(hours=1)) for wall in ("10:00", "13:30")]
    travel, hour = timedelta(minutes=drive), timedelta(hours=1)
    grid = [monday("00:00") + timedelta(minutes=15 * k) for k in range(96)]
    reachable = {
        start
        for start in grid
        if monday("09:00") <= start
        and start + hour <= monday("17:00")
        and all(end + travel <= start or start + hour + travel <= begin for begin, end in taken)
    }
    assert offered == reachable


def test_what_follows_one_visit_and_leads_to_the_next_adds_up(open_shop: Any) -> None:
    stacked, one_event, _ours = case("buffer_stacking")["cases"]
    with_buffers = Policies(
        parking=0, setup=stacked["beforeB"] * MINUTE, consultation=0, wrap_up=0, tear_down=stacked["afterA"] * MINUTE,
        buffer_minutes=0, buffer_percent=0, notice_minutes=0,
    )  # fmt: skip
    with open_shop(roads(), with_buffers) as shop:
        shop.visit(HERE, monday("10:00"), 60 * MINUTE)
        after = min(start for start in shop.starts(THERE) if start > monday("10:00"))
        assert after - monday("11:00") == timedelta(minutes=stacked["expectGapMinutes"])
    assert (one_event["pre"], one_event["post"]) == (15, 30)


def test_a_visit_with_its_own_time_before_and_after_leaves_the_start_that_was_asked_for(open_shop: Any) -> None:
    wanted = case("buffer_stacking")["cases"][1]
    policies = Policies(
        parking=0, setup=wanted["pre"] * MINUTE, consultation=0, wrap_up=0, tear_down=wanted["post"] * MINUTE,
        buffer_minutes=0, buffer_percent=0, notice_minutes=0,
    )  # fmt: skip
    with open_shop(roads(), policies) as shop:
        first, last = (monday(wall) for wall in wanted["booking"])
        shop.visit(HERE, first, int((last - first).total_seconds()))
        assert min(s for s in shop.starts(THERE, minutes=30) if s > first) == monday(wanted["expectNextStart"])


@pytest.mark.parametrize("number", range(3))
def test_a_marketplaces_rule_of_the_buffer_is_one_of_our_policies(open_shop: Any, number: int) -> None:
    """Its figure times 1.2 plus so many minutes: ours are `buffer_percent` and `buffer_minutes`, once a leg."""
    found = case("urban_massage_buffer")
    example = found["examples"][number]
    assert "*1.2 + " in found["rule"][example["mode"]]
    minutes = int(found["rule"][example["mode"]].split("+ ")[1])
    policies = Policies(
        parking=0, setup=0, consultation=0, wrap_up=0, tear_down=0, notice_minutes=0, grid_minutes=1,
        buffer_minutes=minutes, buffer_percent=20,
    )  # fmt: skip
    with open_shop(roads({("here", "there"): example["router"]}), policies) as shop:
        shop.visit(HERE, monday("10:00"), 60 * MINUTE)
        after = min(start for start in shop.starts(THERE) if start > monday("10:00"))
    assert after - monday("11:00") == timedelta(minutes=example["expect"])


def test_a_start_is_on_the_way_up_to_the_detour_that_the_practice_says_and_the_cheapest_comes_first(
    open_shop: Any,
) -> None:
    """Nobody drives from or to a home: twenty minutes are the whole detour, and what is idle beside it is the rest."""
    for minutes, is_near in ((20, True), (19, False)):
        with open_shop(roads({("here", "there"): 20}), replace(BARE, on_the_way_minutes=minutes)) as shop:
            shop.visit(HERE, monday("12:00"), 60 * MINUTE)
            asked = {"lat": str(THERE.lat), "lng": str(THERE.lng), "sort": "best"}
            slots = shop.staff.search("", MONDAY, **asked).body["data"][f"{MONDAY}"]
            assert {slot["on_the_way"] for slot in slots} == {is_near}
        best = [datetime.fromisoformat(slot["start"]) for slot in slots]
        midnight, ends, hour = monday("00:00"), monday("23:00"), timedelta(hours=1)
        gaps = [(midnight, monday("12:00") - timedelta(minutes=20)), (monday("13:20"), ends)]
        idle = {s: min(min(s - first, last - hour - s) for first, last in gaps if first <= s <= last) for s in best}
        assert best == sorted(best, key=lambda start: (idle[start], start))


def test_working_hours_stay_on_the_wall_clock_when_the_clocks_change(open_shop: Any) -> None:
    given, expected, before = (
        case("calcom_dst_toronto")[key] for key in ("given", "expectFirst", "before_change_example")
    )
    zone = ZoneInfo(given["timeZone"])
    assert given["equivalentZone"] == "America/Toronto"
    open_, close = (time.fromisoformat(given[key]) for key in ("start", "end"))
    hours = tuple(
        (open_, close) if name in given["days"] else None for name in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    )
    now = datetime.fromisoformat(given["now"])
    until = date.fromisoformat(given["until"])
    with open_shop(roads(), hours=hours, now=now, zone=zone) as shop:
        first = now.astimezone(zone).date()
        starts = shop.starts(HERE, first, (until - first).days + 1)
    assert starts[0] == datetime.fromisoformat(expected["start"])
    by_day: dict[date, list[datetime]] = {}
    for start in starts:
        by_day.setdefault(start.date(), []).append(start)
    assert max(by_day[starts[0].date()]) + timedelta(hours=1) == datetime.fromisoformat(expected["end"])
    assert len(by_day) == given.get("expectDays", case("calcom_dst_toronto")["expectDays"])
    week_before = datetime.fromisoformat(before["start"]) - timedelta(days=1)
    with open_shop(roads(), hours=hours, now=week_before, zone=zone) as shop:
        friday = shop.starts(HERE, date.fromisoformat(before["date"]))
    assert friday[0] == datetime.fromisoformat(before["start"])
    assert friday[-1] + timedelta(hours=1) == datetime.fromisoformat(before["end"])


ALL_NIGHT = ((time(0), time(6)),) * 7


def test_no_start_is_offered_at_a_time_that_the_clocks_skip(open_shop: Any) -> None:
    with open_shop(roads(), hours=ALL_NIGHT, now=datetime(2027, 3, 10, tzinfo=UTC)) as shop:
        walls = [f"{start:%H:%M}" for start in shop.starts(HERE, date(2027, 3, 14), minutes=30)]
    assert "02:30" not in walls
    assert walls[walls.index("01:45") + 1] == "03:00"
    assert walls[-1] == "05:30"


def test_a_time_that_happens_twice_is_offered_twice(open_shop: Any) -> None:
    with open_shop(roads(), hours=ALL_NIGHT, now=datetime(2026, 10, 30, tzinfo=UTC)) as shop:
        starts = [start.isoformat() for start in shop.starts(HERE, date(2026, 11, 1), minutes=30)]
    half_past_one = [start for start in starts if "T01:30" in start]
    assert half_past_one == ["2026-11-01T01:30:00-04:00", "2026-11-01T01:30:00-05:00"]


def test_both_half_past_ones_can_be_booked(open_shop: Any) -> None:
    with open_shop(roads(), hours=ALL_NIGHT, now=datetime(2026, 10, 30, tzinfo=UTC)) as shop:
        point = {"lat": str(HERE.lat), "lng": str(HERE.lng)}
        offers = shop.staff.offers("", date(2026, 11, 1), minutes=30, **point)
        twice = [offer for start, offer in offers.items() if "T01:30" in start]
        assert [shop.staff.hold(offer).status for offer in twice] == [201, 201]


def test_a_client_in_vancouver_books_the_time_in_toronto(open_shop: Any) -> None:
    with open_shop(roads(), hours=((time(9), time(17)),) * 7) as shop:
        visit = {
            "place": {"lat": HERE.lat, "lng": HERE.lng},
            "service": "swedish",
            "session_minutes": 60,
            "start": "2026-11-23T07:00:00-08:00",
        }
        made = shop.staff.ask("POST", "/v1/bookings", {"client": {"ref": "vancouver"}, "visit": visit})
        assert made.body["start"] == "2026-11-23T10:00:00-05:00"
        assert monday("10:00") not in shop.starts(HERE)
        late = visit | {"start": "2026-11-22T22:00:00-08:00"}
        refused = shop.staff.ask("POST", "/v1/bookings", {"client": {"ref": "vancouver"}, "visit": late})
        assert refused.status == 409
