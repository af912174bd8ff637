"""What a search tells the public of other clients: no more than the cell they live in, whatever is asked."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode

import pytest

from api.app import create_app
from api.services.doors import NOBODYS
from api.services.searching import Wanted, located
from api.settings import Settings
from api.wiring import Wiring
from data.geocoding.geocoder import PlaceQuery
from data.geocoding.service_area import embedded as service_area
from data.roads.estimate import EstimateSource
from data.roads.snapped import SnappedRoads
from data.store.migrate import migrate
from data.store.records import Role
from optimizer.domain.booking import Booking, Client, StartWindow
from optimizer.domain.place import Coordinate, Place
from optimizer.domain.time import HOUR, Horizon, Seconds
from tests.booking_world import MONDAY, NOW, TORONTO, Person, crew, make_key, open_practice
from tests.doors import AppDoor
from tests.features.prying import STEP_KM, Victim, pry, square_around
from tests.front_desk import FrontDesk
from tests.serving import serving, set_clock

DAY = Horizon(MONDAY, TORONTO)
ONE_O_CLOCK: Seconds = 13 * HOUR
BRAMPTON = Coordinate(lat=43.6858, lng=-79.7599)
ROADS = EstimateSource()
SNAPPED = SnappedRoads(ROADS)


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Wiring]:
    """A practice on SQLite that lets everybody search as often as they like."""
    url = f"sqlite:///{tmp_path / 'rounds.sqlite3'}"
    migrate(url)
    settings = Settings(database_url=url, var=tmp_path / "var", places_per_session=1_000_000, places_per_key=1_000_000)
    made = Wiring(settings, clock=lambda: NOW)
    yield made
    made.store.close()


def book(parts: Wiring, name: str, home: Coordinate, *, earliest: Seconds, latest: Seconds, day: date = MONDAY) -> None:
    """Put a visit on the first therapist's agenda."""
    horizon = Horizon(day, TORONTO)
    visit = Booking(
        id=name,
        date=day,
        client=Client(ref=name),
        place=Place(id=f"home of {name}", coordinate=home),
        service="swedish",
        session=HOUR,
        windows=(StartWindow(earliest=horizon.instant(earliest), latest=horizon.instant(latest)),),
        therapist="t0",
    )
    with parts.store.unit_of_work("north") as uow:
        uow.bookings.add(visit)
        uow.agendas.bump([("t0", day)])
        uow.commit()


def move(parts: Wiring, name: str, home: Coordinate) -> None:
    with parts.store.unit_of_work("north") as uow:
        booking = uow.bookings.get(name)
        uow.bookings.put(replace(booking, place=replace(booking.place, coordinate=home)))
        uow.agendas.bump([("t0", booking.date)])
        uow.commit()


def desk(parts: Wiring, role: Role) -> FrontDesk:
    return FrontDesk(door=AppDoor(create_app(wiring=parts)), secret=make_key(parts.store, role))


def slots(asker: FrontDesk, where: Coordinate, days: int = 1, **more: str) -> dict[str, list[dict[str, Any]]]:
    asked = {
        "service": "swedish", "session_minutes": "60", "lat": str(where.lat), "lng": str(where.lng),
        "from": MONDAY.isoformat(), "to": (MONDAY + timedelta(days=days - 1)).isoformat(), **more,
    }  # fmt: skip
    answer = asker.ask("GET", f"/v1/slots?{urlencode(asked)}")
    assert answer.status == 200, answer
    found: dict[str, list[dict[str, Any]]] = answer.body["data"]
    return found


def starts(asker: FrontDesk, where: Coordinate) -> list[Seconds]:
    return [DAY.seconds(datetime.fromisoformat(slot["start"])) for slot in slots(asker, where)[MONDAY.isoformat()]]


