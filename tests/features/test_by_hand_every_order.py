"""Whether a day can keep a visit put there by hand: the answer of the door against every order, judged one by one."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from random import Random

import pytest

from api.services.day_problem import StoredDay, day_problem
from optimizer.domain.booking import StartWindow
from optimizer.domain.visit import Pin
from optimizer.schedule.evaluate import evaluate
from tests.booking_world import BRAMPTON, GUELPH, MILTON, MONDAY, Person
from tests.features.clinic import Clinic, at, open_clinic
from tests.features.test_by_hand import booked, day, place, proposal, who

PEOPLE = (Person(id="t0"), Person(id="t1", travel_percent=130))
WALLS = ("08:00", "09:30", "10:10", "11:00", "12:40", "14:00", "16:30", "18:45")


@pytest.fixture
def clinic(url: str, tmp_path: Path) -> Iterator[Clinic]:
    with open_clinic(url, tmp_path, PEOPLE) as opened:
        yield opened


def fill(clinic: Clinic, seed: int) -> list[str]:
    """Five visits here and there, some with a fixed start, on whosever day they fit."""
    rolled = Random(seed)
    names = []
    for number in range(5):
        hour = rolled.randrange(8, 18)
        width = rolled.choice([0, 0, 45, 180])
        last = min(19 * 60, hour * 60 + width)
        window = (f"{hour:02d}:00", f"{last // 60:02d}:{last % 60:02d}") if width else (f"{hour:02d}:00",) * 2
        town = rolled.choice([BRAMPTON, GUELPH, MILTON])
        try:
            names.append(booked(clinic, f"v{number}", town, window))
        except AssertionError:
            continue  # nobody's day could keep this one
    return names


def some_order_keeps_it(clinic: Clinic, name: str, therapist: str, wall: str) -> bool:
    """Brute force, with the independent judge."""
    start = at(MONDAY, wall)
    parts = clinic.wiring
    with clinic.store.unit_of_work("north", write=False) as uow:
        visit = uow.bookings.get(name)
        others = [each for each in uow.bookings.on(MONDAY) if each.therapist == therapist and each.id != name]
        moved = replace(
            visit,
            therapist=therapist,
            windows=(StartWindow(earliest=start, latest=start),),
            pinned=Pin(therapist=therapist),
        )
        stored = StoredDay(
            practice=uow.practice(),
            date=MONDAY,
            services=uow.services.list(),
            patterns=tuple(pattern for pattern in uow.patterns.list() if pattern.therapist.id == therapist),
            bookings=(*others, moved),
        )
    problem = day_problem(stored, parts.roads)
    orders = permutations([each.id for each in stored.bookings])
    return any(not evaluate(problem, {therapist: order}).violations for order in orders)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_a_place_is_free_exactly_when_some_order_of_the_day_keeps_it(clinic: Clinic, seed: int) -> None:
    names = fill(clinic, seed)
    assert len(names) >= 3
    for name in names:
        for therapist in ("t0", "t1"):
            for wall in WALLS:
                told = proposal(clinic, name, therapist, wall)
                assert told["fits"] == some_order_keeps_it(clinic, name, therapist, wall), (name, therapist, wall)
                assert told["fits"] == (not told["broken"])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_however_visits_are_carried_about_no_promise_is_broken(clinic: Clinic, seed: int) -> None:
    rolled = Random(seed)
    names = fill(clinic, seed)
    done = 0
    for _ in range(25):
        name, therapist, wall = rolled.choice(names), rolled.choice(["t0", "t1"]), rolled.choice([None, *WALLS])
        answer = place(clinic, name, therapist, wall, new_promise=True)
        if answer.status == 200:
            done += 1
            assert who(clinic, name) == therapist
            assert wall is None or day(clinic, therapist)[name] == wall
        for each in ("t0", "t1"):
            found = clinic.staff.ask("GET", f"/v1/itineraries/{each}/{MONDAY}")
            assert found.status == 404 or found.body["broken"] == []
    assert done >= 5
