"""A planner puts visits where she wants them: the days say what comes of it, and nothing is moved silently."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, time
from pathlib import Path
from typing import Any

import pytest

from tests.booking_world import BRAMPTON, GUELPH, MILTON, MONDAY, Person
from tests.doors import Answer
from tests.features.clinic import Clinic, at, open_clinic
from tests.stored_days import violations

PEOPLE = (Person(id="t0", gender="female"), Person(id="t1", gender="male"), Person(id="t2", hours=(time(8), time(12))))


@pytest.fixture
def clinic(url: str, tmp_path: Path) -> Iterator[Clinic]:
    """Three therapists: the last works until noon."""
    with open_clinic(url, tmp_path, PEOPLE) as opened:
        yield opened


def booked(clinic: Clinic, id: str, postal_code: str, *windows: tuple[str, str], **visit: object) -> str:
    """A visit of an hour that anybody may take; its id."""
    told = [
        {"earliest_start": at(MONDAY, first).isoformat(), "latest_start": at(MONDAY, last).isoformat()}
        for first, last in windows
    ]
    asked = {"id": id, "place": {"postal_code": postal_code}, "service": "swedish", "session_minutes": 60}
    body = {"client": {"ref": id, "name": f"Name of {id}"}, "visit": {**asked, "windows": told, **visit}}
    answer = clinic.staff.ask("POST", "/v1/bookings", body)
    assert answer.status == 201, answer
    return id


def who(clinic: Clinic, id: str) -> str | None:
    with clinic.store.unit_of_work("north", write=False) as uow:
        return uow.bookings.get(id).therapist


def proposal(clinic: Clinic, id: str, therapist: str, wall: str | None = None) -> dict[str, Any]:
    answer = clinic.staff.ask("POST", "/v1/proposals", {"booking_id": id, **_placement(therapist, wall)})
    assert answer.status == 200, answer
    return dict(answer.body)


def place(
    clinic: Clinic, id: str, therapist: str, wall: str | None = None, *, version: str | None = None, **more: bool
) -> Answer:
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    return clinic.staff.ask(
        "PUT", f"/v1/bookings/{id}/placement", {**_placement(therapist, wall), **more}, headers=headers
    )


def _placement(therapist: str, wall: str | None) -> dict[str, str]:
    start = {} if wall is None else {"start": at(MONDAY, wall).isoformat()}
    return {"therapist": therapist, **start}


def day(clinic: Clinic, therapist: str) -> dict[str, str]:
    """The wall times of a therapist's sessions by visit, as everybody reads them."""
    answer = clinic.staff.ask("GET", f"/v1/itineraries/{therapist}/{MONDAY}")
    steps = answer.body["steps"] if answer.status == 200 else ()
    return {step["visit"]: step["start"][11:16] for step in steps if step["type"] == "visit"}


def changes(clinic: Clinic) -> list[dict[str, Any]]:
    return list(clinic.staff.ask("GET", f"/v1/days/{MONDAY}/changes").body["data"])


def test_a_proposal_says_what_would_come_of_it_and_stores_nothing(clinic: Clinic) -> None:
    anna = booked(clinic, "anna", BRAMPTON, ("09:00", "15:00"))
    other = next(name for name in ("t0", "t1") if name != who(clinic, anna))
    before = clinic.staff.ask("GET", f"/v1/days/{MONDAY}/pulse").body["version"]
    told = proposal(clinic, anna, other, "10:30")
    assert told["fits"]
    assert told["start"][11:16] == "10:30"
    assert (told["promise"], told["locked"], told["version"]) == (None, True, before)
    assert abs(told["added"]["travel_seconds"]) < 60  # both start at the same home
    assert clinic.staff.ask("GET", f"/v1/days/{MONDAY}/pulse").body["version"] == before
    assert who(clinic, anna) != other


def test_what_is_applied_is_what_was_proposed_and_everybody_reads_it(clinic: Clinic) -> None:
    anna = booked(clinic, "anna", BRAMPTON, ("09:00", "15:00"))
    told = proposal(clinic, anna, "t1", "10:30")
    done = place(clinic, anna, "t1", "10:30", version=told["version"])
    assert done.status == 200
    assert {**done.body, "version": ""} == {**told, "version": ""}
    assert done.headers["ETag"] == f'"{done.body["version"]}"'
    assert day(clinic, "t1") == {anna: "10:30"}
    assert violations(clinic.store, "north", MONDAY, MONDAY) == []


def test_without_a_start_it_goes_where_it_adds_least_and_keeps_its_promise(clinic: Clinic) -> None:
    booked(clinic, "first", GUELPH, ("12:00", "12:00"), therapist={"require": ["t1"]})
    anna = booked(clinic, "anna", GUELPH, ("08:00", "19:00"))
    done = place(clinic, anna, "t1")
    assert done.status == 200
    assert done.body["added"]["travel_seconds"] < 120
    assert set(day(clinic, "t1")) == {"first", anna}


