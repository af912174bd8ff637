"""A hold keeps an offered place for five minutes, for the key that holds it and nobody else."""

from base64 import urlsafe_b64decode
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from api.services import holding
from api.services.desk import Desk
from api.services.offers import Offer
from data.store.records import Role
from data.store.repositories.agendas import Day
from tests.booking_world import BRAMPTON, GUELPH, MILTON, MONDAY, crew, make_key, open_practice
from tests.features.clinic import Clinic, at, open_clinic
from tests.front_desk import FrontDesk


@pytest.fixture
def clinic(url: str, tmp_path: Path) -> Iterator[Clinic]:
    """One therapist, who works from eight to eight."""
    with open_clinic(url, tmp_path, crew(1)) as opened:
        yield opened


@pytest.fixture
def rival(clinic: Clinic) -> FrontDesk:
    """Another booking frontend of the same practice."""
    return replace(clinic.public, secret=make_key(clinic.store, Role.BOOKING))


def offer(clinic: Clinic, wall: str = "10:00", postal_code: str = BRAMPTON, by: FrontDesk | None = None) -> str:
    return (by or clinic.public).offers(postal_code, MONDAY)[at(MONDAY, wall).isoformat()]


def test_a_hold_says_what_is_kept_and_until_when(clinic: Clinic) -> None:
    kept = clinic.public.hold(offer(clinic)).body
    assert (kept["start"], kept["end"]) == ("2026-11-23T10:00:00-05:00", "2026-11-23T11:00:00-05:00")
    assert kept["expires_at"] == "2026-11-20T07:05:00-05:00"


def test_an_offer_for_anyone_names_no_therapist(clinic: Clinic) -> None:
    common = offer(clinic).split(".")[0]
    text = urlsafe_b64decode(common + "=" * (-len(common) % 4)).decode()
    assert "t0" not in text
    assert "Name of" not in text


@pytest.mark.parametrize("spoil", ["", "x", "offer", "a.b.c", "\u00e9"])
def test_what_is_no_offer_of_ours_cannot_be_held(clinic: Clinic, spoil: str) -> None:
    good = offer(clinic)
    answer = clinic.public.hold(spoil and good[:-2] + spoil)
    assert answer.status == 422


def test_an_offer_with_another_start_written_into_it_is_refused(clinic: Clinic) -> None:
    common, start, mark = offer(clinic).split(".")
    answer = clinic.public.hold(f"{common}.{int(start) + 900}.{mark}")
    assert (answer.status, answer.code) == (422, "offer_invalid")


def test_another_practices_offer_is_none_of_ours(clinic: Clinic) -> None:
    open_practice(clinic.store, clinic.wiring.geocoder, crew(1), id="south")
    south = replace(clinic.public, secret=make_key(clinic.store, Role.BOOKING, practice="south"))
    assert south.hold(offer(clinic)).code == "offer_invalid"


def test_an_offer_is_good_for_ten_minutes(clinic: Clinic) -> None:
    taken = offer(clinic)
    clinic.now += timedelta(minutes=10) - timedelta(seconds=1)
    assert clinic.public.hold(taken).status == 201
    clinic.now += timedelta(seconds=1)
    late = clinic.public.hold(taken)
    assert (late.status, late.code) == (410, "offer_expired")


def test_a_start_that_is_taken_is_refused_with_fresh_ones_near_it(clinic: Clinic, rival: FrontDesk) -> None:
    both = offer(clinic)
    clinic.public.hold(both)
    late = rival.hold(both)
    assert (late.status, late.code) == (409, "slot_taken")
    assert late.headers["Content-Type"] == "application/problem+json"
    assert int(late.headers["Retry-After"]) == 300
    fresh = [slot["start"] for slot in late.body["slots"]]
    assert fresh
    assert fresh == sorted(fresh)
    assert rival.hold(late.body["slots"][0]["offer"]).status == 201


def test_a_start_that_is_free_but_too_far_is_told_apart(clinic: Clinic, rival: FrontDesk) -> None:
    """From Brampton at 11:10 nobody is in Guelph at 11:15."""
    near, far = offer(clinic, "10:00", BRAMPTON), offer(clinic, "11:30", GUELPH)
    assert clinic.public.hold(near).status == 201
    late = rival.hold(far)
    assert (late.status, late.code) == (409, "route_infeasible")
    assert "cannot drive" in late.body["detail"]


