"""What staff are told would open a start or a date is tried: exactly that opens it, and less does not."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from optimizer.domain.practice import AreaRule, Policies, Service
from optimizer.domain.therapist import Limits, WorkPattern
from optimizer.domain.time import HOUR, MINUTE
from tests.booking_world import BRAMPTON, GUELPH, HOURS, LUNCH, MILTON, MONDAY, NOW, Person
from tests.features.clinic import Clinic, at, open_clinic

Open = Callable[..., Clinic]
Change = dict[str, Any]
TODAY = NOW.date()
TUESDAYS = (AreaRule(weekdays=(1,), postal_prefixes=("L6X",)),)


@pytest.fixture
def clinic_of(url: str, tmp_path: Path) -> Iterator[Open]:
    """Opens the clinic that a test asks for."""
    opened = []

    def open_one(*people: Person, **rules: Any) -> Clinic:
        opened.append(open_clinic(url, tmp_path, people or (Person(id="t0"),), Policies(**rules)))
        return opened[-1].__enter__()

    yield open_one
    for each in opened:
        each.__exit__(None, None, None)


def _whole(clinic: Clinic, **asked: str) -> Change:
    """The one refusal of the whole Monday, and what would open it."""
    (why,) = clinic.refused(BRAMPTON, MONDAY, **asked).body["refused"]
    assert why["start"] is None
    return {"code": why["code"], **(why["opens_if"] or {})}


def _is_open(clinic: Clinic, **asked: str) -> bool:
    return bool(clinic.staff.offers(BRAMPTON, MONDAY, **asked))


def _rule(clinic: Clinic, **rules: Any) -> None:
    practice = clinic.store.practices.get("north")
    clinic.store.practices.put(replace(practice, policies=replace(practice.policies, **rules)))


def _person(clinic: Clinic, change: Callable[[WorkPattern], WorkPattern], id: str = "t0") -> None:
    with clinic.store.unit_of_work("north") as uow:
        uow.patterns.put(change(uow.patterns.get(id)))
        uow.commit()


@pytest.mark.parametrize(
    ("rules", "code", "name", "enough", "less"),
    [
        ({"lead_days": 9}, "time_window", "lead_days", 3, 4),
        ({"horizon_days": 1}, "time_window", "horizon_days", 3, 2),
        ({"visits_a_day": 0}, "visit_limit", "visits_a_day", 1, 0),
    ],
)
def test_a_number_that_closes_a_date_opens_it_as_told_and_not_before(
    clinic_of: Open, rules: Change, code: str, name: str, enough: int, less: int
) -> None:
    clinic = clinic_of(**rules)
    assert _whole(clinic) == {"code": code, name: enough}
    for value, opens in ((less, False), (enough, True)):
        _rule(clinic, **{name: value})
        assert _is_open(clinic) is opens


def test_one_more_visit_than_is_promised_opens_a_full_date(clinic_of: Open) -> None:
    clinic = clinic_of(visits_a_day=2)
    for wall in ("09:00", "15:00"):
        clinic.book(BRAMPTON, at(MONDAY, wall))
    assert _whole(clinic) == {"code": "visit_limit", "visits_a_day": 3}
    assert not _is_open(clinic)
    _rule(clinic, visits_a_day=3)
    assert _is_open(clinic)


def test_an_area_is_driven_to_once_the_weekday_that_is_told_is_added(clinic_of: Open) -> None:
    clinic = clinic_of(areas=TUESDAYS)
    assert _whole(clinic) == {"code": "outside_area", "area_weekday": "monday"}
    assert not _is_open(clinic)
    _rule(clinic, areas=(replace(TUESDAYS[0], weekdays=(0, 1)),))
    assert _is_open(clinic)


@pytest.mark.parametrize(
    ("people", "asked", "told"),
    [
        (
            (Person(id="t0", gender="male"),),
            {"therapist_gender": "female"},
            {"code": "gender", "without_gender": "female"},
        ),
        (
            (Person(id="t0", gender="male"), Person(id="t1", gender="female")),
            {"therapist": "t0", "therapist_gender": "female"},
            {"code": "gender", "without_gender": "female"},
        ),
    ],
    ids=["nobody of that gender", "not the therapist who was asked for"],
)  # fmt: skip
def test_a_wish_that_closes_a_date_is_the_one_to_give_up(
    clinic_of: Open, people: tuple[Person, ...], asked: dict[str, str], told: Change
) -> None:
    clinic = clinic_of(*people)
    assert _whole(clinic, **asked) == told
    assert not _is_open(clinic, **asked)
    assert _is_open(clinic, **{name: value for name, value in asked.items() if name != "therapist_gender"})


def test_the_day_off_of_who_was_asked_for_opens_to_somebody_else(clinic_of: Open) -> None:
    clinic = clinic_of(Person(id="t0"), Person(id="t1"))
    _person(clinic, lambda week: replace(week, hours=(None, *week.hours[1:])))
    assert _whole(clinic, therapist="t0") == {"code": "shift", "without_therapist": "t0"}
    assert _is_open(clinic)
    _person(clinic, lambda week: replace(week, hours=(None, *week.hours[1:])), "t1")
    assert _whole(clinic, therapist="t0") == {"code": "shift"}


def test_a_treatment_that_nobody_offers_is_opened_by_whose_day_has_room_for_it(clinic_of: Open) -> None:
    clinic = clinic_of(Person(id="t0", limits=Limits(visits=0)), Person(id="t1"))
    with clinic.store.unit_of_work("north") as uow:
        uow.services.put(Service(code="cupping", name="Cupping", lengths=(HOUR,)))
        uow.commit()
    for who in ("t0", "t1"):
        _person(clinic, lambda week: _offering(week, "swedish"), who)
    (why,) = clinic.refused(BRAMPTON, MONDAY, service="cupping").body["refused"]
    assert (why["code"], why["therapist"], why["opens_if"]) == ("skill", "t1", {"offers_service": "cupping"})
    for who, opens in (("t0", False), ("t1", True)):
        _person(clinic, lambda week: _offering(week, "swedish", "cupping"), who)
        assert _is_open(clinic, service="cupping") is opens


def _offering(week: WorkPattern, *services: str) -> WorkPattern:
    return replace(week, therapist=replace(week.therapist, services=frozenset(services)))


def test_two_rules_that_close_a_date_are_not_opened_by_one(clinic_of: Open) -> None:
    clinic = clinic_of(lead_days=9, areas=TUESDAYS)
    assert _whole(clinic) == {"code": "time_window"}
    _rule(clinic, lead_days=0)
    assert not _is_open(clinic)


def test_notice_opens_a_start_to_the_minute(clinic_of: Open) -> None:
    clinic = clinic_of()
    start = at(TODAY, "08:45").isoformat()
    (why,) = [why for why in clinic.refused(BRAMPTON, TODAY).body["refused"] if why["start"] == start]
    told = why["opens_if"]["notice_minutes"]
    for minutes, opens in ((told + 1, False), (told, True)):
        _rule(clinic, notice_minutes=minutes)
        assert (start in clinic.staff.offers(BRAMPTON, TODAY)) is opens


LIMITS: dict[str, tuple[Limits, str, Callable[[int], Limits]]] = {
    "visits": (Limits(visits=1), "visit_limit", lambda told: Limits(visits=told)),
    "hands_on_minutes": (Limits(hands_on=90 * MINUTE), "hands_on_limit", lambda told: Limits(hands_on=told * MINUTE)),
    "driving_minutes": (Limits(driving=60 * MINUTE), "driving_limit", lambda told: Limits(driving=told * MINUTE)),
    "longest_drive_minutes": (
        Limits(longest_drive=25 * MINUTE), "driving_limit", lambda told: Limits(longest_drive=told * MINUTE),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LIMITS)
def test_a_limit_opens_a_start_at_the_value_told_and_not_one_below(clinic_of: Open, name: str) -> None:
    limits, code, of = LIMITS[name]
    clinic = clinic_of(Person(id="t0", limits=limits))
    clinic.book(BRAMPTON, at(MONDAY, "09:00"))
    start = at(MONDAY, "14:00").isoformat()
    whys = clinic.refused(GUELPH, MONDAY).body["refused"]
    (why,) = [why for why in whys if why["start"] in (start, None)]
    assert why["code"] == code
    told = why["opens_if"][name]
    for value, opens in ((told - 1, False), (told, True)):
        _person(clinic, lambda week, value=value: replace(week, limits=of(value)))  # type: ignore[misc]
        assert (start in clinic.staff.offers(GUELPH, MONDAY)) is opens


def test_a_day_that_ends_too_early_opens_to_the_second(clinic_of: Open) -> None:
    clinic = clinic_of()
    start = at(MONDAY, "19:00").isoformat()
    (why,) = [why for why in clinic.refused(MILTON, MONDAY).body["refused"] if why["start"] == start]
    told = why["opens_if"]["shift_ends_later_seconds"]
    for seconds, opens in ((told - 1, False), (told, True)):
        ends = _later(HOURS[1], seconds)
        _person(clinic, lambda week, ends=ends: replace(week, hours=((HOURS[0], ends),) * 7))  # type: ignore[misc]
        assert (start in clinic.staff.offers(MILTON, MONDAY)) is opens


def _later(wall: time, seconds: int) -> time:
    return (datetime.combine(date.min, wall) + timedelta(seconds=seconds)).time()


def test_a_break_that_is_named_opens_the_start_when_it_is_left_out(clinic_of: Open) -> None:
    clinic = clinic_of(Person(id="t0", breaks=(replace(LUNCH, latest=time(12, 45)),)))
    clinic.book(BRAMPTON, at(MONDAY, "10:45"))
    start = at(MONDAY, "12:30").isoformat()
    (why,) = [why for why in clinic.refused(BRAMPTON, MONDAY).body["refused"] if why["start"] == start]
    assert why["opens_if"] == {"without_break_seconds": 30 * MINUTE}
    assert start not in clinic.staff.offers(BRAMPTON, MONDAY)
    _person(clinic, lambda week: replace(week, breaks=()))
    assert start in clinic.staff.offers(BRAMPTON, MONDAY)