def somewhere(rng: Random, around: Coordinate, spread: float = 0.05) -> Coordinate:
    while True:
        point = Coordinate(lat=around.lat + rng.gauss(0, spread), lng=around.lng + rng.gauss(0, spread * 1.4))
        if point in service_area():
            return point


@pytest.mark.parametrize(
    ("seed", "percent"), [(1, 100), (3, 130), pytest.param(2, 100, marks=pytest.mark.slow)], ids=str
)
def test_two_hundred_searches_leave_three_square_kilometres_in_which_a_neighbour_may_live(
    parts: Wiring, seed: int, percent: int
) -> None:
    open_practice(parts.store, parts.geocoder, [Person(id="t0", travel_percent=percent)])
    rng = Random(seed)
    suspects = square_around(somewhere(rng, BRAMPTON), 16)
    secret = suspects[rng.randrange(len(suspects) // 3, 2 * len(suspects) // 3)]
    book(parts, "neighbour", secret, earliest=ONE_O_CLOCK, latest=ONE_O_CLOCK)
    public, victim = desk(parts, Role.BOOKING), Victim(horizon=DAY, start=ONE_O_CLOCK, percent=percent)

    found = pry(victim, suspects, lambda where: starts(public, where), SNAPPED, searches=200, rng=rng)

    assert secret in found
    assert len(found) * STEP_KM**2 >= 3


@pytest.mark.slow
def test_the_same_two_hundred_searches_over_http_leave_as_much(parts: Wiring, tmp_path: Path) -> None:
    open_practice(parts.store, parts.geocoder, crew(1))
    rng = Random(5)
    suspects = square_around(somewhere(rng, BRAMPTON), 16)
    secret = suspects[rng.randrange(len(suspects) // 3, 2 * len(suspects) // 3)]
    book(parts, "neighbour", secret, earliest=ONE_O_CLOCK, latest=ONE_O_CLOCK)
    victim, clock, often = Victim(horizon=DAY, start=ONE_O_CLOCK), tmp_path / "clock", "1000000"
    set_clock(clock, NOW)

    with serving(
        parts.settings.store_url, tmp_path / "var", clock=clock,
        ROUNDS_PLACES_PER_SESSION=often, ROUNDS_PLACES_PER_KEY=often,
    ) as server:  # fmt: skip
        public = FrontDesk(door=server.door, secret=make_key(parts.store, Role.BOOKING))
        found = pry(victim, suspects, lambda where: starts(public, where), SNAPPED, searches=200, rng=rng)

    assert secret in found
    assert len(found) * STEP_KM**2 >= 3


def test_the_same_searches_with_the_exact_roads_would_find_the_house(parts: Wiring) -> None:
    """So that the test above has teeth: staff, who see everything, could do it."""
    open_practice(parts.store, parts.geocoder, crew(1))
    rng = Random(1)
    suspects = square_around(somewhere(rng, BRAMPTON), 16)
    secret = suspects[rng.randrange(len(suspects) // 3, 2 * len(suspects) // 3)]
    book(parts, "neighbour", secret, earliest=ONE_O_CLOCK, latest=ONE_O_CLOCK)
    staff, victim = desk(parts, Role.PLANNER), Victim(horizon=DAY, start=ONE_O_CLOCK)

    found = pry(victim, suspects, lambda where: starts(staff, where), ROADS, searches=60, rng=rng)

    assert secret in found
    assert len(found) * STEP_KM**2 < 0.3


@pytest.mark.parametrize("width", [0, 2 * HOUR], ids=["a fixed start", "a window"])
def test_every_answer_is_the_same_wherever_in_the_cell_the_neighbours_live(parts: Wiring, width: Seconds) -> None:
    """Not only the starts: their order, and whether they are on the way."""
    open_practice(parts.store, parts.geocoder, [Person(id="t0", travel_percent=115)])
    rng = Random(3)
    homes = [somewhere(rng, BRAMPTON), somewhere(rng, BRAMPTON)]
    for k, home in enumerate(homes):
        book(parts, f"n{k}", home, earliest=(10 + 5 * k) * HOUR, latest=(10 + 5 * k) * HOUR + width)
    public = desk(parts, Role.BOOKING)
    askers = [somewhere(rng, rng.choice(homes), 0.02) for _ in range(25)]

    def answers() -> list[Any]:
        return [
            [(slot["start"], slot["on_the_way"]) for slot in day]
            for where in (*askers, *homes)
            for sort in ("time", "best")
            for day in slots(public, where, sort=sort).values()
        ]

    before = answers()
    for k, home in enumerate(homes):
        move(parts, f"n{k}", _elsewhere_in_the_cell(home, rng))
    assert answers() == before
    assert any(len(day) > 2 for day in before)


PAIR = (Person(id="t0"), Person(id="t1", travel_percent=125))


def test_at_most_a_twentieth_of_the_starts_is_lost_and_every_one_offered_can_be_held(parts: Wiring) -> None:
    open_practice(parts.store, parts.geocoder, PAIR)
    _fill_two_weeks(desk(parts, Role.BOOKING), desk(parts, Role.PLANNER))


@pytest.mark.slow
def test_as_few_starts_are_lost_over_http(parts: Wiring, tmp_path: Path) -> None:
    open_practice(parts.store, parts.geocoder, PAIR)
    clock, often = tmp_path / "clock", "1000000"
    set_clock(clock, NOW)
    with serving(
        parts.settings.store_url, tmp_path / "var", clock=clock,
        ROUNDS_PLACES_PER_SESSION=often, ROUNDS_PLACES_PER_KEY=often,
    ) as server:  # fmt: skip
        public, staff = (
            FrontDesk(door=server.door, secret=make_key(parts.store, role)) for role in (Role.BOOKING, Role.PLANNER)
        )
        _fill_two_weeks(public, staff)


def _fill_two_weeks(public: FrontDesk, staff: FrontDesk) -> None:
    """A visit at a time, asked for from all around by staff and by the public."""
    rng = Random(4)
    feasible, lost, held = 0, 0, 0
    for _ in range(60):
        where = somewhere(rng, BRAMPTON, 0.08)
        exact = {slot["start"] for day in slots(staff, where, 10).values() for slot in day}
        offered = {slot["start"]: slot["offer"] for day in slots(public, where, 10).values() for slot in day}
        assert offered.keys() <= exact
        feasible, lost = feasible + len(exact), lost + len(exact - offered.keys())
        if offered:
            tightest = rng.choice(sorted(offered))
            answer = public.hold(offered[tightest])
            assert answer.status == 201, answer
            assert public.confirm(answer.body["hold_id"]).status == 201
            held += 1
    assert held > 40
    assert lost <= 0.05 * feasible


def _elsewhere_in_the_cell(home: Coordinate, rng: Random) -> Coordinate:
    (cell,) = SNAPPED.cells([(home.lat, home.lng)]).tolist()
    while True:
        other = Coordinate(lat=home.lat + rng.uniform(-0.02, 0.02), lng=home.lng + rng.uniform(-0.03, 0.03))
        if other in service_area() and SNAPPED.cells([(other.lat, other.lng)]).tolist() == [cell]:
            return other


def test_a_door_named_by_the_public_counts_as_a_door_of_its_own(parts: Wiring) -> None:
    """Else a course at "point:43.68580,-79.75990" would tell, by costing no drive, that somebody lives there."""
    practice = open_practice(parts.store, parts.geocoder, crew(1))
    asked = Wanted(
        practice_id=practice.id,
        where=PlaceQuery(id="somebody's door", postal_code="L6X 1N3"),
        service="swedish",
        session=HOUR,
    )
    public, staff = located(asked, parts.desk, []), located(replace(asked, exact=True), parts.desk, [])
    assert public is not None
    assert staff is not None
    assert public.id == NOBODYS
    assert staff.id == "somebody's door"