def test_two_offers_for_anyone_go_to_two_therapists(url: str, tmp_path: Path) -> None:
    with open_clinic(url, tmp_path, crew(2)) as clinic:
        both = offer(clinic)
        assert [clinic.public.hold(both).status for _ in range(3)] == [201, 201, 409]


def test_whoever_adds_least_to_the_day_is_sent(url: str, tmp_path: Path) -> None:
    with open_clinic(url, tmp_path, crew(2)) as clinic:
        clinic.book(MILTON, at(MONDAY, "09:00"), therapist="t1")
        held = clinic.public.hold(offer(clinic, "11:00", MILTON)).body["hold_id"]
        with clinic.store.unit_of_work("north", write=False) as uow:
            assert [visit.therapist for visit in uow.holds.get(held).visits] == ["t1"]


@pytest.mark.parametrize("people", [1, 2])
def test_where_the_best_has_gone_since_the_first_look_somebody_else_comes(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, people: int
) -> None:
    looked_at: list[str] = []
    look = holding.candidate_days

    def look_and_lose_the_best(wanted: Offer, practice_id: str, *, desk: Desk) -> tuple[set[Day], set[Day]]:
        best, everybody = look(wanted, practice_id, desk=desk)
        if not looked_at:
            ((therapist, _),) = best
            looked_at.append(therapist)
            clinic.book(BRAMPTON, at(MONDAY, "10:00"), therapist=therapist)
        return best, everybody

    with open_clinic(url, tmp_path, crew(people)) as clinic:
        wanted = offer(clinic)
        monkeypatch.setattr(holding, "candidate_days", look_and_lose_the_best)
        answer = clinic.public.hold(wanted)
        if people == 1:
            assert (answer.status, answer.code) == (409, "slot_taken")
            return
        assert answer.status == 201
        with clinic.store.unit_of_work("north", write=False) as uow:
            (kept,) = uow.holds.get(answer.body["hold_id"]).visits
            days = {agenda.therapist: agenda.version for agenda in uow.agendas.between(MONDAY, MONDAY)}
        assert {kept.therapist, *looked_at} == {"t0", "t1"}
        assert days == {"t0": 1, "t1": 1}  # what was taken back has counted nothing


def test_the_practices_cap_counts_holds(url: str, tmp_path: Path) -> None:
    with open_clinic(url, tmp_path, crew(2)) as clinic:
        practice = clinic.store.practices.get("north")
        clinic.store.practices.put(replace(practice, policies=replace(practice.policies, visits_a_day=1)))
        early, late = offer(clinic, "10:00"), offer(clinic, "15:00")
        assert clinic.public.hold(early).status == 201
        full = clinic.public.hold(late)
        # Somebody is free, and could drive there: it is called what it is.
        assert (full.status, full.code) == (409, "slot_taken")
        assert full.body["detail"] == "No more visits are taken on 2026-11-23."
        assert clinic.public.offers(BRAMPTON, MONDAY) == {}


def test_a_hold_that_is_let_go_frees_its_place_at_once(clinic: Clinic, rival: FrontDesk) -> None:
    both = offer(clinic)
    held = clinic.public.hold(both).body["hold_id"]
    assert [clinic.public.release(held).status for _ in range(2)] == [204, 204]
    assert rival.hold(both).status == 201
    gone = clinic.public.confirm(held)
    assert (gone.status, gone.code) == (410, "hold_released")


def test_anothers_hold_does_not_exist(clinic: Clinic, rival: FrontDesk) -> None:
    held = clinic.public.hold(offer(clinic)).body["hold_id"]
    assert rival.release(held).status == 404
    assert rival.confirm(held).status == 404
    assert clinic.staff.confirm(held).status == 404
    assert clinic.public.confirm(held).status == 201


@pytest.mark.parametrize(("late_by", "lapsed"), [(-1, False), (0, True), (1, True)])
def test_at_its_last_second_a_hold_counts_and_then_no_more(
    clinic: Clinic, rival: FrontDesk, late_by: int, lapsed: bool
) -> None:
    both = offer(clinic)
    held = clinic.public.hold(both).body["hold_id"]
    clinic.now += timedelta(minutes=5, seconds=late_by)
    assert rival.hold(both).status == (201 if lapsed else 409)
    answer = clinic.public.confirm(held)
    assert (answer.status, answer.code) == ((410, "hold_expired") if lapsed else (201, ""))


