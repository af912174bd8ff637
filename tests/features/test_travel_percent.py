"""Some drive slower or faster than the roads say: set by hand or learned, it holds wherever drives are counted."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from api.cli import main
from api.commands.exits import Exit
from api.settings import Settings
from data.store.records import Role
from optimizer.domain.driving import LearnedRoads
from optimizer.domain.practice import Policies
from tests.booking_world import GUELPH, MONDAY, Person
from tests.features.clinic import Clinic, at, open_clinic
from tests.features.conftest import House

Open = Callable[..., AbstractContextManager[Clinic]]


@pytest.fixture
def opened(url: str, tmp_path: Path) -> Open:
    return lambda *people: open_clinic(url, tmp_path, people, replace(Policies(), grid_minutes=5))


def change(clinic: Clinic, **more: object) -> None:
    """What is known of `t0`, sent back changed."""
    read = clinic.staff.ask("GET", "/v1/therapists/t0")
    assert clinic.staff.ask("PUT", "/v1/therapists/t0", {**read.body, **more}).status == 200


def learn(clinic: Clinic, **percents: int) -> None:
    with clinic.store.unit_of_work("north") as uow:
        uow.learned_roads.use(LearnedRoads(version=1, percents=tuple(percents.items())))
        uow.commit()


def told(clinic: Clinic) -> tuple[int | None, int]:
    """What staff read: set by hand, and in use."""
    read = clinic.staff.ask("GET", "/v1/therapists/t0").body
    return read["travel_percent"], read["travel_percent_in_use"]


def first_start(clinic: Clinic, day: date = MONDAY) -> str:
    """The first start in Guelph, an hour from home or so."""
    return min(clinic.staff.offers(GUELPH, day))


def drives(clinic: Clinic) -> list[dict[str, Any]]:
    answer = clinic.staff.ask("GET", f"/v1/itineraries/t0/{MONDAY}")
    return [step for step in answer.body["steps"] if step["type"] == "drive"]


def test_who_drives_slower_is_there_later_wherever_it_is_asked(opened: Open) -> None:
    with opened(Person(id="t0")) as clinic:
        usual = first_start(clinic)
        change(clinic, travel_percent=130)
        slow = first_start(clinic)
        assert slow > usual
        assert clinic.staff.ask("GET", "/v1/therapists/t0").body["travel_percent"] == 130
        # A start that only the usual drive allows is refused at the moment of booking, too.
        assert clinic.try_to_book(GUELPH, at(MONDAY, usual[11:16])).status == 409
        assert clinic.try_to_book(GUELPH, at(MONDAY, slow[11:16])).status == 201
        told = drives(clinic)
        change(clinic, travel_percent=100)
        for theirs, its in zip(told, drives(clinic), strict=True):
            assert theirs["travel_seconds"] == pytest.approx(its["travel_seconds"] * 1.3, rel=0.01)
        change(clinic, travel_percent=70)
        assert first_start(clinic, MONDAY + timedelta(days=1)) < usual.replace("11-23", "11-24")


def test_what_was_set_by_hand_goes_before_what_was_learned(opened: Open) -> None:
    with opened(Person(id="t0")) as clinic:
        usual = first_start(clinic)
        assert told(clinic) == (None, 100)
        learn(clinic, t0=130)
        slow = first_start(clinic)
        assert slow > usual
        assert told(clinic) == (None, 130)
        change(clinic, travel_percent=100)
        assert told(clinic) == (100, 100)
        assert first_start(clinic) == usual
        change(clinic, travel_percent=None)
        assert first_start(clinic) == slow
        learn(clinic)
        assert first_start(clinic) == usual


def test_of_two_therapists_each_drives_at_their_own_pace(opened: Open) -> None:
    with opened(Person(id="t0", travel_percent=150), Person(id="t1", travel_percent=70)) as clinic:
        each = {who: clinic.staff.offers(GUELPH, MONDAY, therapist=who) for who in ("t0", "t1")}
        assert min(each["t1"]) < min(each["t0"])
        assert set(clinic.staff.offers(GUELPH, MONDAY)) == set(each["t0"]) | set(each["t1"])


@pytest.mark.parametrize("wrong", [65, 155, 112, "110", 110.5])
def test_a_percentage_that_cannot_be_is_refused_and_says_what_can(house: House, wrong: object) -> None:
    key = house.key(Role.PLANNER)
    read = house.client.get("/v1/therapists/taylor", headers=key).json
    answer = house.client.put("/v1/therapists/taylor", json={**(read or {}), "travel_percent": wrong}, headers=key)
    assert answer.status_code == 422
    assert answer.json is not None
    ((pointer, hint),) = [(fault["pointer"], fault["hint"]) for fault in answer.json["errors"]]
    assert pointer == "/travel_percent"
    assert hint


def test_the_command_sets_it_and_refuses_what_cannot_be(
    house: House, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROUNDS_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("ROUNDS_VAR", str(settings.var))
    week = ["practice", "therapist", "kim", "--name", "Kim", "--home", "L6Y 2J6", "--practice", house.practice]
    done = CliRunner().invoke(main, [*week, "--travel-percent", "115"], catch_exceptions=False)
    assert done.exit_code == Exit.DONE, done.output
    with house.wiring.store.unit_of_work(house.practice, write=False) as uow:
        assert uow.patterns.get("kim").travel_percent == 115
    refused = CliRunner().invoke(main, [*week, "--travel-percent", "160"])
    assert refused.exit_code != Exit.DONE
    assert "70 to 150 % in steps of 5" in refused.output
