"""A course of treatment: every date possible when it is offered, kept whole or not at all, then visits of their own."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from optimizer.domain.practice import AreaRule, Policies
from optimizer.domain.therapist import Limits
from tests.booking_world import BRAMPTON, GUELPH, MILTON, NOW, Person, crew
from tests.doors import Answer
from tests.features.clinic import Clinic, at, open_clinic
from tests.stored_days import booked, violations

CASES = Path(__file__).parents[3] / "shared" / "cases" / "booking" / "series_conflicts.json"
TUESDAY = date(2026, 11, 24)
HALF_A_YEAR = Policies(horizon_days=200)
NOON = {"weekday": "tuesday", "earliest_start": "12:00", "latest_start": "12:00"}

Open = Callable[..., Clinic]


@pytest.fixture
def clinic_of(url: str, tmp_path: Path) -> Iterator[Open]:
    """Opens the clinic that a test asks for."""
    opened = []

    def open_one(
        people: Sequence[Person] = crew(1), policies: Policies | None = None, *, now: datetime = NOW
    ) -> Clinic:
        opened.append(open_clinic(url, tmp_path, people, policies, now=now))
        return opened[-1].__enter__()

    yield open_one
    for each in opened:
        each.__exit__(None, None, None)


def _weeks(count: int, first: date = TUESDAY) -> list[date]:
    return [first + timedelta(days=7 * k) for k in range(count)]


def _case(number: int) -> dict[str, object]:
    if not CASES.exists():
        pytest.skip(f"the known failures of other products are not beside this repository: {CASES.name}")
    found: dict[str, object] = json.loads(CASES.read_text())["cases"][number]
    return found


def _starts(offer: dict[str, list[dict[str, str]]]) -> list[str]:
    return [visit["start"] for visit in offer["visits"]]


def test_a_course_with_every_second_noon_taken_is_moved_and_says_where(clinic_of: Open) -> None:
    assert "every 2nd week" in str(_case(0)["busy"])
    clinic = clinic_of()
    for day in _weeks(6)[::2]:
        clinic.book(BRAMPTON, at(day, "12:00"))
    at_noon = clinic.series(clinic.staff, first_from="2026-11-23", preferred=NOON)
    assert at_noon.body["offers"] == []
    assert at_noon.body["unserved"] == [day.isoformat() for day in _weeks(6)[::2]]

    later = clinic.series(clinic.staff, first_from="2026-11-23", preferred={**NOON, "latest_start": "15:00"})
    assert all(visit["moved_from"] is None for visit in later.body["offers"][0]["visits"])
    moved = clinic.series(clinic.staff, first_from="2026-11-23", preferred=NOON, tolerance_days=1)
    (offer,) = moved.body["offers"]
    named = [visit["moved_from"] for visit in offer["visits"]]
    assert [start is not None for start in named] == [True, False] * 3
    assert named[0] == at(TUESDAY, "12:00").isoformat()


def test_all_of_twenty_four_dates_are_looked_at(clinic_of: Open) -> None:
    weekly = _case(1)["series"]["weekly"]  # type: ignore[index]
    clinic = clinic_of(policies=HALF_A_YEAR)
    dates = _weeks(weekly)
    for day in (dates[2], dates[9], dates[23]):
        clinic.book(BRAMPTON, at(day, "12:00"))
    for hour in range(8, 20, 2):
        # Away all day: nothing is left of this date.
        clinic.book(GUELPH, at(dates[15], f"{hour:02}:00"))
    wide = {"weekday": "tuesday", "earliest_start": "12:00", "latest_start": "12:00"}
    answer = clinic.series(clinic.staff, count=weekly, first_from="2026-11-23", preferred=wide)
    assert answer.body["unserved"] == [dates[k].isoformat() for k in (2, 9, 15, 23)]
    answer = clinic.series(clinic.public, count=weekly, first_from="2026-11-23", preferred=wide, tolerance_days=1)
    (offer,) = answer.body["offers"]
    assert [k for k, visit in enumerate(offer["visits"]) if visit["moved_from"]] == [2, 9, 15, 23]
    assert clinic.public.confirm(clinic.public.hold(offer["offer"]).body["hold_id"]).status == 201
    held = booked(clinic.store, "north", dates[0], dates[-1])
    assert sum(booking.series is not None for day in held.values() for booking in day) == weekly


def test_a_course_that_is_lost_on_its_third_date_leaves_nothing_behind(clinic_of: Open) -> None:
    assert _case(2)["conflictAt"] == 3
    clinic = clinic_of()
    (offer, *_) = clinic.series(clinic.public, first_from="2026-11-23", preferred=NOON).body["offers"]
    clinic.book(BRAMPTON, at(_weeks(3)[2], "12:00"))
    before = _agendas(clinic)
    lost = clinic.public.hold(offer["offer"])
    assert (lost.status, lost.code) == (409, "slot_taken")
    assert "2026-12-08" in lost.body["detail"]
    assert int(lost.headers["Retry-After"]) > 0
    assert _agendas(clinic) == before
    with clinic.store.unit_of_work("north", write=False) as uow:
        assert uow.holds.live_between(["t0"], TUESDAY, TUESDAY + timedelta(days=60), NOW) == ()


def test_a_course_that_is_lost_is_asked_for_again_and_not_replaced_by_one_visit(clinic_of: Open) -> None:
    clinic = clinic_of()
    lost_offer = clinic.series(clinic.public, first_from="2026-11-23", preferred=NOON).body["offers"][0]["offer"]
    clinic.book(BRAMPTON, at(TUESDAY, "12:00"))
    lost = clinic.public.hold(lost_offer)
    assert (lost.status, lost.code) == (409, "slot_taken")
    assert "slots" not in lost.body
    assert lost.body["hint"] == "Ask `POST /v1/series/offers` again."
    again = clinic.series(clinic.public, first_from="2026-11-23", preferred=NOON, tolerance_days=1).body["offers"][0]
    assert len(clinic.public.hold(again["offer"]).body["visits"]) == 6


def _agendas(clinic: Clinic) -> object:
    with clinic.store.unit_of_work("north", write=False) as uow:
        return uow.agendas.between(TUESDAY, TUESDAY + timedelta(days=100))


def _confirmed(clinic: Clinic, **asked: object) -> Answer:
    (offer, *_) = clinic.series(clinic.public, first_from="2026-11-23", **asked).body["offers"]
    held = clinic.public.hold(offer["offer"])
    assert held.status == 201, held
    assert [visit["start"] for visit in held.body["visits"]] == _starts(offer)
    answer = clinic.public.confirm(held.body["hold_id"])
    assert answer.status == 201, answer
    return answer


def test_a_confirmed_course_is_a_booking_for_each_visit_with_a_key_of_its_own(clinic_of: Open) -> None:
    clinic = clinic_of(crew(2))
    visits = _confirmed(clinic, preferred=NOON).body["visits"]
    assert len({visit["booking_id"] for visit in visits}) == len({visit["manage"] for visit in visits}) == 6
    stored = [booking for day in booked(clinic.store, "north", *_span()).values() for booking in day]
    assert len({booking.series for booking in stored}) == 1
    assert len({booking.therapist for booking in stored}) == 1
    assert violations(clinic.store, "north", *_span()) == []


def test_a_visit_of_a_course_is_cancelled_and_moved_alone(clinic_of: Open) -> None:
    clinic = clinic_of()
    first, second, *others = _confirmed(clinic, preferred=NOON).body["visits"]
    token = {"Authorization": f"Manage {first['manage']}"}
    assert clinic.public.ask("DELETE", f"/v1/bookings/{second['booking_id']}", headers=token).status == 404
    assert clinic.public.ask("DELETE", f"/v1/bookings/{first['booking_id']}", headers=token).status == 200
    wednesday = clinic.public.offers(BRAMPTON, TUESDAY + timedelta(days=8))
    token = {"Authorization": f"Manage {second['manage']}"}
    offer = wednesday[at(TUESDAY + timedelta(days=8), "15:00").isoformat()]
    moved = clinic.public.ask("PATCH", f"/v1/bookings/{second['booking_id']}", {"offer": offer}, headers=token)
    assert moved.status == 200, moved
    stored = booked(clinic.store, "north", *_span())
    dates = sorted(day for _, day in stored)
    assert dates == [TUESDAY + timedelta(days=8), *(datetime.fromisoformat(each["start"]).date() for each in others)]
    assert len({booking.series for day in stored.values() for booking in day}) == 1
    assert violations(clinic.store, "north", *_span()) == []


def _span() -> tuple[date, date]:
    return TUESDAY - timedelta(days=3), TUESDAY + timedelta(days=100)


def test_of_courses_that_share_a_date_one_is_kept_whole_and_the_others_not_at_all(clinic_of: Open) -> None:
    """Eight at once: their dates are locked in one order, so nobody waits for anybody who waits for them."""
    clinic = clinic_of()
    offers = [
        clinic.series(clinic.public, first_from=str(TUESDAY + timedelta(days=7 * k)), count=4, preferred=NOON)
        for k in (0, 1, 2, 3)
    ] * 2
    with ThreadPoolExecutor(max_workers=8) as pool:
        answers = list(pool.map(lambda found: clinic.public.hold(found.body["offers"][0]["offer"]), offers))
    kept = [answer for answer in answers if answer.status == 201]
    assert {answer.code for answer in answers if answer not in kept} == {"slot_taken"}
    starts = [visit["start"] for answer in kept for visit in answer.body["visits"]]
    assert len(kept) == 1
    assert len(starts) == len(set(starts)) == 4
    with clinic.store.unit_of_work("north", write=False) as uow:
        (hold,) = uow.holds.live_between(["t0"], *_span(), NOW)
    assert len(hold.visits) == 4


def test_noon_stays_noon_when_the_clocks_change(clinic_of: Open) -> None:
    clinic = clinic_of(now=datetime.fromisoformat("2026-10-12T12:00:00+00:00"))
    answer = clinic.series(clinic.public, count=4, first_from="2026-10-20", preferred=NOON)
    assert _starts(answer.body["offers"][0]) == [
        "2026-10-20T12:00:00-04:00",
        "2026-10-27T12:00:00-04:00",
        "2026-11-03T12:00:00-05:00",
        "2026-11-10T12:00:00-05:00",
    ]


def test_several_therapists_share_a_course_that_no_one_can_keep_alone(clinic_of: Open) -> None:
    clinic = clinic_of(crew(2))
    for k, day in enumerate(_weeks(6)):
        clinic.book(MILTON, at(day, "12:00"), therapist=f"t{k % 2}")
    (offer,) = clinic.series(clinic.public, first_from="2026-11-23", preferred=NOON).body["offers"]
    assert offer["therapist_continuity"] is False
    assert clinic.public.confirm(clinic.public.hold(offer["offer"]).body["hold_id"]).status == 201
    alone = clinic.series(clinic.staff, first_from="2026-11-23", preferred=NOON, therapist="t0").body
    assert (alone["offers"], len(alone["unserved"])) == ([], 6)
    assert violations(clinic.store, "north", *_span()) == []


def test_an_offer_for_anyone_names_nobody(clinic_of: Open) -> None:
    clinic = clinic_of(crew(2))
    (offer, *_) = clinic.series(clinic.public, first_from="2026-11-23", preferred=NOON).body["offers"]
    common = offer["offer"].split(".")[0]
    terms = urlsafe_b64decode(common + "=" * (-len(common) % 4)).decode()
    assert "t0" not in terms
    assert "t1" not in terms


def test_courses_differ_in_weekday_or_time_and_the_same_day_never_has_two_visits(clinic_of: Open) -> None:
    clinic = clinic_of(crew(2))
    offers = clinic.series(clinic.public, first_from="2026-11-23", count=8, every_days=2, tolerance_days=2).body[
        "offers"
    ]
    assert len(offers) == 3
    kinds = set()
    for offer in offers:
        starts = [datetime.fromisoformat(start) for start in _starts(offer)]
        assert all(a.date() < b.date() for a, b in pairwise(starts))
        kinds.add((starts[0].weekday(), starts[0].hour))
    assert len(kinds) == 3


def test_a_course_goes_on_by_the_month(clinic_of: Open) -> None:
    clinic = clinic_of(policies=HALF_A_YEAR)
    answer = clinic.series(
        clinic.public,
        first_from="2026-11-23",
        count=2,
        preferred=NOON,
        then={"count": 3, "rhythm": "monthly"},
    )
    assert [start[:10] for start in _starts(answer.body["offers"][0])] == [
        "2026-11-24", "2026-12-01", "2027-01-05", "2027-02-02", "2027-03-02",
    ]  # fmt: skip


def test_a_course_goes_on_twice_a_month(clinic_of: Open) -> None:
    clinic = clinic_of(policies=HALF_A_YEAR)
    then = {"count": 4, "rhythm": "twice_a_month"}
    answer = clinic.series(clinic.public, first_from="2026-11-23", count=4, preferred=NOON, then=then)
    assert [start[:10] for start in _starts(answer.body["offers"][0])] == [
        "2026-11-24", "2026-12-01", "2026-12-08", "2026-12-15", "2027-01-05", "2027-01-19", "2027-02-02", "2027-02-16",
    ]  # fmt: skip


def test_the_first_visit_leaves_time_for_the_consultation(clinic_of: Open) -> None:
    clinic = clinic_of()
    # Gone at half past eleven: a quarter of an hour for the drive, another to be ready at noon, none for more.
    clinic.book(BRAMPTON, at(TUESDAY, "10:20"))
    usual = clinic.series(clinic.staff, first_from="2026-11-23", preferred=NOON).body
    first = clinic.series(clinic.staff, first_from="2026-11-23", preferred=NOON, first_visit=True).body
    assert usual["offers"]
    assert (first["offers"], first["unserved"]) == ([], ["2026-11-24"])


def test_a_rule_for_the_area_keeps_a_course_to_its_weekdays(clinic_of: Open) -> None:
    clinic = clinic_of(policies=Policies(areas=(AreaRule(weekdays=(1,), postal_prefixes=("N1H",)),)))
    offers = clinic.series(clinic.public, place={"postal_code": GUELPH}, first_from="2026-11-23").body["offers"]
    assert offers
    assert {datetime.fromisoformat(start).weekday() for offer in offers for start in _starts(offer)} == {1}


def test_where_nobody_drives_the_public_sees_no_course_and_staff_the_reason(clinic_of: Open) -> None:
    clinic = clinic_of()
    ottawa = {"lat": 45.42, "lng": -75.69}
    public = clinic.series(clinic.public, place=ottawa, first_from="2026-11-23")
    assert (public.status, public.body["offers"], public.body["unserved"]) == (200, [], None)
    staff = clinic.series(clinic.staff, place=ottawa, first_from="2026-11-23")
    assert (staff.status, staff.body["errors"][0]["code"]) == (422, "outside_area")


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"count": 40}, "too_far_ahead"),
        ({"count": 61}, "out_of_range"),
        ({"count": 40, "then": {"count": 40, "every_days": 1}}, "too_many_visits"),
        ({"then": {"count": 3}}, "every_days_or_rhythm"),
        ({"preferred": {"earliest_start": "15:00", "latest_start": "12:00"}}, "window_reversed"),
        ({"place": {}}, "place_missing"),
        ({"service": "magic"}, "unknown_service"),
        ({"session_minutes": 61}, "session_not_offered"),
        ({"therapist": "nobody"}, "unknown_therapist"),
        ({"first_from": "2026-11-31"}, "not_a_date"),
    ],
)
def test_a_course_that_makes_no_sense_is_refused_with_a_reason(
    clinic_of: Open, asked: dict[str, object], code: str
) -> None:
    clinic = clinic_of()
    answer = clinic.series(clinic.staff, **{"first_from": "2026-11-23", **asked})
    assert answer.status == 422, answer
    assert code in {fault["code"] for fault in answer.body["errors"]}


@pytest.mark.parametrize("seed", range(3))
def test_a_course_is_offered_exactly_when_the_days_one_by_one_allow_one(clinic_of: Open, seed: int) -> None:
    """Every date's slots of every therapist, asked one by one, and every choice among them."""
    rng, people = Random(seed), [Person(id="t0", limits=Limits(driving=9000), travel_percent=115), Person(id="t1")]
    clinic = clinic_of(people)
    dates = [TUESDAY + timedelta(days=k) for k in range(6)]
    for day in dates:
        for who in ("t0", "t1"):
            for hour in (9, 12, 15):
                if rng.random() < 0.75:
                    where = rng.choice((BRAMPTON, MILTON, GUELPH))
                    clinic.try_to_book(where, at(day, f"{hour:02}:00"), therapist=who)
    free = {who: {day: set(clinic.staff.offers(MILTON, day, therapist=who)) for day in dates} for who in ("t0", "t1")}
    seen = set()
    for opens, closes in (("08:00", "20:00"), ("11:00", "13:00"), ("14:00", "14:30"), ("17:00", "18:00")):
        for every in (1, 2):
            preferred = {"earliest_start": opens, "latest_start": closes}
            answer = clinic.series(
                clinic.staff, place={"postal_code": MILTON}, count=3, every_days=every, first_from=str(TUESDAY),
                preferred=preferred,
            )  # fmt: skip
            firsts = [TUESDAY + timedelta(days=k) for k in range(every)]
            wanted = [[first + timedelta(days=every * k) for k in range(3)] for first in firsts]
            alone = any(
                all(_open(free[who][day], opens, closes) for day in dates) for dates in wanted for who in ("t0", "t1")
            )
            shared = any(
                all(_open(free["t0"][day] | free["t1"][day], opens, closes) for day in dates) for dates in wanted
            )
            offers = answer.body["offers"]
            assert bool(offers) == shared
            assert all(offer["therapist_continuity"] == alone for offer in offers)
            for offer in offers:
                for start in _starts(offer):
                    day = datetime.fromisoformat(start).date()
                    assert start in free["t0"][day] | free["t1"][day]
                _keep_and_give_up(clinic, offer["offer"])
            seen.add((shared, alone))
    assert len(seen) > 1


def _keep_and_give_up(clinic: Clinic, offer: str) -> None:
    """Book a whole course, let the judge look at every day of it, and cancel it visit by visit."""
    booked_all = clinic.staff.confirm(clinic.staff.hold(offer).body["hold_id"])
    assert booked_all.status == 201, booked_all
    assert violations(clinic.store, "north", *_span()) == []
    for visit in booked_all.body["visits"]:
        assert clinic.staff.ask("DELETE", f"/v1/bookings/{visit['booking_id']}").status == 200


def _open(starts: set[str], opens: str, closes: str) -> bool:
    return any(opens <= start[11:16] <= closes for start in starts)
