"""Another start for what is booked: the search leaves the visit itself out of account, and the rest stays as it was."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from data.store.records import Role
from optimizer.domain.booking import StartWindow
from tests.booking_world import BRAMPTON, GUELPH, MILTON, MONDAY, Person, crew, make_key, open_practice
from tests.doors import Answer
from tests.features.clinic import Clinic, at, open_clinic
from tests.front_desk import FrontDesk

PIN = {"lat": "43.69200", "lng": "-79.76620"}
"""A house in Brampton, near the middle of its postal code."""


@pytest.fixture
def clinic(url: str, tmp_path: Path) -> Iterator[Clinic]:
    """One therapist, who works from eight to eight."""
    with open_clinic(url, tmp_path, crew(1)) as opened:
        yield opened


@pytest.fixture
def pair(url: str, tmp_path: Path) -> Iterator[Clinic]:
    """Ana and Bo, who work from eight to eight."""
    people = (Person(id="ana", gender="female"), Person(id="bo", gender="male"))
    with open_clinic(url, tmp_path, people) as opened:
        yield opened


def slots(by: FrontDesk, headers: Mapping[str, str] | None = None, /, **told: str) -> Answer:
    asked = {"from": MONDAY.isoformat(), "to": MONDAY.isoformat(), **told}
    return by.ask("GET", f"/v1/slots?{urlencode(asked)}", headers=headers or {})


def offers(answer: Answer) -> dict[str, str]:
    assert answer.status == 200, answer
    return {slot["start"][11:16]: slot["offer"] for day in answer.body["data"].values() for slot in day}


def searched(clinic: Clinic, **told: str) -> dict[str, str]:
    """What the public is offered for a Swedish hour."""
    return offers(slots(clinic.public, service="swedish", session_minutes="60", **told))


def booked(clinic: Clinic, wall: str = "10:00", **told: str) -> dict[str, Any]:
    """A booking made by a client; in Brampton unless told otherwise."""
    where = {} if "lat" in told or "postal_code" in told else {"postal_code": BRAMPTON}
    held = clinic.public.hold(searched(clinic, **where, **told)[wall])
    answer = clinic.public.confirm(held.body["hold_id"])
    assert answer.status == 201, answer
    return dict(answer.body)


def token(booking: Mapping[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Manage {booking['manage']}"}


def move(clinic: Clinic, booking: Mapping[str, Any], offer: str, *, by_staff: bool = False) -> Answer:
    headers = {} if by_staff else token(booking)
    return clinic.staff.ask("PATCH", f"/v1/bookings/{booking['booking_id']}", {"offer": offer}, headers=headers)


def stored(clinic: Clinic, booking: Mapping[str, Any]) -> dict[str, Any]:
    return dict(clinic.staff.ask("GET", f"/v1/bookings/{booking['booking_id']}").body)


def test_two_who_book_from_one_answer_are_two_houses(clinic: Clinic) -> None:
    """After an hour from ten, the drive round the block and the set-up make the next start later than in one house."""
    answer = searched(clinic, postal_code=BRAMPTON)
    clinic.public.hold(answer["10:00"])
    fresh = offers(slots(clinic.staff, service="swedish", session_minutes="60", postal_code=BRAMPTON))
    after = sorted(start for start in answer if start > "10:00")
    first = next(start for start in after if start in fresh)
    lost = clinic.public.hold(answer[after[after.index(first) - 1]])
    assert (lost.status, lost.code) in {(409, "route_infeasible"), (409, "slot_taken")}
    assert clinic.public.hold(answer[first]).status == 201
    with clinic.store.unit_of_work("north", write=False) as uow:
        held = uow.holds.live_on([("t0", MONDAY)], clinic.now)
    assert len({visit.place.id for hold in held for visit in hold.visits}) == 2


def test_two_who_book_one_exact_house_share_its_set_up(clinic: Clinic) -> None:
    answer = searched(clinic, **PIN)
    clinic.public.hold(answer["10:00"])
    together = offers(slots(clinic.staff, service="swedish", session_minutes="60", **PIN))
    beside = offers(slots(clinic.staff, service="swedish", session_minutes="60", postal_code=BRAMPTON))
    first, later = (min(start for start in found if start > "10:00") for found in (together, beside))
    assert first < later
    assert clinic.public.hold(answer[first]).status == 201


def test_the_visits_of_a_course_are_at_one_door(clinic: Clinic) -> None:
    course = clinic.series(clinic.public, first_from=MONDAY.isoformat(), count=3).body["offers"][0]["offer"]
    held = clinic.public.hold(course)
    with clinic.store.unit_of_work("north", write=False) as uow:
        doors = [visit.place.id for visit in uow.holds.get(held.body["hold_id"]).visits]
    assert len(doors) == 3
    assert len(set(doors)) == 1
    assert doors[0].startswith("door_")


def test_half_an_hour_later_is_found_because_the_visit_itself_gives_way(clinic: Clinic) -> None:
    booking = booked(clinic)
    assert "10:30" not in searched(clinic, postal_code=BRAMPTON)
    for by, headers in ((clinic.public, token(booking)), (clinic.staff, {})):
        found = offers(slots(by, headers, moving=booking["booking_id"]))
        assert {"10:00", "10:30"} <= set(found)
    moved = move(clinic, booking, found["10:30"])
    assert (moved.status, moved.body["changed"]) == (200, ["start"])
    assert moved.body["start"] == at(MONDAY, "10:30").isoformat()
    assert moved.body["promise"] == [{"earliest_start": moved.body["start"], "latest_start": moved.body["start"]}]
    assert moved.body["therapist"] == {"name": "Name of t0"}
    assert moved.body["place"] == stored(clinic, booking)["place"]
    assert set(moved.body) == {
        "booking_id", "start", "end", "promise", "status", "place", "therapist", "changed"
    }  # fmt: skip


def test_a_link_may_carry_the_token_of_the_booking_to_be_moved(clinic: Clinic) -> None:
    booking = booked(clinic)
    path = f"/v1/slots?{urlencode({'moving': booking['booking_id'], 'manage': booking['manage']})}"
    assert clinic.public.door.ask("GET", path, headers={}).status == 200


def test_whoever_may_not_move_a_booking_finds_none(clinic: Clinic) -> None:
    mine, other = booked(clinic), booked(clinic, "15:00")
    open_practice(clinic.store, clinic.wiring.geocoder, crew(1), id="south")
    stranger = replace(clinic.staff, secret=make_key(clinic.store, Role.PLANNER, practice="south"))
    assert slots(clinic.public, moving=mine["booking_id"]).code == "not_found"
    assert slots(clinic.public, token(mine), moving=other["booking_id"]).code == "not_found"
    assert slots(stranger, moving=mine["booking_id"]).code == "not_found"
    assert slots(clinic.staff, moving="no such booking").code == "not_found"
    alone = slots(clinic.public, token(mine), service="swedish", session_minutes="60", postal_code=BRAMPTON)
    assert alone.code == "not_found"


def test_without_a_booking_a_search_says_all_that_it_lacks(clinic: Clinic) -> None:
    lacking = slots(clinic.public, postal_code=BRAMPTON)
    assert {(fault["pointer"], fault["code"]) for fault in lacking.body["errors"]} == {
        ("?service", "missing"),
        ("?session_minutes", "missing"),
    }


def test_an_offer_for_a_move_moves_that_booking_and_nothing_else(clinic: Clinic) -> None:
    mine, other = booked(clinic), booked(clinic, "15:00")
    offer = offers(slots(clinic.staff, moving=mine["booking_id"]))["12:00"]
    held = clinic.public.hold(offer)
    assert (held.status, held.code) == (422, "offer_moves")
    crossed = move(clinic, other, offer)
    assert (crossed.status, crossed.code) == (422, "offer_differs")
    assert [fault["pointer"] for fault in crossed.body["errors"]] == ["/offer"]


def test_another_treatment_is_not_looked_for_in_the_place_of_what_is_booked(clinic: Clinic) -> None:
    refused = slots(clinic.staff, moving=booked(clinic)["booking_id"], session_minutes="30")
    assert (refused.status, refused.code) == (422, "treatment_differs")
    assert refused.body["errors"][0]["pointer"] == "?session_minutes"


def test_a_client_does_not_take_the_visit_to_another_town(clinic: Clinic) -> None:
    booking = booked(clinic)
    refused = move(clinic, booking, searched(clinic, postal_code=GUELPH)["15:00"])
    assert (refused.status, refused.code) == (422, "place_differs")
    assert refused.body["errors"][0]["pointer"] == "/offer"
    assert "moving=" in refused.body["hint"]
    looked = slots(clinic.public, token(booking), moving=booking["booking_id"], postal_code=GUELPH)
    assert (looked.code, looked.body["errors"][0]["pointer"]) == ("place_differs", "?place")
    assert stored(clinic, booking)["place"]["label"] == BRAMPTON


def test_staff_take_the_visit_to_another_town_and_are_told(clinic: Clinic) -> None:
    booking = booked(clinic)
    moved = move(clinic, booking, searched(clinic, postal_code=MILTON)["15:00"], by_staff=True)
    assert (moved.status, moved.body["changed"], moved.body["place"]["label"]) == (200, ["start", "place"], MILTON)
    assert (moved.body["agenda"], moved.body["promise"]) == ("t0", moved.body["windows"])
    again = move(clinic, booking, searched(clinic, postal_code=MILTON)["17:00"], by_staff=True)
    assert (again.body["changed"], again.body["place"]) == (["start"], moved.body["place"])


@pytest.mark.parametrize("by_staff", [False, True])
def test_the_exact_house_stays_when_only_its_postal_code_is_told(clinic: Clinic, by_staff: bool) -> None:
    booking = booked(clinic, **PIN)
    house = stored(clinic, booking)["place"]
    moved = move(clinic, booking, searched(clinic, postal_code=BRAMPTON)["15:00"], by_staff=by_staff)
    assert (moved.status, moved.body["place"], moved.body["changed"]) == (200, house, ["start"])
    assert house["precision"] == "exact"


def test_a_house_told_more_exactly_is_a_move_for_staff_only(clinic: Clinic) -> None:
    booking = booked(clinic)
    offer = searched(clinic, **PIN)["15:00"]
    assert move(clinic, booking, offer).code == "place_differs"
    moved = move(clinic, booking, offer, by_staff=True)
    assert (moved.body["place"]["precision"], moved.body["changed"]) == ("exact", ["start", "place"])


def test_whom_the_client_wants_stays_until_somebody_else_is_asked_for(pair: Clinic) -> None:
    booking = booked(pair, therapist="bo")
    stays = move(pair, booking, searched(pair, postal_code=BRAMPTON)["15:00"])
    assert (stays.body["changed"], stays.body["therapist"]["name"]) == (["start"], "Name of bo")
    assert stored(pair, booking)["therapist"]["require"] == ["bo"]
    other = offers(slots(pair.public, token(booking), moving=booking["booking_id"], therapist_gender="female"))
    changed = move(pair, booking, other["15:00"])
    assert (changed.body["changed"], changed.body["therapist"]["name"]) == (["therapist", "who_comes"], "Name of ana")
    choice = stored(pair, booking)["therapist"]
    assert (choice["require"], choice["gender"]) == ([], "female")


@pytest.mark.parametrize("by_staff", [False, True], ids=["client", "staff"])
def test_where_anyone_will_do_a_move_that_brings_somebody_else_says_so(pair: Clinic, by_staff: bool) -> None:
    booking = booked(pair)
    assert booking["therapist"]["name"] == "Name of ana"
    pair.book(BRAMPTON, at(MONDAY, "15:00"), therapist="ana")
    moved = move(pair, booking, searched(pair, postal_code=BRAMPTON)["15:00"], by_staff=by_staff)
    assert (moved.status, moved.body["changed"]) == (200, ["start", "who_comes"])
    assert stored(pair, booking)["agenda"] == "bo"
    back = move(pair, booking, searched(pair, postal_code=BRAMPTON, therapist="bo")["18:00"], by_staff=by_staff)
    assert back.body["changed"] == ["start", "therapist"]


def test_a_start_that_only_somebody_else_is_free_for_is_no_start_for_whom_the_client_wants(pair: Clinic) -> None:
    booking = booked(pair, therapist="bo")
    pair.book(BRAMPTON, at(MONDAY, "15:00"), therapist="bo")
    refused = move(pair, booking, searched(pair, postal_code=BRAMPTON)["15:00"])
    assert (refused.status, refused.code) == (409, "slot_taken")
    fresh = refused.body["slots"][0]
    moved = move(pair, booking, fresh["offer"])
    assert (moved.status, moved.body["therapist"]["name"]) == (200, "Name of bo")


def test_the_lengths_at_the_door_and_the_first_visit_are_those_that_are_booked(clinic: Clinic) -> None:
    """With an hour of set-up the first start of the day is after nine, without it before."""
    visit = {
        "place": {"postal_code": BRAMPTON},
        "service": "swedish",
        "session_minutes": 60,
        "start": at(MONDAY, "10:00").isoformat(),
        "setup_minutes": 60,
    }
    answer = clinic.staff.ask("POST", "/v1/bookings", {"client": {"ref": "anna"}, "visit": visit})
    assert answer.status == 201, answer
    found = offers(slots(clinic.staff, moving=answer.body["booking_id"]))
    clinic.staff.ask("DELETE", f"/v1/bookings/{answer.body['booking_id']}")
    usual = offers(slots(clinic.staff, service="swedish", session_minutes="60", postal_code=BRAMPTON))
    assert min(usual) < "09:00" < min(found)


def test_what_is_cancelled_is_not_moved(clinic: Clinic) -> None:
    booking = booked(clinic)
    clinic.staff.ask("DELETE", f"/v1/bookings/{booking['booking_id']}")
    refused = slots(clinic.public, token(booking), moving=booking["booking_id"])
    assert (refused.status, refused.code) == (409, "booking_cancelled")


def test_a_visit_that_has_begun_is_no_longer_its_clients_to_move_or_cancel(clinic: Clinic) -> None:
    booking = booked(clinic)
    start, path = datetime.fromisoformat(booking["start"]), f"/v1/bookings/{booking['booking_id']}"
    clinic.now = start
    later = offers(slots(clinic.public, token(booking), moving=booking["booking_id"]))["15:00"]
    clinic.now = start + timedelta(seconds=1)
    refusals = (
        slots(clinic.public, token(booking), moving=booking["booking_id"]),
        move(clinic, booking, later),
        clinic.public.ask("DELETE", path, headers=token(booking)),
    )
    assert {(refused.status, refused.code) for refused in refusals} == {(409, "visit_began")}
    assert all("Ask the practice" in refused.body["hint"] for refused in refusals)
    assert stored(clinic, booking)["start"] == booking["start"]


def test_staff_still_correct_a_visit_that_has_begun(clinic: Clinic) -> None:
    booking, other = booked(clinic), booked(clinic, "12:00")
    clinic.now = at(MONDAY, "12:30").astimezone(clinic.now.tzinfo)
    later = offers(slots(clinic.staff, moving=booking["booking_id"]))["17:00"]
    moved = move(clinic, booking, later, by_staff=True)
    assert (moved.status, moved.body["changed"]) == (200, ["start"])
    cancelled = clinic.staff.ask("DELETE", f"/v1/bookings/{other['booking_id']}")
    assert (cancelled.status, cancelled.body["status"]) == (200, "cancelled")
    again = clinic.public.ask("DELETE", f"/v1/bookings/{other['booking_id']}", headers=token(other))
    assert (again.status, again.body["status"]) == (200, "cancelled")


def test_a_visit_with_a_window_is_its_clients_until_the_last_one_closes(clinic: Clinic) -> None:
    booking = booked(clinic)
    with clinic.store.unit_of_work("north") as uow:
        found = uow.bookings.get(booking["booking_id"])
        windows = tuple(
            StartWindow(earliest=at(MONDAY, first), latest=at(MONDAY, last))
            for first, last in (("10:00", "11:00"), ("13:00", "14:00"))
        )
        uow.bookings.put(replace(found, windows=windows))
        uow.commit()
    ask = {"headers": token(booking)}
    clinic.now = at(MONDAY, "14:01")
    refused = clinic.public.ask("DELETE", f"/v1/bookings/{booking['booking_id']}", **ask)
    assert (refused.status, refused.code) == (409, "visit_began")
    clinic.now = at(MONDAY, "13:30")
    assert clinic.public.ask("DELETE", f"/v1/bookings/{booking['booking_id']}", **ask).status == 200
