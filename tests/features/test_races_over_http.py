"""The same races against the built server: gunicorn with several workers, over HTTP, on both stores."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data.geocoding.chain import build_geocoder
from data.store.records import Role
from data.store.store import open_store
from tests.booking_world import MONDAY, NOW, TORONTO, crew, make_key, open_practice
from tests.features.races import ONE_START, TOO_FAR_APART, Goal, attempt, draw, let_lapse, take_up_again, therapist_days
from tests.front_desk import FrontDesk
from tests.serving import serving, set_clock
from tests.stored_days import booked, violations

pytestmark = pytest.mark.slow

RACERS = 8


@pytest.mark.parametrize(
    ("people", "rounds"),
    [(6, 12), pytest.param(20, 400, marks=pytest.mark.marathon)],
    ids=["short", "long"],
)
@pytest.mark.parametrize("goals", [ONE_START, TOO_FAR_APART], ids=["one start", "two starts too far apart"])
def test_clients_of_a_server_with_four_workers_race_and_no_day_breaks(
    url: str, tmp_path: Path, goals: tuple[Goal, ...], people: int, rounds: int
) -> None:
    with open_store(url) as store:
        open_practice(store, build_geocoder(), crew(people))
        secret = make_key(store, Role.BOOKING)
    first = datetime.now(UTC).astimezone(TORONTO).date() + timedelta(days=3)
    days = therapist_days(people, first, rounds)

    with serving(url, tmp_path / "var", workers=4) as server, ThreadPoolExecutor(RACERS) as pool:
        desk = FrontDesk(door=server.door, secret=secret)
        outcomes = [
            list(pool.map(lambda racer: attempt(desk, racer[1], f"client-{racer[0]}"), enumerate(offers)))
            for offers in draw(desk, days, goals, RACERS)
        ]

    with open_store(url) as store:
        stored = booked(store, "north", first, days[-1][1])
        assert [[end.booking_id for end in ends if end.booking_id] for ends in outcomes] == [
            [booking.id for booking in stored.get(day, ())] for day in days
        ]
        assert all(len(bookings) == 1 for bookings in stored.values())
        assert len(stored) == rounds
        assert violations(store, "north", first, days[-1][1]) == []


def test_clients_of_a_server_race_with_lapsed_holds_and_one_is_booked_where_one_visit_a_day_is_made(
    url: str, tmp_path: Path
) -> None:
    with open_store(url) as store:
        practice = open_practice(store, build_geocoder(), crew(5))
        store.practices.put(replace(practice, policies=replace(practice.policies, visits_a_day=1)))
        secret = make_key(store, Role.BOOKING)
    dates, clock = [MONDAY + timedelta(days=ahead) for ahead in range(8)], tmp_path / "clock"
    set_clock(clock, NOW)

    with serving(url, tmp_path / "var", workers=4, clock=clock) as server, ThreadPoolExecutor(RACERS) as pool:
        desk = FrontDesk(door=server.door, secret=secret)
        lapsed = let_lapse(desk, ["t0", "t1", "t2", "t3"], dates, lambda now: set_clock(clock, now))
        offers = draw(desk, [("t4", day) for day in dates], ONE_START, racers=RACERS - 4)
        for holds, fresh in zip(lapsed, offers, strict=True):
            again = [pool.submit(take_up_again, desk, hold, "client") for hold in holds]
            new = [pool.submit(attempt, desk, offer, "client") for offer in fresh]
            assert sum(bool(each.result().booking_id) for each in (*again, *new)) == 1

    with open_store(url) as store:
        assert sorted(day for _, day in booked(store, "north", MONDAY, dates[-1])) == dates
