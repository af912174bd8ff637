"""A life-size practice: 20 therapists around Brampton with two full weeks ahead of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

import numpy as np

from api.auth import hash_key, new_key
from data.geocoding.service_area import embedded as service_area
from data.roads.estimate import EstimateSource
from data.store.records import ApiKey, Role
from data.store.store import Store
from optimizer.domain.booking import Booking, Client, StartWindow
from optimizer.domain.place import Coordinate, Place
from optimizer.domain.practice import Policies, Practice, Service
from optimizer.domain.therapist import Shift, Therapist, WallBreak, WorkPattern
from optimizer.domain.time import HOUR, MINUTE, Horizon, TimeWindow
from optimizer.domain.visit import Visit
from optimizer.schedule.problem import Problem
from optimizer.schedule.slots import Board, OpenDay
from optimizer.schedule.world import NEVER
from optimizer.travel.times import BufferPolicy
from tests.builders import TORONTO

ID = "busy"
FIRST = date(2026, 11, 23)
DAYS = 14
THERAPISTS = 20
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SERVICE = Service(code="swedish", name="Swedish", lengths=(45 * MINUTE, HOUR))
BRAMPTON = Coordinate(lat=43.6858, lng=-79.7599)
GRID = np.arange(7 * HOUR, 21 * HOUR, 15 * MINUTE, dtype=np.int64)
ROADS, BUFFER = EstimateSource(), BufferPolicy(minutes=5, percent=10)


@dataclass(frozen=True, kw_only=True)
class TherapistDay:
    shift: Shift
    horizon: Horizon
    visits: tuple[Visit, ...]

    def problem(self) -> Problem:
        home = self.shift.start_place
        places = {place.id: place for place in (home, *(visit.place for visit in self.visits)) if place is not None}
        travel = ROADS.travel_times(tuple(places.values()), self.horizon, BUFFER)
        return Problem(horizon=self.horizon, shifts=(self.shift,), visits=self.visits, travel=travel)


def somewhere(rng: Random, around: Coordinate = BRAMPTON, spread: float = 0.08) -> Coordinate:
    """A point of the service area."""
    while True:
        point = Coordinate(lat=around.lat + rng.gauss(0, spread), lng=around.lng + rng.gauss(0, 1.4 * spread))
        if point in service_area():
            return point


def patterns(rng: Random) -> tuple[WorkPattern, ...]:
    """Everybody works every day from eight to eight, with half an hour's break."""
    return tuple(
        WorkPattern(
            therapist=Therapist(id=f"t{k:02}", name=f"Therapist {k}", gender=rng.choice(("female", "male"))),
            hours=((time(8), time(20)),) * 7,
            start_place=(home := Place(id=f"home {k}", coordinate=somewhere(rng))),
            end_place=home,
            breaks=(WallBreak(earliest=time(11, 30), latest=time(14), minutes=30),),
        )
        for k in range(THERAPISTS)
    )


def fill(rng: Random, pattern: WorkPattern, day: date, visits: int) -> TherapistDay:
    """Book clients near the therapist one after the other, each at one of the cheaper starts that are left."""
    horizon = Horizon(day, TORONTO)
    shift, home = pattern.shift_on(horizon), pattern.start_place
    assert shift is not None
    assert home is not None
    assert home.coordinate is not None
    filled = TherapistDay(shift=shift, horizon=horizon, visits=())
    for attempt in range(4 * visits):
        if len(filled.visits) == visits:
            break
        name = f"{shift.id} {day} {attempt}"
        asked = Visit(
            id=name,
            place=Place(id=f"door {name}", coordinate=somewhere(rng, home.coordinate, 0.03)),
            service=SERVICE.code,
            session=rng.choice(SERVICE.lengths),
            windows=(),
            parking=Policies().parking,
            setup=Policies().setup,
            wrap_up=Policies().wrap_up,
            tear_down=Policies().tear_down,
        )
        board = Board.of([OpenDay.of(filled.problem(), "day")])
        spokes = dict.fromkeys(board.kinds, ROADS.spokes(asked.place, board.stops, horizon, BUFFER))
        added = board.openings(asked, [True], spokes, [GRID]).added[0]
        cheap = [int(column) for column in np.argsort(added, kind="stable")[:8] if added[column] < NEVER]
        if cheap:
            start = int(GRID[rng.choice(cheap)])
            filled = replace(filled, visits=(*filled.visits, replace(asked, windows=(TimeWindow(start, start),))))
    return filled


def two_weeks(seed: int = 1) -> tuple[tuple[WorkPattern, ...], tuple[TherapistDay, ...]]:
    """Five to six visits on each of 280 therapist-days."""
    rng = Random(seed)
    people = patterns(rng)
    dates = [FIRST + timedelta(days=ahead) for ahead in range(DAYS)]
    return people, tuple(fill(rng, pattern, day, rng.choice((5, 6))) for day in dates for pattern in people)


def write(store: Store, people: Sequence[WorkPattern], days: Sequence[TherapistDay]) -> dict[Role, str]:
    """Put it all in a store; the secrets of a key for the public and one for staff."""
    store.practices.create(Practice(id=ID, name="Busy", zone=TORONTO))
    with store.unit_of_work(ID) as uow:
        uow.services.put(SERVICE)
        for pattern in people:
            uow.patterns.put(pattern)
        for day in days:
            for visit in day.visits:
                start = day.horizon.instant(visit.windows[0].earliest)
                uow.bookings.add(
                    Booking(
                        id=visit.id,
                        date=day.horizon.date,
                        client=Client(ref=visit.id),
                        place=visit.place,
                        service=visit.service,
                        session=visit.session,
                        windows=(StartWindow(earliest=start, latest=start),),
                        therapist=day.shift.id,
                    )
                )
        uow.commit()
    secrets = {}
    for role in (Role.BOOKING, Role.PLANNER):
        secret = new_key()
        key = ApiKey(id=f"key {role.value}", practice_id=ID, role=role, created_at=NOW)
        store.keys.create(key, secret_hash=hash_key(secret))
        secrets[role] = secret
    return secrets
