"""Why a start is not offered: told to staff, true when tried, and never more than an answer is worth."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from optimizer.domain.practice import AreaRule, Policies
from optimizer.domain.reason import Reason
from optimizer.domain.therapist import Limits
from tests.booking_world import BRAMPTON, GUELPH, HOURS, LUNCH, MILTON, MONDAY, NOW, TORONTO, Person, crew
from tests.features.clinic import Clinic, at, open_clinic

Open = Callable[..., Clinic]
Refused = dict[str, Any]
SUNDAY = date(2026, 11, 22)


@pytest.fixture
def clinic_of(url: str, tmp_path: Path) -> Iterator[Open]:
    """Opens the clinic that a test asks for."""
    opened = []

    def open_one(people: Sequence[Person] = crew(1), policies: Policies | None = None) -> Clinic:
        opened.append(open_clinic(url, tmp_path, people, policies))
        return opened[-1].__enter__()

    yield open_one
    for each in opened:
        each.__exit__(None, None, None)


def _why(clinic: Clinic, postal_code: str, day: date = MONDAY, **more: str) -> dict[str | None, Refused]:
    """Refusals of a date by wall time, None for the date itself."""
    answer = clinic.refused(postal_code, day, **more)
    assert answer.status == 200, answer
    return {why["start"] and why["start"][11:16]: why for why in answer.body["refused"]}


def test_a_drive_that_does_not_fit_names_the_minutes_the_places_and_what_works(clinic_of: Open) -> None:
    clinic = clinic_of()
    clinic.book(BRAMPTON, at(MONDAY, "10:00"))
    why = _why(clinic, GUELPH)["12:15"]
    assert why["code"] == "travel"
    seconds = why["opens_if"]["travel_shorter_seconds"]
    assert why["detail"].startswith(f"needs {-(-seconds // 60)} min more between L6X 1N3 and N1H 7T8")
    assert why["detail"].endswith("; 12:30 works")
    assert 0 < seconds <= 15 * 60  # the next start of the grid works
    assert why["nearest"] == at(MONDAY, "12:30").isoformat()
    assert why["nearest"] in clinic.staff.offers(GUELPH, MONDAY)


def test_a_time_that_is_another_clients_is_taken_and_opens_without_that_visit(clinic_of: Open) -> None:
    clinic = clinic_of()
    other = clinic.book(BRAMPTON, at(MONDAY, "10:00"))
    why = _why(clinic, GUELPH)["10:15"]
    assert (why["code"], why["opens_if"]) == ("taken", {"without_visit": other})
    assert "is taken by a visit that starts at 10:00" in why["detail"]
    assert clinic.staff.ask("DELETE", f"/v1/bookings/{other}").status == 200
    assert at(MONDAY, "10:15").isoformat() in clinic.staff.offers(GUELPH, MONDAY)


def test_a_time_that_is_held_is_taken_too(clinic_of: Open) -> None:
    clinic = clinic_of()
    offer = clinic.public.offers(BRAMPTON, MONDAY)[at(MONDAY, "10:00").isoformat()]
    held = clinic.public.hold(offer).body["hold_id"]
    assert _why(clinic, BRAMPTON)["10:00"]["opens_if"] == {"without_visit": f"{held}/0"}


def test_a_day_that_begins_too_late_opens_by_exactly_the_minutes_named(clinic_of: Open) -> None:
    clinic = clinic_of()
    why = _why(clinic, MILTON)["08:15"]
    assert why["code"] == "shift"
    seconds = why["opens_if"]["shift_begins_earlier_seconds"]
    start, begins = at(MONDAY, "08:15").isoformat(), datetime.combine(MONDAY, HOURS[0])
    for earlier, is_offered in ((seconds, True), (seconds - 1, False)):
        _work(clinic, "t0", (begins - timedelta(seconds=earlier)).time())
        assert (start in clinic.staff.offers(MILTON, MONDAY)) == is_offered


def _work(clinic: Clinic, therapist: str, begins: time) -> None:
    with clinic.store.unit_of_work("north") as uow:
        (pattern,) = [each for each in uow.patterns.list() if each.therapist.id == therapist]
        uow.patterns.put(replace(pattern, hours=((begins, HOURS[1]),) * 7))
        uow.commit()


def test_a_break_in_the_way_is_named(clinic_of: Open) -> None:
    clinic = clinic_of([Person(id="t0", breaks=(replace(LUNCH, latest=time(12, 45)),))])
    clinic.book(BRAMPTON, at(MONDAY, "10:45"))
    why = _why(clinic, BRAMPTON)["12:30"]
    assert (why["code"], why["opens_if"]) == ("break", {"without_break_seconds": 1800})


def test_of_several_therapists_the_one_closest_to_opening_speaks(clinic_of: Open) -> None:
    clinic = clinic_of([Person(id="t0", hours=(time(10), time(20))), Person(id="t1", hours=(time(9), time(20)))])
    why = _why(clinic, MILTON)["09:15"]
    assert why["therapist"] == "t1"
    alone = _why(clinic, MILTON, therapist="t0")
    assert "09:15" not in alone  # before anybody asked for works
    assert alone["10:15"]["therapist"] == "t0"


def test_a_full_therapist_refuses_the_whole_day_and_says_at_how_many(clinic_of: Open) -> None:
    clinic = clinic_of([Person(id="t0", limits=Limits(visits=1))])
    clinic.book(BRAMPTON, at(MONDAY, "10:00"))
    (why,) = clinic.refused(BRAMPTON, MONDAY).body["refused"]
    assert (why["start"], why["code"], why["opens_if"]) == (None, "visit_limit", {"visits": 2})
    assert "would reach 2 visits, the limit is 1" in why["detail"]


@pytest.mark.parametrize(
    ("policies", "more", "day", "code", "words"),
    [
        (Policies(), {"therapist_gender": "female"}, MONDAY, "gender", "a female therapist was asked for"),
        (Policies(lead_days=5), {}, MONDAY, "time_window", "bookings are taken from 5 days ahead"),
        (Policies(horizon_days=2), {}, MONDAY, "time_window", "bookings are taken up to 2 days ahead"),
        (
            Policies(areas=(AreaRule(weekdays=(1,), postal_prefixes=("L6X",)),)),
            {},
            MONDAY,
            "outside_area",
            "the practice does not drive there on a Monday",
        ),
        (Policies(visits_a_day=0), {}, MONDAY, "visit_limit", "the practice makes 0 visits a day"),
    ],
    ids=["gender", "lead", "horizon", "area", "cap"],
)
def test_a_rule_that_closes_a_whole_day_is_told_once(
    clinic_of: Open, policies: Policies, more: dict[str, str], day: date, code: str, words: str
) -> None:
    (why,) = clinic_of(policies=policies).refused(BRAMPTON, day, **more).body["refused"]
    assert (why["date"], why["start"], why["code"]) == (day.isoformat(), None, code)
    assert words in why["detail"]


def test_a_day_off_is_told_once(clinic_of: Open) -> None:
    clinic = clinic_of()
    with clinic.store.unit_of_work("north") as uow:
        (pattern,) = uow.patterns.list()
        uow.patterns.put(replace(pattern, hours=(*pattern.hours[:6], None)))
        uow.commit()
    (why,) = clinic.refused(BRAMPTON, SUNDAY).body["refused"]
    assert (why["code"], why["detail"]) == ("shift", "nobody works on Sunday 22 November")
    (why,) = clinic.refused(BRAMPTON, SUNDAY, therapist="t0").body["refused"]
    assert why["detail"] == "t0 does not work on Sunday 22 November"


def test_a_date_that_has_passed_is_told_as_such(clinic_of: Open) -> None:
    yesterday = NOW.astimezone(TORONTO).date() - timedelta(days=1)
    why = _why(clinic_of(), BRAMPTON, yesterday)
    assert list(why) == [None]
    assert why[None]["detail"] == f"{yesterday:%A} {yesterday.day} {yesterday:%B} has passed"


def test_a_start_without_notice_says_how_soon_it_is(clinic_of: Open) -> None:
    clinic = clinic_of()
    today = NOW.date()
    why = _why(clinic, BRAMPTON, today)
    assert (why["08:45"]["code"], why["08:45"]["opens_if"]) == ("time_window", {"notice_minutes": 105})
    assert "09:00" not in why


def test_only_staff_are_told(clinic_of: Open) -> None:
    clinic = clinic_of()
    refused = clinic.public.search(BRAMPTON, MONDAY, include="refused")
    assert (refused.status, refused.code) == (422, "staff_only")
    assert clinic.public.search(BRAMPTON, MONDAY).body["refused"] is None


def test_an_answer_explains_no_more_than_it_is_worth_and_counts_the_rest(clinic_of: Open) -> None:
    """Half an hour of work a day is too short for anything: every start of 31 days and 50 therapists is refused."""
    short = [Person(id=f"t{k}", hours=(time(9), time(9, 30))) for k in range(50)]
    answer = clinic_of(short).refused(BRAMPTON, MONDAY, 31)
    assert len(answer.body["refused"]) == 40
    assert answer.body["refused_left_out"] == 62 - 40


@pytest.mark.parametrize("seed", range(3))
def test_every_start_within_hours_is_either_offered_or_refused(clinic_of: Open, seed: int) -> None:
    rng = Random(seed)
    people = [Person(id="t0", limits=Limits(driving=9000)), Person(id="t1", breaks=(LUNCH,), travel_percent=140)]
    clinic = clinic_of(people)
    for who in ("t0", "t1"):
        for hour in (9, 12, 15, 18):
            if rng.random() < 0.8:
                clinic.book(rng.choice((BRAMPTON, MILTON, GUELPH)), at(MONDAY, f"{hour:02}:00"), therapist=who)
    answer = clinic.refused(rng.choice((MILTON, GUELPH)), MONDAY)
    offered = [slot["start"] for slot in answer.body["data"][MONDAY.isoformat()]]
    refused = [why["start"] for why in answer.body["refused"]]
    grid = [(at(MONDAY, "08:00") + timedelta(minutes=15 * k)).isoformat() for k in range(48)]
    assert sorted([*offered, *refused]) == grid
    for why in answer.body["refused"]:
        assert why["code"] in set(Reason)
        assert (why["opens_if"] is None) == (why["code"] == "capacity")
        assert why["nearest"] is None or why["nearest"] in offered


def test_where_nobody_may_come_each_therapists_own_obstacle_is_named(clinic_of: Open) -> None:
    clinic = clinic_of((Person(id="t0", gender="male"), Person(id="t1", gender="female")))
    (whole,) = clinic.refused(BRAMPTON, MONDAY, therapist="t0", therapist_gender="female").body["refused"]
    assert whole["start"] is None
    assert whole["detail"] == "Name of t0: a female therapist was asked for; Name of t1: t0 was asked for"