def test_a_day_that_cannot_keep_it_refuses_with_the_reason_and_what_would_open_it(clinic: Clinic) -> None:
    booked(clinic, "fixed", GUELPH, ("11:30", "11:30"), therapist={"require": ["t1"]})
    anna = booked(clinic, "anna", BRAMPTON, ("09:00", "15:00"))
    overlap, far = proposal(clinic, anna, "t1", "11:45"), proposal(clinic, anna, "t1", "10:00")
    assert (overlap["fits"], overlap["refused"]["code"]) == (False, "taken")
    assert "11:30" in overlap["refused"]["detail"]
    assert far["refused"]["code"] == "travel"
    assert far["refused"]["opens_if"]["travel_shorter_seconds"] > 0
    refused = place(clinic, anna, "t1", "10:00")
    assert (refused.status, refused.code) == (409, "route_infeasible")
    assert refused.body["proposal"]["refused"] == far["refused"]
    assert place(clinic, anna, "t1", "11:45").code == "slot_taken"


@pytest.mark.parametrize(
    ("therapist", "wall", "code"), [("t0", "10:00", "gender"), ("t2", "14:00", "shift"), ("t1", "19:30", "shift")]
)
def test_who_somebody_is_and_when_they_work_is_said_like_any_other_reason(
    clinic: Clinic, therapist: str, wall: str, code: str
) -> None:
    gender = {"gender": "male"} if code == "gender" else {}
    anna = booked(clinic, "anna", BRAMPTON, ("08:00", "19:45"), therapist=gender)
    assert proposal(clinic, anna, therapist, wall)["refused"]["code"] == code


def test_a_live_hold_stands_in_the_way_like_a_booking(clinic: Clinic) -> None:
    anna = booked(clinic, "anna", BRAMPTON, ("09:00", "15:00"))
    offers = clinic.public.offers(MILTON, MONDAY)
    start = next(start for start in offers if start[11:16] == "10:00")
    clinic.public.hold(offers[start])
    taken = [proposal(clinic, anna, name, "10:00")["fits"] for name in ("t0", "t1")]
    assert sorted(taken) == [False, True]


def test_another_start_than_promised_needs_a_word_and_then_is_the_promise(clinic: Clinic) -> None:
    anna = booked(clinic, "anna", BRAMPTON, ("10:00", "10:00"))
    told = proposal(clinic, anna, "t1", "11:00")
    assert told["fits"]
    assert told["promise"]["after"][11:16] == "11:00"
    refused = place(clinic, anna, "t1", "11:00")
    assert (refused.status, refused.code) == (409, "promise_change")
    assert place(clinic, anna, "t1", "11:00", override=True).code == "promise_change"  # one word is not the other
    assert place(clinic, anna, "t1", "11:00", new_promise=True).status == 200
    with clinic.store.unit_of_work("north", write=False) as uow:
        assert uow.bookings.get(anna).fixed_start == at(MONDAY, "11:00").astimezone(UTC)
    (change,) = [each for each in changes(clinic) if each["action"] == "visit.place"]
    assert change["detail"]["promised_before"] == "10:00-10:00"
    assert change["detail"]["promised"][11:16] == "11:00"


def test_another_therapist_keeps_the_promise(clinic: Clinic) -> None:
    anna = booked(clinic, "anna", BRAMPTON, ("10:00", "10:00"))
    for name in ("t0", "t1"):
        assert place(clinic, anna, name).status == 200
        assert day(clinic, name)[anna] == "10:00"
    assert proposal(clinic, anna, "t0", "10:00")["promise"] is None


def test_an_override_is_stored_flagged_and_audited_and_says_what_breaks(clinic: Clinic) -> None:
    booked(clinic, "fixed", GUELPH, ("11:30", "11:30"), therapist={"require": ["t1"]})
    anna = booked(clinic, "anna", BRAMPTON, ("10:00", "10:00"))
    assert proposal(clinic, anna, "t1", "10:00")["broken"]
    done = place(clinic, anna, "t1", "10:00", override=True)
    assert (done.status, done.body["overridden"]) == (200, True)
    itinerary = clinic.staff.ask("GET", f"/v1/itineraries/t1/{MONDAY}").body
    assert itinerary["overridden"] == [anna]
    assert itinerary["broken"]
    assert next(each for each in changes(clinic) if each["action"] == "visit.override")["detail"]["against"]
    assert place(clinic, anna, "t0", "10:00").body["overridden"] is False


def test_whoever_comes_second_is_told_who_changed_what_and_may_propose_again(clinic: Clinic) -> None:
    anna, bob = booked(clinic, "anna", BRAMPTON, ("09:00", "15:00")), booked(clinic, "bob", MILTON, ("09:00", "15:00"))
    seen = proposal(clinic, bob, "t1", "10:00")["version"]
    assert place(clinic, anna, "t1", "10:00", version=seen).status == 200
    late = place(clinic, bob, "t1", "10:00", version=seen)
    assert (late.status, late.code) == (409, "version_conflict")
    newest = next(each for each in changes(clinic) if each["action"] == "visit.place")
    assert (newest["action"], newest["subject"], newest["detail"]["to_therapist"]) == ("visit.place", anna, "t1")
    again = proposal(clinic, bob, "t1", "10:00")
    assert not again["fits"]
    assert place(clinic, bob, "t1", "13:00", version=again["version"]).status == 200