@pytest.mark.parametrize("late_by", [-1, 0, 1])
def test_a_lapsed_hold_is_confirmed_while_its_place_is_free(clinic: Clinic, late_by: int) -> None:
    held = clinic.public.hold(offer(clinic)).body["hold_id"]
    clinic.now += timedelta(minutes=5, seconds=late_by)
    assert clinic.public.confirm(held).status == 201


def test_a_lapsed_hold_whose_drive_is_no_longer_possible_is_gone(clinic: Clinic, rival: FrontDesk) -> None:
    """The place itself is free: only the whole day shows that it cannot be kept."""
    held = clinic.public.hold(offer(clinic, "11:30", GUELPH)).body["hold_id"]
    clinic.now += timedelta(minutes=5)
    assert rival.hold(offer(clinic, "10:00", BRAMPTON, rival)).status == 201
    assert clinic.public.confirm(held).code == "hold_expired"


def test_a_hold_is_confirmed_once_and_its_answer_repeated(clinic: Clinic) -> None:
    held = clinic.public.hold(offer(clinic)).body["hold_id"]
    first, again = (clinic.public.confirm(held, once="the same") for _ in range(2))
    assert (first.status, first.body) == (again.status, again.body)
    other = clinic.public.confirm(held, once="another")
    assert (other.status, other.code) == (409, "hold_confirmed")
    assert clinic.public.release(held).code == "hold_confirmed"


def test_a_repeated_hold_is_one_hold(clinic: Clinic) -> None:
    taken = offer(clinic)
    first, again = (clinic.public.hold(taken, once="the same") for _ in range(2))
    assert first.body == again.body
    other = clinic.public.hold(offer(clinic, "15:00"), once="the same")
    assert (other.status, other.code) == (422, "idempotency_key_reused")


def test_a_start_that_has_passed_is_neither_held_nor_confirmed(clinic: Clinic) -> None:
    practice = clinic.store.practices.get("north")
    clinic.store.practices.put(replace(practice, policies=replace(practice.policies, notice_minutes=0)))
    clinic.now = at(MONDAY, "09:58").astimezone(clinic.now.tzinfo)
    taken = offer(clinic)
    held = clinic.public.hold(taken).body["hold_id"]
    clinic.now += timedelta(minutes=6)
    assert clinic.public.hold(taken).code == "offer_expired"
    assert clinic.public.confirm(held).code == "hold_expired"


def test_the_cap_counts_everybodys_visits_when_a_lapsed_hold_is_confirmed(url: str, tmp_path: Path) -> None:
    with open_clinic(url, tmp_path, crew(2)) as clinic:
        practice = clinic.store.practices.get("north")
        clinic.store.practices.put(replace(practice, policies=replace(practice.policies, visits_a_day=1)))
        held = clinic.public.hold(offer(clinic)).body["hold_id"]
        clinic.now += timedelta(minutes=5)
        clinic.book(BRAMPTON, at(MONDAY, "15:00"), therapist="t1")
        assert clinic.public.confirm(held).code == "hold_expired"


def test_a_hold_is_forgotten_a_month_after_it_expired(clinic: Clinic) -> None:
    held = clinic.public.hold(offer(clinic)).body["hold_id"]
    clinic.now += timedelta(days=31)
    later = clinic.public.offers(BRAMPTON, MONDAY + timedelta(days=35))
    assert clinic.public.hold(next(iter(later.values()))).status == 201
    assert clinic.public.confirm(held).status == 404


def test_a_key_of_yesterday_is_good_for_something_new(clinic: Clinic) -> None:
    first = clinic.public.hold(offer(clinic), once="once")
    clinic.now += timedelta(hours=24) - timedelta(seconds=1)
    again = clinic.public.hold(offer(clinic, "15:00"), once="once")
    assert (again.status, again.code) == (422, "idempotency_key_reused")
    clinic.now += timedelta(seconds=1)
    second = clinic.public.hold(offer(clinic, "15:00"), once="once")
    assert (first.status, second.status) == (201, 201)
    assert second.body["start"] == at(MONDAY, "15:00").isoformat()
    assert clinic.public.hold(offer(clinic, "18:00"), once="once").code == "idempotency_key_reused"
