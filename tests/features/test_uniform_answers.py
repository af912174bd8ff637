"""The public learns what is on offer, and nothing from how the rest is answered; and every fault is told at once."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from datetime import time, timedelta
from pathlib import Path

import pytest

from data.store.records import FeedFormat, OutsideFeed
from tests.booking_world import BRAMPTON, MONDAY, NOW, Person
from tests.features.clinic import Clinic, at, open_clinic

OTTAWA = "K1A 0B1"
Open = Callable[..., Clinic]


@pytest.fixture
def opened(url: str, tmp_path: Path) -> Iterator[Open]:
    with ExitStack() as stack:

        def enter(*people: Person) -> Clinic:
            clinic: AbstractContextManager[Clinic] = open_clinic(url, tmp_path, people)
            return stack.enter_context(clinic)

        yield enter


def codes(answer: object) -> list[tuple[str, str]]:
    return [(fault["pointer"], fault["code"]) for fault in answer.body["errors"]]  # type: ignore[attr-defined]


def test_a_full_day_and_a_far_place_are_answered_with_the_same_bytes(opened: Open) -> None:
    clinic = opened(Person(id="t0", hours=(time(9), time(11))))
    clinic.book(BRAMPTON, at(MONDAY, "09:45"))
    full, far = (clinic.public.search(code, MONDAY).body for code in (BRAMPTON, OTTAWA))
    assert full == far
    assert full["place"] is None
    free = clinic.public.search(BRAMPTON, MONDAY + timedelta(days=1)).body
    assert free["place"]["precision"] == "postal_code"
    assert clinic.staff.search(BRAMPTON, MONDAY).body["place"]["label"] == BRAMPTON
    courses = [
        clinic.series(clinic.public, place={"postal_code": code}, count=1, first_from=f"{MONDAY}", every_days=1).body
        for code in (BRAMPTON, OTTAWA)
    ]
    assert courses[0] == courses[1] == {**courses[0], "place": None, "offers": []}


def test_a_far_place_costs_as_much_of_the_budget_as_a_near_one(opened: Open) -> None:
    clinic = opened(Person(id="t0"))
    most = clinic.wiring.settings.places_per_session
    for number in range(most):
        assert clinic.public.search(f"K1A 0B{number % 10}", MONDAY, address=f"{number} Far Street").status == 200
    assert clinic.public.search("K1A 0B1", MONDAY, address="1000 Far Street").status == 429


def test_the_public_cannot_tell_an_unknown_therapist_from_one_without_a_free_hour(opened: Open) -> None:
    clinic = opened(Person(id="t0"), Person(id="busy", hours=(time(9), time(9, 30))))
    busy, nobody = (clinic.public.search(BRAMPTON, MONDAY, therapist=name) for name in ("busy", "nobody"))
    assert (busy.status, busy.body) == (nobody.status, nobody.body) == (200, busy.body)
    courses = [clinic.series(clinic.public, therapist=name, first_from=f"{MONDAY}").body for name in ("busy", "nobody")]
    assert courses[0] == courses[1]
    assert codes(clinic.staff.search(BRAMPTON, MONDAY, therapist="nobody")) == [("?therapist", "unknown_therapist")]


def test_a_misspelt_gender_is_named_with_those_that_are_known(opened: Open) -> None:
    clinic = opened(Person(id="t0", gender="female"), Person(id="t1", gender="nonbinary"))
    answer = clinic.public.search(BRAMPTON, MONDAY, therapist_gender="femal")
    assert (answer.status, codes(answer)) == (422, [("?therapist_gender", "unknown_gender")])
    assert answer.body["hint"] == "Known: female, male, nonbinary."
    assert clinic.public.search(BRAMPTON, MONDAY, therapist_gender="male").body["data"] == {f"{MONDAY}": []}
    assert clinic.public.offers(BRAMPTON, MONDAY, therapist_gender="nonbinary")
    refused = clinic.series(clinic.public, therapist_gender="femal", first_from=f"{MONDAY}")
    assert codes(refused) == [("/therapist_gender", "unknown_gender")]


def test_a_search_tells_all_its_faults_at_once(opened: Open) -> None:
    clinic = opened(Person(id="t0"))
    answer = clinic.staff.search("L6X 1N", MONDAY, service="nope", minutes=0, therapist="nobody", therapist_gender="x")
    assert answer.status == 422
    assert set(codes(answer)) == {
        ("?session_minutes", "out_of_range"),
        ("?service", "unknown_service"),
        ("?place", "unknown_postal_code"),
        ("?therapist", "unknown_therapist"),
        ("?therapist_gender", "unknown_gender"),
    }
    course = clinic.series(clinic.staff, service="nope", count=0, first_from=f"{MONDAY}")
    assert set(codes(course)) == {("/service", "unknown_service"), ("/count", "out_of_range")}


def test_a_course_is_offered_with_the_warning_that_a_calendar_is_behind(opened: Open) -> None:
    clinic = opened(Person(id="t0"))
    feed = OutsideFeed(
        id="feed_1",
        therapist="t0",
        address="https://example.org/a.ics",
        format=FeedFormat.ICS,
        added_at=NOW,
        fresh_for=60,
    )
    with clinic.store.unit_of_work("north") as uow:
        uow.outside_feeds.add(feed)
        uow.commit()
    staff, public = (clinic.series(by, first_from=f"{MONDAY}").body for by in (clinic.staff, clinic.public))
    assert "has never been read" in staff["warnings"][0]
    assert len(public["warnings"]) == 1
    assert "t0" not in public["warnings"][0]
