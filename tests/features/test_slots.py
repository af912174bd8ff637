"""What is offered, to whom, and what the practice's rules keep back."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest

from api.services import slot_search
from optimizer.domain.practice import AreaRule, Policies, Service
from optimizer.domain.time import HOUR, MINUTE
from tests.booking_world import BRAMPTON, GUELPH, MILTON, MONDAY, NOW, Person, crew
from tests.contract.statements import statements
from tests.features.clinic import Clinic, at, open_clinic

Open = Callable[..., AbstractContextManager[Clinic]]

FRIDAY = date(2026, 11, 20)
"""Today: it is seven in the morning."""


@pytest.fixture
def opened(url: str, tmp_path: Path) -> Open:
    """Open a practice: people, and rules that differ from the usual."""

    def open_it(*people: Person, now: datetime = NOW, **rules: object) -> AbstractContextManager[Clinic]:
        return open_clinic(url, tmp_path, people or crew(1), replace(Policies(), **rules), now=now)  # type: ignore[arg-type]

    return open_it


@pytest.fixture
def clinic(opened: Open) -> Iterator[Clinic]:
    with opened() as it:
        yield it


def walls(
    clinic: Clinic, postal_code: str = BRAMPTON, day: date = MONDAY, *, minutes: int = 60, **more: str
) -> list[str]:
    """The starts of a date on the wall clock, as staff are offered them."""
    return [
        datetime.fromisoformat(start).strftime("%H:%M")
        for start in clinic.staff.offers(postal_code, day, minutes=minutes, **more)
    ]


def test_an_empty_day_is_open_from_the_first_drive_to_the_last(clinic: Clinic) -> None:
    """Eight to eight, some minutes' drive, twenty minutes at the door before and ten after."""
    starts = walls(clinic)
    assert starts[0] == "08:30"
    assert starts[-1] == "18:30"
    assert len(starts) == 4 * 10 + 1


def test_a_first_visit_needs_time_to_talk_before_it(opened: Open) -> None:
    with opened(consultation=30 * MINUTE) as clinic:
        assert walls(clinic, first_visit="true")[0] == "09:00"


def test_a_shorter_session_can_start_later(clinic: Clinic) -> None:
    assert walls(clinic, minutes=30)[-1] == "19:00"


def test_the_grid_is_the_practices(opened: Open) -> None:
    with opened(grid_minutes=60) as clinic:
        assert walls(clinic)[:2] == ["09:00", "10:00"]


def test_notice_counts_to_the_minute(opened: Open) -> None:
    with opened(notice_minutes=120, now=NOW + timedelta(hours=3)) as clinic:
        assert walls(clinic, day=FRIDAY)[0] == "12:00"
        clinic.now += timedelta(seconds=1)
        assert walls(clinic, day=FRIDAY)[0] == "12:15"


def test_a_day_that_is_over_offers_nothing(clinic: Clinic) -> None:
    assert walls(clinic, day=FRIDAY - timedelta(days=1)) == []


def test_whole_days_ahead_may_be_asked_for(opened: Open) -> None:
    with opened(lead_days=3, horizon_days=4) as clinic:
        found = clinic.staff.search(BRAMPTON, FRIDAY, 7).body["data"]
        assert [day for day, slots in found.items() if slots] == ["2026-11-23", "2026-11-24"]


def test_guelph_is_driven_to_on_its_weekdays_only(opened: Open) -> None:
    guelph = AreaRule(weekdays=(1, 3), towns=("Guelph",))
    with opened(areas=(guelph,)) as clinic:
        served = {day for day, slots in clinic.public.search(GUELPH, MONDAY, 7).body["data"].items() if slots}
        assert served == {"2026-11-24", "2026-11-26"}
        assert walls(clinic, BRAMPTON)


def test_an_area_may_be_told_by_postal_codes(opened: Open) -> None:
    with opened(areas=(AreaRule(weekdays=(4,), postal_prefixes=("L9t",)),)) as clinic:
        assert walls(clinic, MILTON) == []
        assert walls(clinic, MILTON, MONDAY + timedelta(days=4))


def test_no_more_visits_a_day_than_the_practice_makes(opened: Open) -> None:
    with opened(visits_a_day=1) as clinic:
        clinic.book(BRAMPTON, at(MONDAY, "09:00"))
        assert walls(clinic) == []
        assert walls(clinic, day=MONDAY + timedelta(days=1))


def test_full_days_off_days_and_far_places_look_alike_to_the_public(opened: Open) -> None:
    with opened(Person(id="t0", hours=(time(9), time(11)))) as clinic:
        clinic.book(BRAMPTON, at(MONDAY, "09:45"))
        full = clinic.public.search(BRAMPTON, MONDAY).body
        far = clinic.public.search("K1A 0B1", MONDAY).body
        assert full["data"] == far["data"] == {"2026-11-23": []}
        assert full.keys() == far.keys()


