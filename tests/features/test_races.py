"""Whoever races for one promise: one winner, and a day that can be driven. On both stores, by eight processes."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from api.app import create_app
from api.wiring import Wiring
from data.store.records import Role
from tests.booking_world import MONDAY, NOW, crew, make_key, open_practice
from tests.doors import AppDoor
from tests.features.races import (
    ONE_START,
    TOO_FAR_APART,
    Contest,
    Goal,
    draw,
    let_lapse,
    race,
    settings_of,
    therapist_days,
    touch,
)
from tests.front_desk import FrontDesk
from tests.stored_days import booked, violations

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("people", "rounds"),
    [(8, 40), pytest.param(20, 400, marks=pytest.mark.marathon)],
    ids=["short", "long"],
)
@pytest.mark.parametrize("goals", [ONE_START, TOO_FAR_APART], ids=["one start", "two starts too far apart"])
def test_of_eight_who_race_for_what_one_can_have_exactly_one_gets_it(
    url: str, tmp_path: Path, goals: tuple[Goal, ...], people: int, rounds: int
) -> None:
    settings = settings_of(url, tmp_path / "var")
    parts = Wiring(settings, clock=lambda: NOW)
    open_practice(parts.store, parts.geocoder, crew(people))
    secret = make_key(parts.store, Role.BOOKING)
    days = therapist_days(people, MONDAY, rounds)
    desk = FrontDesk(door=AppDoor(create_app(wiring=parts)), secret=secret)
    offers = draw(desk, days, goals)
    touch(desk, [first for first, *_ in offers])

    outcomes = race(Contest(settings=settings, secret=secret, offers=offers))

    last = days[-1][1]
    stored = booked(parts.store, "north", MONDAY, last)
    assert sorted(stored) == sorted(days)
    for day, ends in zip(days, outcomes, strict=True):
        assert [end.booking_id for end in ends if end.booking_id] == [booking.id for booking in stored[day]]
        assert {end.refusal for end in ends if not end.booking_id} <= {"slot_taken", "route_infeasible"}
    assert violations(parts.store, "north", MONDAY, last) == []
    parts.store.close()


def test_of_lapsed_holds_and_new_ones_one_is_booked_where_the_practice_makes_one_visit_a_day(
    url: str, tmp_path: Path
) -> None:
    """Four confirm what has lapsed, each with a therapist of their own; four more take up offers of a fifth."""
    settings, now = settings_of(url, tmp_path / "var"), [NOW]
    parts = Wiring(settings, clock=lambda: now[-1])
    practice = open_practice(parts.store, parts.geocoder, crew(5))
    parts.store.practices.put(replace(practice, policies=replace(practice.policies, visits_a_day=1)))
    secret = make_key(parts.store, Role.BOOKING)
    desk = FrontDesk(door=AppDoor(create_app(wiring=parts)), secret=secret)
    dates = [MONDAY + timedelta(days=ahead) for ahead in range(12)]
    lapsed = let_lapse(desk, ["t0", "t1", "t2", "t3"], dates, now.append)
    offers = draw(desk, [("t4", day) for day in dates], ONE_START)

    outcomes = race(Contest(settings=settings, secret=secret, offers=offers, lapsed=lapsed))

    stored = booked(parts.store, "north", MONDAY, dates[-1])
    assert sorted(day for _, day in stored) == dates
    for ends, (booking,) in zip(outcomes, (stored[key] for key in sorted(stored, key=lambda key: key[1])), strict=True):
        assert [end.booking_id for end in ends if end.booking_id] == [booking.id]
        assert {end.refusal for end in ends if not end.booking_id} <= {"hold_expired", "slot_taken"}
    parts.store.close()
