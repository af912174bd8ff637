"""From a search to a booking, and what the client and staff may do with it afterwards, on both stores."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from data.store.records import Role
from tests.booking_world import BRAMPTON, GUELPH, MILTON, MONDAY, crew, make_key
from tests.doors import Answer
from tests.features.clinic import Clinic, at, open_clinic
from tests.front_desk import FrontDesk

CASES = Path(__file__).parents[3] / "shared" / "cases" / "booking" / "concurrency.json"
TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
def clinic(url: str, tmp_path: Path) -> Iterator[Clinic]:
    """One therapist, who works from eight to eight."""
    with open_clinic(url, tmp_path, crew(1)) as opened:
        yield opened


def offer(clinic: Clinic, wall: str = "10:00", postal_code: str = BRAMPTON, **more: Any) -> str:
    day = more.pop("day", MONDAY)
    return clinic.public.offers(postal_code, day, **more)[at(day, wall).isoformat()]


def booked(clinic: Clinic, wall: str = "10:00", postal_code: str = BRAMPTON) -> dict[str, Any]:
    """A booking made by a client; the answer they got."""
    held = clinic.public.hold(offer(clinic, wall, postal_code)).body["hold_id"]
    answer = clinic.public.confirm(held)
    assert answer.status == 201, answer
    return dict(answer.body)


def client(clinic: Clinic, booking: dict[str, Any], method: str, body: object = None, **headers: str) -> Answer:
    """What a client does who has no key but the token."""
    token = {"Authorization": f"Manage {booking['manage']}"}
    path = f"/v1/bookings/{booking['booking_id']}"
    return clinic.public.door.ask(method, path, body=body, headers=token | headers)


def stored(clinic: Clinic, booking: dict[str, Any]) -> dict[str, Any]:
    """The booking as staff see it."""
    return dict(clinic.staff.ask("GET", f"/v1/bookings/{booking['booking_id']}").body)


def visit(wall: str, postal_code: str = BRAMPTON, **more: Any) -> dict[str, Any]:
    return {
        "place": {"postal_code": postal_code},
        "service": "swedish",
        "session_minutes": 60,
        "start": at(MONDAY, wall).isoformat(),
        **more,
    }


def book(clinic: Clinic, wall: str, postal_code: str = BRAMPTON, *, override: bool = False, **more: Any) -> Answer:
    """A booking by staff."""
    asked = {k: v for k, v in visit(wall, postal_code, **more).items() if v is not None}
    body = {"client": {"ref": f"client {wall}"}, "visit": asked, "override": override}
    return clinic.staff.ask("POST", "/v1/bookings", body)


def test_a_slot_is_found_held_and_booked(clinic: Clinic) -> None:
    booking = booked(clinic)
    start = "2026-11-23T10:00:00-05:00"
    assert (booking["start"], booking["end"], booking["status"]) == (start, "2026-11-23T11:00:00-05:00", "confirmed")
    assert booking["promise"] == [{"earliest_start": start, "latest_start": start}]
    assert booking["therapist"] == {"name": "Name of t0"}
    assert start not in clinic.public.offers(BRAMPTON, MONDAY)
    assert (stored(clinic, booking)["agenda"], stored(clinic, booking)["overridden"]) == ("t0", False)


def test_what_a_search_offers_can_be_held_and_what_is_held_can_be_booked_until_the_day_is_full(clinic: Clinic) -> None:
    for _ in range(20):
        open_starts = clinic.public.offers(MILTON, MONDAY)
        if not open_starts:
            break
        held = clinic.public.hold(next(iter(open_starts.values())))
        assert held.status == 201
        assert clinic.public.confirm(held.body["hold_id"]).status == 201
    assert clinic.public.offers(MILTON, MONDAY) == {}


def test_only_a_hash_of_the_clients_token_is_kept_with_the_booking(clinic: Clinic) -> None:
    booking = booked(clinic)
    with clinic.store.unit_of_work("north", write=False) as uow:
        kept = uow.bookings.get(booking["booking_id"])
    assert kept.manage_hash
    assert booking["manage"] not in repr(kept)
    assert "manage" not in stored(clinic, booking)


def test_a_client_cancels_with_the_token_and_the_place_is_free(clinic: Clinic) -> None:
    booking = booked(clinic)
    done = client(clinic, booking, "DELETE")
    assert (done.status, done.body["status"]) == (200, "cancelled")
    assert set(done.body) == {"booking_id", "start", "end", "promise", "status"}
    assert client(clinic, booking, "DELETE").status == 200
    assert booking["start"] in clinic.public.offers(BRAMPTON, MONDAY)


def test_a_link_may_carry_the_token(clinic: Clinic) -> None:
    booking = booked(clinic)
    path = f"/v1/bookings/{booking['booking_id']}?manage={booking['manage']}"
    assert clinic.public.door.ask("DELETE", path, headers={}).body["status"] == "cancelled"


def test_a_token_opens_its_own_booking_and_nothing_else(clinic: Clinic) -> None:
    mine, other = booked(clinic), booked(clinic, "15:00")
    crossed = {**mine, "booking_id": other["booking_id"]}
    assert client(clinic, crossed, "DELETE").status == 404
    assert client(clinic, {**mine, "manage": mine["manage"] + "x"}, "DELETE").status == 404
    assert client(clinic, {**mine, "manage": "bm9ydGg.x"}, "DELETE").status == 404
    assert client(clinic, {**mine, "manage": "nonsense"}, "DELETE").status == 404
    assert client(clinic, mine, "GET").status == 401
    assert stored(clinic, other)["status"] == "confirmed"


def test_the_booking_frontend_needs_the_clients_token_to_cancel(clinic: Clinic) -> None:
    booking = booked(clinic)
    assert clinic.public.ask("DELETE", f"/v1/bookings/{booking['booking_id']}").status == 404
    assert clinic.staff.ask("DELETE", f"/v1/bookings/{booking['booking_id']}").body["status"] == "cancelled"


def test_a_booking_moves_to_another_offer_and_its_old_place_is_free(clinic: Clinic) -> None:
    booking = booked(clinic)
    moved = client(clinic, booking, "PATCH", {"offer": offer(clinic, "15:00", day=TUESDAY)})
    assert (moved.status, moved.body["start"]) == (200, "2026-11-24T15:00:00-05:00")
    assert booking["start"] in clinic.public.offers(BRAMPTON, MONDAY)
    assert moved.body["start"] not in clinic.public.offers(BRAMPTON, TUESDAY)
    assert client(clinic, booking, "DELETE").body["status"] == "cancelled"


def test_a_booking_does_not_stand_in_its_own_way(clinic: Clinic) -> None:
    """Half an hour later is only free because the visit itself gives way."""
    later = offer(clinic, "10:30")
    booking = booked(clinic)
    assert at(MONDAY, "10:30").isoformat() not in clinic.public.offers(BRAMPTON, MONDAY)
    moved = client(clinic, booking, "PATCH", {"offer": later})
    assert moved.body["start"] == at(MONDAY, "10:30").isoformat()
    again = client(clinic, booking, "PATCH", {"offer": later})
    assert (moved.body["changed"], again.body) == (["start"], moved.body | {"changed": []})


def test_a_move_to_a_place_that_is_gone_leaves_the_booking_where_it_is(clinic: Clinic) -> None:
    booking, wanted = booked(clinic), offer(clinic, "15:00")
    booked(clinic, "15:15")
    refused = client(clinic, booking, "PATCH", {"offer": wanted})
    assert (refused.status, refused.code) == (409, "slot_taken")
    assert refused.body["slots"]
    assert stored(clinic, booking)["start"] == booking["start"]


def test_a_booking_moves_only_as_the_treatment_it_is(clinic: Clinic) -> None:
    booking = booked(clinic)
    shorter = offer(clinic, "15:00", minutes=30)
    refused = client(clinic, booking, "PATCH", {"offer": shorter})
    assert (refused.status, refused.code) == (422, "offer_differs")


def test_a_cancelled_booking_does_not_move(clinic: Clinic) -> None:
    booking = booked(clinic)
    client(clinic, booking, "DELETE")
    refused = client(clinic, booking, "PATCH", {"offer": offer(clinic, "15:00")})
    assert (refused.status, refused.code) == (409, "booking_cancelled")


def test_a_change_by_who_has_not_seen_the_booking_as_it_is_is_refused(clinic: Clinic) -> None:
    booking = booked(clinic)
    stale = {"If-Match": '"something else"'}
    assert client(clinic, booking, "DELETE", **stale).code == "version_conflict"
    moved = client(clinic, booking, "PATCH", {"offer": offer(clinic, "15:00")}, **stale)
    assert moved.code == "version_conflict"


def test_staff_book_on_the_agenda_it_costs_least(url: str, tmp_path: Path) -> None:
    with open_clinic(url, tmp_path, crew(2)) as clinic:
        assert book(clinic, "09:00", MILTON).body["agenda"] == "t0"
        assert book(clinic, "11:00", MILTON).body["agenda"] == "t0"
        assert book(clinic, "11:00", BRAMPTON).body["agenda"] == "t1"


def test_a_client_is_booked_with_whom_they_prefer(url: str, tmp_path: Path) -> None:
    with open_clinic(url, tmp_path, crew(2)) as clinic:
        assert book(clinic, "09:00", therapist={"prefer": ["t1"]}).body["agenda"] == "t1"
        assert book(clinic, "14:00", therapist={"refuse": ["t0"]}).body["agenda"] == "t1"


def test_a_fixed_start_that_no_day_can_keep_is_refused_and_says_how_to_insist(clinic: Clinic) -> None:
    assert book(clinic, "10:00").status == 201
    overlap, too_far = book(clinic, "10:30"), book(clinic, "11:30", GUELPH)
    assert (overlap.status, overlap.code) == (409, "slot_taken")
    assert (too_far.status, too_far.code) == (409, "route_infeasible")
    assert "override" in too_far.body["hint"]


def test_hours_that_nobody_works_are_not_said_to_be_taken(clinic: Clinic) -> None:
    refused = book(clinic, "23:00")
    assert (refused.status, refused.body["detail"]) == (409, "Nobody is free at 23:00 on 2026-11-23.")


def test_an_override_is_stored_flagged_and_audited_and_its_day_offers_nothing(clinic: Clinic) -> None:
    book(clinic, "10:00")
    forced = book(clinic, "11:30", GUELPH, override=True)
    assert (forced.status, forced.body["overridden"], forced.body["agenda"]) == (201, True, "t0")
    with clinic.store.unit_of_work("north", write=False) as uow:
        assert "booking.override" in {entry.action for entry in uow.audit.list()}
    assert clinic.staff.offers(BRAMPTON, MONDAY) == {}
    assert clinic.staff.offers(BRAMPTON, TUESDAY)
    clinic.staff.ask("DELETE", f"/v1/bookings/{forced.body['booking_id']}")
    assert clinic.staff.offers(BRAMPTON, MONDAY)


def test_an_override_that_is_not_needed_is_none(clinic: Clinic) -> None:
    assert book(clinic, "10:00", override=True).body["overridden"] is False


def test_a_window_that_no_day_can_keep_is_booked_on_nobodys_agenda(clinic: Clinic) -> None:
    book(clinic, "10:00")
    narrow = {"earliest_start": at(MONDAY, "10:15").isoformat(), "latest_start": at(MONDAY, "10:45").isoformat()}
    unplaced = book(clinic, "10:30", start=None, windows=[narrow])
    assert (unplaced.status, unplaced.body["agenda"]) == (201, None)
    wide = narrow | {"latest_start": at(MONDAY, "13:00").isoformat()}
    assert book(clinic, "10:31", start=None, windows=[wide]).body["agenda"] == "t0"


def test_a_visit_whose_screening_is_open_is_on_nobodys_agenda(clinic: Clinic) -> None:
    assert book(clinic, "10:00", clearance="pending").body["agenda"] is None
    assert at(MONDAY, "10:00").isoformat() in clinic.public.offers(BRAMPTON, MONDAY)


def test_a_booking_key_books_by_holds_only(clinic: Clinic) -> None:
    answer = clinic.public.ask("POST", "/v1/bookings", {"client": {"ref": "x"}, "visit": visit("10:00")})
    assert answer.status == 422
    assert {fault["code"] for fault in answer.body["errors"]} == {"missing", "unknown_key"}


def test_a_cap_for_the_public_does_not_bind_staff(clinic: Clinic) -> None:
    practice = clinic.store.practices.get("north")
    clinic.store.practices.put(replace(practice, policies=replace(practice.policies, visits_a_day=1)))
    assert book(clinic, "09:00").status == 201
    assert book(clinic, "15:00").status == 201


@pytest.fixture
def known() -> list[str]:
    """Races that other products lost."""
    if not CASES.exists():
        pytest.skip(f"no {CASES}: the shared cases are not here")
    return [next(iter(each)) for each in json.loads(CASES.read_text(encoding="utf-8"))["cases"]]


def test_two_confirm_at_once_for_one_start(clinic: Clinic, known: list[str]) -> None:
    assert "two concurrent POST /bookings same slot" in known
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: book(clinic, "10:00").status, range(2)))
    assert sorted(answers) == [201, 409]


def test_what_one_holds_another_cannot_book(clinic: Clinic, known: list[str]) -> None:
    assert "hold by A, book by B without hold" in known
    clinic.public.hold(offer(clinic))
    assert book(clinic, "10:00").status == 409
    clinic.now += timedelta(minutes=5)
    assert book(clinic, "10:00").status == 201


def test_a_hold_that_lapsed_and_was_booked_over_is_gone(clinic: Clinic, known: list[str]) -> None:
    assert "hold by A expires, B books, A confirms" in known
    held = clinic.public.hold(offer(clinic)).body["hold_id"]
    clinic.now += timedelta(minutes=5)
    assert book(clinic, "10:00").status == 201
    assert clinic.public.confirm(held).status == 410


def test_a_replayed_confirmation_is_one_booking_with_one_token(clinic: Clinic, known: list[str]) -> None:
    assert "same Idempotency-Key replayed" in known
    held = clinic.public.hold(offer(clinic)).body["hold_id"]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: clinic.public.confirm(held, once="one"), range(8)))
    assert {answer.status for answer in answers} == {201}
    assert len({json.dumps(answer.body, sort_keys=True) for answer in answers}) == 1
    assert len(clinic.staff.ask("GET", "/v1/bookings").body["data"]) == 1


def test_two_starts_that_only_the_drive_excludes_have_one_winner(clinic: Clinic, known: list[str]) -> None:
    assert "two different slots that are each feasible but not together (travel)" in known
    both = [offer(clinic, "10:00", BRAMPTON), offer(clinic, "11:30", GUELPH)]
    rivals = [FrontDesk(door=clinic.public.door, secret=make_key(clinic.store, Role.BOOKING)) for _ in both]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda pair: pair[0].hold(pair[1]), zip(rivals, both, strict=True)))
    assert sorted(answer.status for answer in answers) == [201, 409]
    assert next(answer.code for answer in answers if answer.status == 409) == "route_infeasible"