@pytest.mark.parametrize("wall", ["09:00", "11:15", "14:30"])
def test_of_two_who_want_one_place_at_once_one_gets_it(clinic: Clinic, wall: str) -> None:
    names = [booked(clinic, f"v{number}", BRAMPTON, ("09:00", "15:00")) for number in range(4)]
    with ThreadPoolExecutor(len(names)) as pool:
        answers = list(pool.map(lambda name: place(clinic, name, "t1", wall).status, names))
    assert sorted(answers) in ([200, 409, 409, 409], [409] * 4)  # the place may have been somebody's before
    assert clinic.staff.ask("GET", f"/v1/itineraries/t1/{MONDAY}").body["broken"] == []


def test_a_lock_keeps_therapist_and_start_until_it_is_taken_off(clinic: Clinic) -> None:
    anna = booked(clinic, "anna", BRAMPTON, ("09:00", "15:00"))
    start = day(clinic, str(who(clinic, anna)))[anna]
    locked = clinic.staff.ask("PUT", f"/v1/bookings/{anna}/lock")
    assert (locked.status, locked.body["locked_start"][11:16]) == (200, start)
    assert clinic.staff.ask("PUT", f"/v1/bookings/{anna}/lock").body == locked.body
    taken = clinic.staff.ask("DELETE", f"/v1/bookings/{anna}/lock")
    assert (taken.body["locked"], taken.body["therapist"]) == (False, locked.body["therapist"])
    assert {each["action"] for each in changes(clinic)} == {"booking.add", "visit.lock", "visit.unlock"}


def test_a_visit_on_nobodys_day_cannot_be_locked_but_can_be_placed(clinic: Clinic) -> None:
    booked(clinic, "fixed", GUELPH, ("10:00", "10:00"), therapist={"require": ["t0"]})
    anna = booked(clinic, "anna", BRAMPTON, ("10:00", "10:30"), therapist={"require": ["t0"]})
    assert who(clinic, anna) is None
    assert clinic.staff.ask("PUT", f"/v1/bookings/{anna}/lock").code == "not_placed"
    bob = booked(clinic, "bob", MILTON, ("09:00", "15:00"))
    assert clinic.staff.ask("DELETE", f"/v1/bookings/{bob}/placement").body["therapist"] is None
    assert who(clinic, bob) is None
    assert place(clinic, bob, "t1").status == 200
    assert who(clinic, bob) == "t1"


def test_who_else_could_take_it_is_told_with_its_cost_and_the_others_with_a_reason(clinic: Clinic) -> None:
    booked(clinic, "fixed", GUELPH, ("11:30", "11:30"), therapist={"require": ["t1"]})
    anna = booked(clinic, "anna", BRAMPTON, ("10:00", "10:20"), therapist={"gender": "male"})
    assert who(clinic, anna) is None
    told = clinic.staff.ask("GET", f"/v1/bookings/{anna}/takers").body
    assert told["data"] == []
    assert {each["therapist"]: each["code"] for each in told["refused"]}["t1"] == "travel"
    bob = booked(clinic, "bob", BRAMPTON, ("13:00", "15:00"))
    told = clinic.staff.ask("GET", f"/v1/bookings/{bob}/takers").body
    assert {each["therapist"] for each in told["data"]} == {"t0", "t1"}
    assert [each["therapist"] for each in told["refused"]] == ["t2"]
    best = told["data"][0]
    done = place(clinic, bob, best["therapist"], best["start"][11:16])
    assert done.status == 200


def test_words_that_make_no_sense_are_refused_with_a_hint(clinic: Clinic) -> None:
    anna = booked(clinic, "anna", BRAMPTON, ("09:00", "15:00"))
    unknown = place(clinic, anna, "t9")
    assert (unknown.status, unknown.code, unknown.body["errors"][0]["pointer"]) == (
        422,
        "unknown_therapist",
        "/therapist",
    )
    elsewhere = clinic.staff.ask(
        "PUT", f"/v1/bookings/{anna}/placement", {"therapist": "t1", "start": "2026-11-24T10:00:00-05:00"}
    )
    assert elsewhere.code == "date_differs"
    assert place(clinic, "nobody", "t1").status == 404
    clinic.staff.ask("DELETE", f"/v1/bookings/{anna}")
    assert place(clinic, anna, "t1").code == "booking_cancelled"
    assert clinic.public.ask("PUT", f"/v1/bookings/{anna}/placement", {"therapist": "t1"}).status == 404


def test_a_pulse_is_quiet_while_nothing_changes(clinic: Clinic) -> None:
    path = f"/v1/days/{MONDAY}/pulse"
    first = clinic.staff.ask("GET", path)
    assert clinic.staff.ask("GET", path, headers={"If-None-Match": first.headers["ETag"]}).status == 304
    booked(clinic, "anna", BRAMPTON, ("09:00", "15:00"))
    second = clinic.staff.ask("GET", path, headers={"If-None-Match": first.headers["ETag"]})
    assert second.status == 200
    assert second.body["version"] != first.body["version"]
