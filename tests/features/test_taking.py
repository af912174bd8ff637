"""Who can take it: every therapist and date at once, against what a search for slots offers."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from optimizer.domain.therapist import Limits
from tests.booking_world import BRAMPTON, GUELPH, LUNCH, MONDAY, Person
from tests.doors import Answer
from tests.features.clinic import Clinic, at, open_clinic

PEOPLE = (
    Person(id="t0", breaks=(LUNCH,), travel_percent=85),
    Person(id="t1", gender="female", limits=Limits(visits=1)),
    Person(id="t2", limits=Limits(driving=2 * 3600), travel_percent=95),
)


@pytest.fixture
def clinic(url: str, tmp_path: Path) -> Iterator[Clinic]:
    """Monday: t0 has two visits, t1 as many as she will make, t2 none."""
    with open_clinic(url, tmp_path, PEOPLE) as opened:
        opened.book(BRAMPTON, at(MONDAY, "10:00"), therapist="t0")
        opened.book(GUELPH, at(MONDAY, "15:00"), therapist="t0")
        opened.book(BRAMPTON, at(MONDAY, "10:00"), therapist="t1")
        yield opened


def _ask(clinic: Clinic, *, by: str = "staff", **more: str) -> Answer:
    asked = {
        "service": "swedish",
        "session_minutes": "60",
        "postal_code": GUELPH,
        "from": MONDAY.isoformat(),
        "to": MONDAY.isoformat(),
        **more,
    }
    return getattr(clinic, by).ask("GET", f"/v1/takers?{urlencode(asked)}")  # type: ignore[no-any-return]


def test_the_cheapest_comes_first_with_its_place_in_the_day(clinic: Clinic) -> None:
    answer = _ask(clinic)
    assert answer.status == 200, answer
    first = answer.body["data"][0]
    # In Guelph anyway, and time to spare before the other visit there: hardly a drive more, and less waiting.
    assert (first["therapist"], first["position"]) == ("t0", 1)
    assert first["order"][1] == "asked"
    assert 0 <= first["added_travel_seconds"] < 15 * 60
    assert first["added_wait_seconds"] < 0
    assert [each["therapist"] for each in answer.body["data"]] == ["t0", "t2"]


def test_whoever_cannot_is_told_the_smallest_change(clinic: Clinic) -> None:
    (refused,) = _ask(clinic).body["refused"]
    assert (refused["therapist"], refused["code"]) == ("t1", "visit_limit")
    assert refused["opens_if"] == {"visits": 2}


@pytest.mark.parametrize("postal_code", [BRAMPTON, GUELPH])
def test_the_starts_are_those_of_a_search_for_slots(clinic: Clinic, postal_code: str) -> None:
    for therapist in ("t0", "t1", "t2"):
        found = _ask(clinic, postal_code=postal_code, therapist=therapist).body["data"]
        offered = sorted(clinic.staff.offers(postal_code, MONDAY, therapist=therapist))
        inside = [
            start
            for start in offered
            if any(
                window["earliest_start"] <= start <= window["latest_start"]
                for each in found
                for window in each["windows"]
            )
        ]
        assert inside == offered
        ends = {end for each in found for window in each["windows"] for end in window.values()}
        assert ends <= set(offered)
        assert all(each["start"] in offered for each in found)


def test_a_month_of_dates_is_one_answer(clinic: Clinic) -> None:
    answer = _ask(clinic, to="2026-12-23")
    assert answer.status == 200
    assert {each["date"] for each in answer.body["data"]} >= {"2026-11-23", "2026-12-23"}
    costs = [each["added_points"] for each in answer.body["data"]]
    assert costs == sorted(costs)
    assert _ask(clinic, to="2026-12-24").status == 422


def test_a_date_that_is_too_soon_or_too_far_is_refused_as_a_whole(clinic: Clinic) -> None:
    answer = _ask(clinic, **{"from": "2027-03-01", "to": "2027-03-01"})
    assert answer.body["data"] == []
    assert [(why["therapist"], why["code"]) for why in answer.body["refused"]] == [(None, "time_window")]


def test_everything_wrong_with_the_question_is_told(clinic: Clinic) -> None:
    answer = _ask(clinic, service="sweedish", therapist="t9", postal_code="V6B 1A1")
    assert answer.status == 422
    assert {fault["pointer"] for fault in answer.body["errors"]} == {"?service", "?therapist", "?place"}


def test_it_does_not_exist_for_the_public(clinic: Clinic) -> None:
    assert _ask(clinic, by="public").status == 404