def test_staff_are_told_that_a_place_is_too_far(clinic: Clinic) -> None:
    answer = clinic.staff.search("K1A 0B1", MONDAY)
    assert (answer.status, answer.code) == (422, "outside_area")
    assert answer.body["errors"][0]["pointer"] == "?place"


def test_one_therapist_or_one_gender_may_be_asked_for(opened: Open) -> None:
    late = (time(14), time(20))
    with opened(Person(id="ann", gender="female", hours=late), Person(id="bob", gender="male")) as clinic:
        assert walls(clinic)[0] == "08:30"
        assert walls(clinic, therapist="ann")[0] == "14:30"
        assert walls(clinic, therapist_gender="female")[0] == "14:30"
        assert walls(clinic, therapist="ann", therapist_gender="male") == []


def test_the_public_is_not_told_who_works_here(clinic: Clinic) -> None:
    answer = clinic.public.search(BRAMPTON, MONDAY, therapist="nobody")
    assert (answer.status, answer.body["data"]) == (200, {f"{MONDAY}": []})
    assert "t0" in clinic.staff.search(BRAMPTON, MONDAY, therapist="nobody").body["hint"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({"service": "sauna"}, "unknown_service"),
        ({"session_minutes": "61"}, "session_not_offered"),
        ({"postal_code": ""}, "place_missing"),
        ({"postal_code": "L6Y 9Z"}, "unknown_postal_code"),
        ({"lat": "43.6"}, "half_a_point"),
        ({"lat": "-79.76", "lng": "43.68", "postal_code": ""}, "swapped_coordinates"),
        ({"to": "2026-11-22"}, "dates_reversed"),
        ({"to": "2026-12-24"}, "too_many_days"),
        ({"from": "tomorrow"}, "not_a_date"),
        ({"therapists": "t0"}, "unknown_key"),
    ],
)
def test_a_search_that_makes_no_sense_is_refused_with_its_reason(
    clinic: Clinic, words: dict[str, str], code: str
) -> None:
    usual = {"service": "swedish", "session_minutes": "60", "postal_code": BRAMPTON, "from": "2026-11-23"}
    answer = clinic.staff.ask("GET", f"/v1/slots?{urlencode(usual | {'to': '2026-11-24'} | words)}")
    assert answer.status == 422
    assert code in {fault["code"] for fault in answer.body["errors"]}


def test_two_weeks_from_today_are_searched_where_no_dates_are_given(clinic: Clinic) -> None:
    found = clinic.public.ask("GET", "/v1/slots?service=swedish&session_minutes=60&lat=43.7&lng=-79.75")
    assert list(found.body["data"])[::13] == ["2026-11-20", "2026-12-03"]


def test_a_start_beside_another_visit_is_on_the_way_and_comes_first_when_the_best_are_asked_for(clinic: Clinic) -> None:
    clinic.book(MILTON, at(MONDAY, "12:00"))
    slots = clinic.staff.search(MILTON, MONDAY).body["data"]["2026-11-23"]
    assert [slot["start"] for slot in slots] == sorted(slot["start"] for slot in slots)
    beside = at(MONDAY, "13:45").isoformat()
    assert next(slot for slot in slots if slot["start"] == beside)["on_the_way"]
    far = clinic.staff.search(GUELPH, MONDAY).body["data"]["2026-11-23"]
    assert not any(slot["on_the_way"] for slot in far)
    best = clinic.staff.search(MILTON, MONDAY, sort="best").body["data"]["2026-11-23"]
    assert {slot["start"] for slot in best} == {slot["start"] for slot in slots}
    assert best[0]["on_the_way"]


def test_an_answer_that_would_be_too_long_ends_with_a_whole_date_and_says_where_to_go_on(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slot_search, "MOST_STARTS", 100)
    answer = clinic.staff.search(BRAMPTON, MONDAY, 5).body
    assert list(answer["data"]) == ["2026-11-23", "2026-11-24"]
    assert answer["next_from"] == "2026-11-25"


def test_a_visit_that_may_move_makes_way(clinic: Clinic) -> None:
    """Milton may start at any time between ten and four, so no single start of the middle of the day is lost to it."""
    visit = {
        "place": {"postal_code": MILTON},
        "service": "swedish",
        "session_minutes": 60,
        "windows": [
            {"earliest_start": at(MONDAY, "10:00").isoformat(), "latest_start": at(MONDAY, "16:00").isoformat()}
        ],
    }
    made = clinic.staff.ask("POST", "/v1/bookings", {"client": {"ref": "anna"}, "visit": visit})
    assert made.body["agenda"] == "t0"
    assert {"10:00", "12:00", "13:00", "15:00"} <= set(walls(clinic))


