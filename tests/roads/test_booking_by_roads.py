"""Booking on a real engine's roads: a known place asks nobody, and slots are offered with the engine down as well."""

import socket
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from api.app import create_app
from api.roads import network
from api.services.boards import ESTIMATES_KEPT
from api.services.warming import warm_roads
from api.settings import Settings
from api.wiring import Wiring
from data.roads.breaker import Breaker
from data.roads.engines.web import JsonService, OsrmServer
from data.roads.learning import Learner
from data.roads.network import NetworkRoads
from data.roads.pair_book import PairBook
from data.store.migrate import migrate
from data.store.records import Role
from tests.booking_world import NOW, crew, make_key, open_practice
from tests.doors import AppDoor
from tests.features.clinic import Clinic, at
from tests.front_desk import FrontDesk
from tests.roads.network import Counting, Watch

MONDAY = date(2026, 11, 23)
BRAMPTON, BOLTON, MILTON = "L6X 1N3", "L7E 1C3", "L9T 2X5"


@pytest.fixture
def engine(gta: str) -> Counting:
    service = JsonService(gta, allow_loopback=True, user_agent="rounds test", timeout=20)
    return Counting(OsrmServer(service, version="1", most=100))


@pytest.fixture
def clinic(engine: Counting, tmp_path: Path) -> Iterator[Clinic]:
    """A practice whose drives come from the synthetic network around Toronto."""
    url = f"sqlite:///{tmp_path / 'rounds.db'}"
    migrate(url)
    settings = Settings(database_url=url, var=tmp_path, secret_key="not a secret")  # type: ignore[arg-type]
    watch = Watch()
    held: list[Clinic] = []
    store = Wiring(settings).store
    book = PairBook(network(engine), store.road_pairs, clock=watch, today=lambda: MONDAY, most=100_000)
    roads = NetworkRoads(Learner(engine, book, Breaker(watch), watch))
    wiring = Wiring(settings, clock=lambda: held[0].now, roads=roads)
    open_practice(wiring.store, wiring.geocoder, crew(2))
    app = create_app(wiring=wiring)
    door = AppDoor(app)
    held.append(
        Clinic(
            wiring=wiring,
            app=app,
            public=FrontDesk(door=door, secret=make_key(wiring.store, Role.BOOKING)),
            staff=FrontDesk(door=door, secret=make_key(wiring.store, Role.PLANNER)),
            now=NOW,
        )
    )
    yield held[0]
    wiring.store.close()
    store.close()


def warm(clinic: Clinic) -> None:
    parts, (practice,) = clinic.wiring, clinic.store.practices.list()
    learned = warm_roads(
        practice.id, store=parts.store, roads=parts.roads, public_roads=parts.public_roads, clock=parts.clock
    )
    assert learned.trouble == ""


