"""Learning from logged drives end to end: told by events, judged on days held out, kept, used everywhere, given up."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from click.testing import CliRunner

from api.cli import main
from api.commands.exits import Exit
from api.services.day_problem import StoredDay, buffer_of, day_problem
from api.services.road_learning import forget_roads, learn_roads
from api.settings import Settings
from data.demo.solo import SOLO
from data.roads.drive_kernel import SQUARE
from data.roads.driven import Driven, expected
from data.roads.estimate import EstimateSource
from data.roads.free_flow import embedded
from data.store.records import Role
from optimizer.domain.booking import Booking, Client, StartWindow
from optimizer.domain.driving import HOURS, Driving, LearnedArea, LearnedRoads
from optimizer.domain.place import Coordinate, Place
from optimizer.domain.practice import Policies
from optimizer.domain.time import HOUR, MINUTE, Horizon
from optimizer.domain.visit_event import EventKind, VisitEvent
from tests.features.conftest import House

TORONTO = ZoneInfo("America/Toronto")
FIRST = date(2026, 9, 7)
SLOW = LearnedRoads(version=1, workday=(1.3,) * HOURS, weekend=(1.3,) * HOURS)
"""All roads take three tenths longer than anybody told."""

SPOTS = [(43.6532, -79.3832), (43.5890, -79.6441), (43.5183, -79.8774), (43.4675, -79.6877), (43.7315, -79.7624)]


def worked(
    house: House,
    days: int,
    truth: LearnedRoads | None,
    *,
    parking: int = 5,
    seed: int = 3,
    therapist: str = "taylor",
    factor: float = 1.0,
) -> None:
    """So many days on which Taylor (or somebody else, each drive `factor` times as long) told everything, and the
    house has woken up after them."""
    rng, roads = np.random.default_rng(seed), EstimateSource()
    with house.wiring.store.unit_of_work(house.practice) as uow:
        home = uow.patterns.get(therapist).start_place
        assert home is not None
        for ahead in range(days):
            horizon = Horizon(FIRST + timedelta(days=ahead), TORONTO)
            here, at = home, 8 * HOUR
            for number in range(4):
                lat, lng = SPOTS[int(rng.integers(len(SPOTS)))]
                spot = Coordinate(lat=lat + rng.uniform(-0.01, 0.01), lng=lng + rng.uniform(-0.01, 0.01))
                name = f"past-{therapist}-{ahead}-{number}"
                there = Place(id=name, coordinate=spot)
                drive = Driven(
                    therapist=therapist, horizon=horizon, origin=here, destination=there, departed=at, took=1
                )
                usual = expected([drive], roads, Driving(learned=truth))[0]
                took = usual * factor * np.exp(0.08 * rng.standard_normal())
                arrived = at + int(took)
                started = arrived + int(rng.normal(parking, 1) * MINUTE) + 10 * MINUTE
                uow.bookings.add(_booking(name, horizon, there, started))
                told = {"departed": at, "arrived": arrived, "started": started, "finished": started + HOUR}
                tell(uow, therapist, name, horizon, **told)
                here, at = there, started + HOUR + 15 * MINUTE
        uow.commit()
    house.now = datetime(2026, 11, 23, 12, 30, tzinfo=ZoneInfo("UTC"))


def _booking(name: str, horizon: Horizon, place: Place, started: int) -> Booking:
    # Promised for so early that nobody waits at the door.
    promised = horizon.instant(started - HOUR)
    return Booking(
        id=name,
        date=horizon.date,
        client=Client(ref=name),
        place=place,
        service="swedish",
        session=HOUR,
        windows=(StartWindow(earliest=promised, latest=horizon.instant(started)),),
        setup=10 * MINUTE,
        therapist=None,
    )


def tell(uow: object, therapist: str, name: str, horizon: Horizon, **at: int) -> None:
    for kind, instant in at.items():
        moment = horizon.instant(instant)
        uow.visit_events.add(  # type: ignore[attr-defined]
            VisitEvent(
                id=f"{name}-{kind}",
                therapist=therapist,
                date=horizon.date,
                visit=name,
                kind=EventKind(kind),
                at=moment,
                recorded_at=moment,
                source="api",
            )
        )


def _learn(house: House, **more: bool):  # a value of the service
    parts = house.wiring
    return learn_roads(
        house.practice, store=parts.store, roads=parts.roads, clock=parts.clock, actor="test", since=FIRST, **more
    )


def _policies(house: House):
    return house.wiring.store.practices.get(house.practice).policies


@pytest.mark.slow
def test_what_helps_is_kept_used_at_once_and_given_up_again(house: House) -> None:
    worked(house, 40, SLOW, parking=9)
    with house.wiring.store.unit_of_work(house.practice, write=False) as uow:
        revision = uow.revision()
    dry = _learn(house, keep=False)
    assert dry.lesson.drives.helps
    assert _policies(house).learned is None

    learnt = _learn(house)
    assert learnt.lesson.drives.after < learnt.lesson.drives.before / 2
    assert learnt.lesson.parkings.after < learnt.lesson.parkings.before
    learned = _policies(house).learned
    assert learned is not None
    assert learned == learnt.learned
    assert learned.version == 1
    assert learned.workday[10] == pytest.approx(1.3, abs=0.08)
    assert dict(learned.parking)["Toronto"] == pytest.approx(9 * MINUTE, abs=MINUTE)

    with house.wiring.store.unit_of_work(house.practice, write=False) as uow:
        # Boards, searches and holds go by the practice's revision: they see it at once.
        assert uow.revision() > revision
        assert [entry.action for entry in uow.audit.list()][:1] == ["roads.learn"]
    places = [Place(id=str(k), coordinate=Coordinate(lat=lat, lng=lng)) for k, (lat, lng) in enumerate(SPOTS)]
    monday = Horizon(date(2026, 11, 23), TORONTO)
    usual, now = (
        house.wiring.roads.travel_times(places, monday, buffer).drive
        for buffer in (buffer_of(SOLO.practice.policies), buffer_of(_policies(house)))
    )
    # The third band is 06:00, when nobody drove.
    assert now[10, 0, 1] / usual[10, 0, 1] == pytest.approx(1.3, abs=0.08)

    again = _learn(house)
    assert again.learned is None
    assert not again.lesson.drives.helps

    parts = house.wiring
    assert forget_roads(house.practice, store=parts.store, clock=parts.clock, actor="test") == (1, None)
    assert forget_roads(house.practice, store=parts.store, clock=parts.clock, actor="test") == (0, None)
    assert _policies(house).learned is None
    assert _learn(house).learned == replace(learned, version=2)


@pytest.mark.slow
def test_who_takes_longer_is_told_apart_goes_into_every_plan_and_is_given_up_again(house: House) -> None:
    with house.wiring.store.unit_of_work(house.practice) as uow:
        taylor = uow.patterns.get("taylor")
        kim = replace(taylor, therapist=replace(taylor.therapist, id="kim", name="Kim"))
        uow.patterns.put(kim)
        uow.commit()
    worked(house, 30, None, factor=1.3)
    worked(house, 30, None, therapist="kim", seed=4)

    def percents() -> dict[str, int]:
        """What a plan of the next Monday goes by."""
        with house.wiring.store.unit_of_work(house.practice, write=False) as uow:
            day = StoredDay(
                practice=uow.practice(),
                date=date(2026, 11, 23),
                services=uow.services.list(),
                patterns=uow.patterns.list(),
                bookings=(),
            )
        return {shift.id: shift.travel_percent for shift in day_problem(day, house.wiring.roads).shifts}

    assert percents() == {"taylor": 100, "kim": 100}
    learnt = _learn(house)
    assert learnt.lesson.paces.helps
    assert learnt.lesson.paces.after < learnt.lesson.paces.before
    assert learnt.learned is not None
    now = percents()
    assert now == {"taylor": 100, "kim": 100} | dict(learnt.learned.percents)
    assert now["taylor"] / now["kim"] == pytest.approx(1.3, abs=0.1)
    assert f"taylor {now['taylor']} %" in learnt.sentences()[2]
    assert not _learn(house, keep=False).lesson.paces.helps

    with house.wiring.store.unit_of_work(house.practice) as uow:
        uow.patterns.put(replace(taylor, travel_percent=90))
        uow.commit()
    assert percents() == now | {"taylor": 90}
    parts = house.wiring
    forget_roads(house.practice, store=parts.store, clock=parts.clock, actor="test")
    assert percents() == {"taylor": 90, "kim": 100}


@pytest.mark.slow
def test_what_one_area_has_apart_is_learned_told_used_and_given_up_again(house: House) -> None:
    toronto, milton = (_square(spot) for spot in (SPOTS[0], SPOTS[2]))
    jammed = LearnedArea(square=toronto, workday=(1.4,) * HOURS, weekend=(1.4,) * HOURS)
    worked(house, 60, LearnedRoads(version=1, areas=(jammed,)))
    dry = _learn(house, keep=False)
    assert dry.lesson.areas_apart.helps
    assert _policies(house).learned is None

    learnt = _learn(house)
    trial = learnt.lesson.areas_apart
    assert trial.after < trial.before
    assert f"median error {trial.before:.1f} % before, {trial.after:.1f} % after; kept" in learnt.sentences()[1]
    learned = _policies(house).learned
    assert learned is not None
    assert learned == learnt.learned
    apart = {area.square: area.workday[10] * learned.workday[10] for area in learned.areas}
    assert apart[toronto] == pytest.approx(1.4, abs=0.12)
    assert apart.get(milton, learned.workday[10]) == pytest.approx(1.0, abs=0.12)
    pairs = [[SPOTS[0], (43.6600, -79.3900)], [SPOTS[2], (43.5200, -79.8700)]]
    inside, elsewhere = (_drive(house, pair, _policies(house)) / _drive(house, pair) for pair in pairs)
    assert inside == pytest.approx(1.4, abs=0.12)
    assert elsewhere == pytest.approx(1.0, abs=0.12)
    assert not _learn(house).lesson.areas_apart.helps

    parts = house.wiring
    assert forget_roads(house.practice, store=parts.store, clock=parts.clock, actor="test") == (1, None)
    assert _drive(house, pairs[0], _policies(house)) == _drive(house, pairs[0])


def _square(spot: tuple[float, float]) -> int:
    model = embedded()
    return int(model.doors(model.project_degrees([spot])).points[0, SQUARE])


def _drive(house: House, ends: list[tuple[float, float]], policies: Policies = SOLO.practice.policies) -> float:
    """Seconds at ten in the morning."""
    places = [Place(id=str(k), coordinate=Coordinate(lat=lat, lng=lng)) for k, (lat, lng) in enumerate(ends)]
    roads, monday = house.wiring.roads, Horizon(date(2026, 11, 23), TORONTO)
    return float(roads.travel_times(places, monday, buffer_of(policies)).drive[11, 0, 1])


@pytest.mark.slow
def test_policies_written_anew_keep_what_was_learned(house: House) -> None:
    worked(house, 30, SLOW)
    learned = _learn(house).learned
    answer = house.client.put("/v1/practice/policies", json={"grid_minutes": 30}, headers=house.key(Role.ADMIN))
    assert answer.status_code == 200
    assert _policies(house).learned == learned is not None


def test_too_few_days_change_nothing(house: House) -> None:
    worked(house, 3, SLOW)
    found = _learn(house)
    assert found.learned is None
    assert "too few" in found.sentences()[0]
    assert _policies(house).learned is None


@pytest.mark.slow
def test_the_command_says_before_and_after_and_refuses_by_its_exit_code(
    house: House, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROUNDS_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("ROUNDS_VAR", str(settings.var))
    monkeypatch.setattr("api.wiring.system_clock", lambda: house.now)

    def rounds(*words: str):
        return CliRunner().invoke(main, ["roads", *words], catch_exceptions=False)

    worked(house, 30, SLOW)
    done = rounds("learn", "--since", "2026-09-07")
    assert done.exit_code == Exit.DONE, done.output
    assert "120 drives on 30 days, median error 3" in done.stdout
    assert done.stdout.splitlines()[-1] == "in use: version 1"
    refused = rounds("learn", "--since", "2026-09-07")
    assert refused.exit_code == Exit.NO_BETTER
    assert "not kept: on the days held out" in refused.stdout
    assert "the roads stay as they were" in refused.stderr
    assert "in use: the roads as they come" in rounds("forget").stdout
    assert "nothing was learned" in rounds("forget").stdout