def test_a_limit_on_driving_is_kept_by_what_is_offered(opened: Open) -> None:
    """Guelph and back is some two hours on the road; the board alone would not see that."""
    careful = Person(id="t0", limits=replace(Person(id="x").limits, driving=HOUR))
    with opened(careful) as clinic:
        assert walls(clinic, GUELPH) == []
        assert walls(clinic, BRAMPTON)


def test_a_limit_on_the_longest_drive_is_kept_too(opened: Open) -> None:
    careful = Person(id="t0", limits=replace(Person(id="x").limits, longest_drive=20 * MINUTE))
    with opened(careful) as clinic:
        assert walls(clinic, GUELPH) == []
        assert walls(clinic, BRAMPTON)


def test_hands_and_heads_have_limits_too(opened: Open) -> None:
    tired = Person(id="t0", limits=replace(Person(id="x").limits, hands_on=90 * MINUTE))
    with opened(tired) as clinic:
        clinic.book(BRAMPTON, at(MONDAY, "09:00"))
        assert walls(clinic) == []
        assert walls(clinic, minutes=30)


def test_a_service_is_offered_by_those_who_offer_it(clinic: Clinic) -> None:
    with clinic.store.unit_of_work("north") as uow:
        pattern = uow.patterns.get("t0")
        uow.services.put(Service(code="cupping", name="Cupping", lengths=(HOUR,)))
        uow.patterns.put(replace(pattern, therapist=replace(pattern.therapist, services=frozenset({"cupping"}))))
        uow.commit()
    assert walls(clinic) == []
    assert walls(clinic, service="cupping")


def test_a_week_that_is_changed_counts_at_once(clinic: Clinic) -> None:
    assert walls(clinic)
    with clinic.store.unit_of_work("north") as uow:
        pattern = uow.patterns.get("t0")
        uow.patterns.put(replace(pattern, hours=(None, *pattern.hours[1:])))
        uow.commit()
    assert walls(clinic) == []


def test_a_hold_that_lapses_frees_its_start_without_anybody_telling(clinic: Clinic) -> None:
    offers = clinic.staff.offers(BRAMPTON, MONDAY)
    taken = at(MONDAY, "10:00").isoformat()
    assert clinic.staff.hold(offers[taken]).status == 201
    assert "10:00" not in walls(clinic)
    clinic.now += timedelta(minutes=5)
    assert "10:00" in walls(clinic)


def test_a_search_asks_the_store_as_often_for_one_day_as_for_a_month_of_many(opened: Open) -> None:
    counts = set()
    with opened(*crew(5)) as clinic:
        for days in (1, 7, 31):
            for therapist in ("", "t0"):
                more = {"therapist": therapist} if therapist else {}
                clinic.public.search(BRAMPTON, MONDAY, days, **more)
                with statements(clinic.store) as sent:
                    clinic.public.search(BRAMPTON, MONDAY, days, **more)
                counts.add((days, len([statement for statement in sent if statement.startswith("SELECT")])))
    # A few days are looked up one by one; of many it is asked once whether anything has changed.
    assert counts == {(1, 3), (7, 2), (31, 2)}


def test_what_is_kept_of_many_days_is_shown_only_while_it_holds(opened: Open) -> None:
    """Of so many days a warm search asks only whether anything has changed."""
    with opened(*crew(5)) as clinic:

        def shown() -> dict[str, str]:
            return clinic.public.offers(BRAMPTON, MONDAY, 7)

        before = shown().keys()
        ten = at(MONDAY, "10:00").isoformat()
        for _ in range(5):  # whoever is left takes it
            assert clinic.public.hold(shown()[ten]).status == 201
        assert ten not in shown()
        clinic.now += timedelta(minutes=5)
        assert shown().keys() == before
        practice = clinic.store.practices.get("north")
        clinic.store.practices.put(replace(practice, policies=replace(practice.policies, visits_a_day=0)))
        assert shown() == {}
        clinic.store.practices.put(practice)
        assert shown().keys() == before


def test_preparing_days_asks_the_store_three_times_more_however_many_there_are(opened: Open) -> None:
    with opened(*crew(5)) as clinic:
        clinic.public.search(BRAMPTON, MONDAY, 1)
        with statements(clinic.store) as sent:
            clinic.public.search(BRAMPTON, MONDAY, 31)
    assert len([statement for statement in sent if statement.startswith("SELECT")]) == 6
