"""What is offered over HTTP is exactly what some order of a day can keep: every order is tried, the checker judges."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import permutations
from pathlib import Path
from random import Random

import pytest

from api.services.day_problem import StoredDay, day_problem
from data.roads.estimate import EstimateSource
from optimizer.domain.booking import Booking, Client, StartWindow
from optimizer.domain.place import Coordinate, Place
from optimizer.domain.practice import Practice
from optimizer.domain.therapist import Limits, WallBreak
from optimizer.domain.time import HOUR, MINUTE, Horizon
from optimizer.schedule.evaluate import evaluate
from tests.booking_world import LUNCH, MONDAY, SWEDISH, Person
from tests.features.clinic import Clinic, open_clinic

DAYS = (MONDAY, date(2027, 3, 14), date(2026, 11, 29), date(2026, 12, 24))
"""A workday, one on which the clocks change, a Sunday, a Thursday."""


@pytest.mark.parametrize("seed", range(12))
def test_the_starts_offered_are_those_that_some_order_of_the_whole_day_keeps(
    migrated_sqlite: Path, tmp_path: Path, seed: int
) -> None:
    rng = Random(seed)
    day = DAYS[seed % len(DAYS)]
    url = f"sqlite:///{tmp_path / 'rounds.db'}"
    (tmp_path / "rounds.db").write_bytes(migrated_sqlite.read_bytes())
    with open_clinic(url, tmp_path / "var", [_person(rng, f"t{k}") for k in range(rng.randint(1, 2))]) as clinic:
        practice = clinic.store.practices.get("north")
        practice = replace(practice, policies=replace(practice.policies, grid_minutes=30, horizon_days=365))
        clinic.store.practices.put(practice)
        bookings = _bookings(rng, clinic, practice, day)
        where = _place(rng, "new")
        asked = {"lat": str(where.coordinate.lat), "lng": str(where.coordinate.lng)}  # type: ignore[union-attr]
        first_visit = rng.random() < 0.3
        offered = clinic.staff.offers("", day, **asked, first_visit=str(first_visit).lower())
        horizon = Horizon(day, practice.zone)
        grid = [horizon.local(instant) for instant in range(0, horizon.length, 30 * MINUTE)]
        possible = [
            start.isoformat() for start in grid if _can_be_kept(clinic, practice, bookings, where, start, first_visit)
        ]
        assert list(offered) == possible


def test_the_random_days_are_neither_all_open_nor_all_full(migrated_sqlite: Path, tmp_path: Path) -> None:
    """So that the comparison above is about something."""
    counts = []
    for seed in range(8):
        rng = Random(seed)
        file = tmp_path / f"{seed}.db"
        file.write_bytes(migrated_sqlite.read_bytes())
        people = [_person(rng, f"t{k}") for k in range(rng.randint(1, 2))]
        with open_clinic(f"sqlite:///{file}", tmp_path / f"var{seed}", people) as clinic:
            practice = clinic.store.practices.get("north")
            policies = replace(practice.policies, grid_minutes=30, horizon_days=365)
            clinic.store.practices.put(replace(practice, policies=policies))
            day = DAYS[seed % len(DAYS)]
            _bookings(rng, clinic, practice, day)
            point = _place(rng, "new").coordinate
            assert point is not None
            counts.append(len(clinic.staff.offers("", day, lat=str(point.lat), lng=str(point.lng))))
    assert min(counts) < 10 < max(counts)


def _person(rng: Random, name: str) -> Person:
    return Person(
        id=name,
        gender=rng.choice(("female", "male")),
        hours=(time(rng.randint(8, 9)), time(rng.randint(15, 19))),
        breaks=rng.choice(((), (), (LUNCH,), (WallBreak(earliest=time(10), latest=time(15), minutes=45),))),
        limits=Limits(
            visits=rng.choice((None, 4)),
            hands_on=rng.choice((None, 4 * HOUR)),
            driving=rng.choice((None, 2 * HOUR, 3 * HOUR)),
            longest_drive=rng.choice((None, None, 45 * MINUTE)),
        ),
        travel_percent=rng.choice((None, 70, 100, 125, 150)),
    )


def _place(rng: Random, name: str) -> Place:
    """A point in Brampton, Mississauga or Milton."""
    lat, lng = rng.choice(((43.69, -79.76), (43.59, -79.64), (43.52, -79.87)))
    lat, lng = round(lat + rng.uniform(-0.02, 0.02), 5), round(lng + rng.uniform(-0.02, 0.02), 5)
    return Place(id=name, coordinate=Coordinate(lat=lat, lng=lng))


def _bookings(rng: Random, clinic: Clinic, practice: Practice, day: date) -> list[Booking]:
    """Up to four visits a therapist, put on their agendas as they are: a day may well be impossible."""
    made: list[Booking] = []
    with clinic.store.unit_of_work("north") as uow:
        for pattern in uow.patterns.list():
            taken: set[int] = set()
            for _ in range(rng.randint(1, 4)):
                hour = rng.choice([hour for hour in (9, 11, 13, 15) if hour not in taken])
                taken.add(hour)
                earliest = datetime.combine(day, time(hour, rng.choice((0, 30))), practice.zone)
                length = timedelta(minutes=rng.choice((0, 0, 60, 180)))
                booking = Booking(
                    id=f"{pattern.therapist.id}-{hour}",
                    date=day,
                    client=Client(ref="x"),
                    place=_place(rng, f"door {pattern.therapist.id} {hour}"),
                    service="swedish",
                    session=rng.choice((30, 60)) * MINUTE,
                    windows=(StartWindow(earliest=earliest, latest=earliest + length),),
                    therapist=pattern.therapist.id,
                )
                uow.bookings.add(booking)
                made.append(booking)
        uow.commit()
    return made


def _can_be_kept(
    clinic: Clinic, practice: Practice, bookings: list[Booking], where: Place, start: datetime, first_visit: bool
) -> bool:
    """Does some therapist have an order of the whole day to which the checker has no objection?"""
    if start < clinic.now + timedelta(minutes=practice.policies.notice_minutes):
        return False
    new = Booking(
        id="new",
        date=start.date(),
        client=Client(ref="new"),
        place=where,
        service="swedish",
        session=HOUR,
        windows=(StartWindow(earliest=start, latest=start),),
        first_visit=first_visit,
    )
    with clinic.store.unit_of_work("north", write=False) as uow:
        patterns = uow.patterns.list()
    for pattern in patterns:
        mine = [booking for booking in bookings if booking.therapist == pattern.therapist.id]
        day = StoredDay(
            practice=practice,
            date=start.date(),
            services=(SWEDISH,),
            patterns=(pattern,),
            bookings=(*mine, new),
        )
        problem = day_problem(day, EstimateSource())
        ids = [visit.id for visit in problem.visits]
        if any(not evaluate(problem, {pattern.therapist.id: order}).violations for order in permutations(ids)):
            return True
    return False