@pytest.mark.parametrize("who", ["public", "staff"])
def test_a_search_for_a_known_postal_code_asks_nobody(
    clinic: Clinic, engine: Counting, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk: FrontDesk = getattr(clinic, who)
    clinic.book(BRAMPTON, at(MONDAY, "10:00"))
    clinic.book(BOLTON, at(MONDAY, "14:00"), therapist="t1")
    warm(clinic)
    engine.questions.clear()
    clinic.now += ESTIMATES_KEPT  # days that were prepared before are prepared again
    dialled: list[object] = []
    with monkeypatch.context() as cut:
        cut.setattr(socket.socket, "connect", lambda _, address: dialled.append(address))
        known = desk.search(BRAMPTON, MONDAY, 5)
    assert (engine.questions, dialled) == ([], [])
    assert known.body["data"]
    assert known.body["roads"] == "osrm"

    new = desk.search(MILTON, MONDAY, 5)
    assert engine.questions != []
    assert new.body["roads"] == "osrm"
    engine.questions.clear()
    again = desk.search(MILTON, MONDAY, 5)
    assert engine.questions == []
    assert again.body["data"].keys() == new.body["data"].keys()


@pytest.mark.parametrize("who", ["public", "staff"])
def test_with_the_engine_down_slots_are_offered_held_and_labelled(clinic: Clinic, engine: Counting, who: str) -> None:
    desk: FrontDesk = getattr(clinic, who)
    clinic.book(BRAMPTON, at(MONDAY, "10:00"))
    engine.cut = True
    found = desk.search(MILTON, MONDAY, 2)
    assert found.body["roads"] == "osrm+estimate"
    offers = [slot["offer"] for slots in found.body["data"].values() for slot in slots]
    assert offers
    assert desk.hold(offers[0]).status == 201


@pytest.mark.parametrize("down", [False, True], ids=["engine up", "engine down"])
def test_whatever_the_public_is_offered_can_be_held(clinic: Clinic, engine: Counting, *, down: bool) -> None:
    for wall, code in ("09:30", BRAMPTON), ("12:00", BOLTON), ("15:00", MILTON):
        clinic.book(code, at(MONDAY, wall))
    warm(clinic)
    engine.cut = down
    offers = list(clinic.public.offers("L6Y 1N2", MONDAY).values())
    assert offers
    for offer in offers:
        held = clinic.public.hold(offer)
        assert held.status == 201, held
        clinic.public.release(held.body["hold_id"])


def test_neither_a_hold_nor_a_booking_asks_the_engine(clinic: Clinic, engine: Counting) -> None:
    clinic.book(BOLTON, at(MONDAY, "14:00"))
    offer, *_ = clinic.public.offers(BRAMPTON, MONDAY).values()
    engine.questions.clear()
    held = clinic.public.hold(offer)
    assert clinic.public.confirm(held.body["hold_id"]).status == 201
    assert engine.questions == []


def test_a_plan_says_of_each_drive_where_its_time_comes_from(clinic: Clinic, engine: Counting) -> None:
    from api.services import planning

    clinic.book(BRAMPTON, at(MONDAY, "10:00"))
    warm(clinic)
    engine.cut = True
    clinic.book(MILTON, at(MONDAY, "14:00"))
    parts, (practice,) = clinic.wiring, clinic.store.practices.list()
    planner = planning.Planner(store=parts.store, roads=parts.roads, clock=parts.clock)
    run = planning.plan_now(planning.PlanRequest(practice_id=practice.id, date=MONDAY), planner=planner)
    answer = clinic.staff.ask("GET", f"/v1/plans/{run.plan_id}").body
    said = {
        (step["from_place"], step["to_place"]): step["roads"]
        for day in answer["itineraries"]
        for step in day["steps"]
        if step["type"] == "drive"
    }

    assert answer["roads"] == "osrm+estimate"
    assert set(said.values()) == {"osrm", "estimate"}


def test_a_booking_by_staff_learns_its_drives_before_it_locks_the_day(clinic: Clinic, engine: Counting) -> None:
    engine.questions.clear()
    answer = clinic.try_to_book(BOLTON, at(MONDAY, "14:00"))
    assert answer.status == 201
    assert engine.questions != []
    engine.questions.clear()
    assert clinic.try_to_book(BOLTON, at(MONDAY, "14:00"), therapist="t1").status == 201
    assert engine.questions == []


@pytest.mark.parametrize("down", [False, True], ids=["engine up", "engine down"])
def test_every_answer_says_what_its_drives_come_from(clinic: Clinic, engine: Counting, *, down: bool) -> None:
    clinic.book(BRAMPTON, at(MONDAY, "10:00"))
    warm(clinic)
    said = "osrm"
    if down:
        engine.cut, said = True, "osrm+estimate"
    asked = f"service=swedish&session_minutes=60&postal_code={MILTON}&from={MONDAY}&to={MONDAY}"
    takers = clinic.staff.ask("GET", f"/v1/takers?{asked}").body
    assert (bool(takers["data"]), takers["roads"]) == (True, said)
    for desk in (clinic.public, clinic.staff):
        course = clinic.series(desk, place={"postal_code": MILTON}, count=2, first_from=f"{MONDAY}").body
        assert (bool(course["offers"]), course["roads"]) == (True, said)
        found = desk.search(MILTON, MONDAY).body
        assert found["roads"] == said
        offers = [slot["offer"] for slots in found["data"].values() for slot in slots]
        held = desk.hold(offers[0]).body
        assert held["roads"] == said
        desk.release(held["hold_id"])
        assert desk.hold(course["offers"][0]["offer"]).body["roads"] == said
    # The day that is driven says it of each drive.
    clinic.book(MILTON, at(MONDAY, "14:00"))
    day = clinic.staff.ask("GET", f"/v1/itineraries?date={MONDAY}").body["data"][0]
    drives = [step["roads"] for step in day["steps"] if step["type"] == "drive"]
    assert drives
    assert ("estimate" in drives) == down


def test_a_practice_that_keeps_off_tolls_is_told_where_the_engine_does_not(clinic: Clinic, engine: Counting) -> None:
    clinic.book(MILTON, at(MONDAY, "10:00"))
    admin = FrontDesk(door=clinic.staff.door, secret=make_key(clinic.store, Role.ADMIN))
    north_york = "M3J 1P3"  # the 407 leads there from Milton
    assert admin.ask("PUT", "/v1/practice/policies", {"avoid_tolls": True}).status == 200
    assert engine.avoids_tolls is False
    assert clinic.staff.search(north_york, MONDAY).body["roads"] == "osrm+estimate"
    assert admin.ask("PUT", "/v1/practice/policies", {"avoid_tolls": False}).status == 200
    assert clinic.staff.search(north_york, MONDAY).body["roads"] == "osrm"
