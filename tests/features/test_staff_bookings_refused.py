"""A start that no day can keep is refused to staff as to the public: when to ask again, and what is free instead. So is
one that has passed."""

from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest

from tests.booking_world import BRAMPTON, GUELPH, MILTON, MONDAY, crew
from tests.features.clinic import Clinic, at, open_clinic


@pytest.fixture
def clinic(url: str, tmp_path: Path) -> Iterator[Clinic]:
    """One therapist, who works from eight to eight, and is in Brampton from ten to eleven."""
    with open_clinic(url, tmp_path, crew(1)) as opened:
        opened.book(BRAMPTON, at(MONDAY, "10:00"))
        yield opened


@pytest.mark.parametrize(
    ("postal_code", "wall", "code"), [(MILTON, "10:30", "slot_taken"), (GUELPH, "11:30", "route_infeasible")]
)
def test_a_refused_start_comes_with_the_nearest_that_are_free_and_when_to_ask_again(
    clinic: Clinic, postal_code: str, wall: str, code: str
) -> None:
    refused = clinic.try_to_book(postal_code, at(MONDAY, wall))
    assert (refused.status, refused.body["code"]) == (409, code)
    assert int(refused.headers["Retry-After"]) >= 1
    assert "override" in refused.body["hint"]
    fresh = [slot["start"] for slot in refused.body["slots"]]
    offered = list(clinic.staff.offers(postal_code, MONDAY))
    assert fresh
    assert set(fresh) <= set(offered)
    nearest = min(offered, key=lambda start: abs(at(MONDAY, start[11:16]) - at(MONDAY, wall)))
    assert nearest in fresh
    assert clinic.staff.hold(refused.body["slots"][0]["offer"]).status == 201


def test_a_start_that_has_passed_is_refused_and_says_how_to_write_it_down_all_the_same(clinic: Clinic) -> None:
    clinic.now = at(MONDAY, "14:00").astimezone(UTC)
    refused = clinic.try_to_book(MILTON, at(MONDAY, "13:00"))
    assert (refused.status, refused.code) == (422, "start_passed")
    assert refused.body["errors"][0]["pointer"] == "/visit/start"
    assert "override" in refused.body["hint"]
    assert clinic.try_to_book(MILTON, at(MONDAY, "16:00")).status == 201


def test_what_took_place_is_written_down_flagged_and_audited(clinic: Clinic) -> None:
    """Its day could keep it; but nobody asked the day in time."""
    clinic.now = at(MONDAY, "14:00").astimezone(UTC)
    written = clinic.try_to_book(MILTON, at(MONDAY, "13:00"), override=True)
    assert (written.status, written.body["overridden"], written.body["agenda"]) == (201, True, "t0")
    with clinic.store.unit_of_work("north", write=False) as uow:
        audited = [entry.subject for entry in uow.audit.list() if entry.action == "booking.override"]
    assert audited == [written.body["booking_id"]]


def test_a_window_that_has_begun_is_booked_for_what_is_left_of_it(clinic: Clinic) -> None:
    """At five the visit from half past five leaves nothing of a window since noon that ends at six."""
    window = {"earliest_start": at(MONDAY, "12:00").isoformat(), "latest_start": at(MONDAY, "18:00").isoformat()}
    visit = {"place": {"postal_code": MILTON}, "service": "swedish", "session_minutes": 60, "windows": [window]}
    body = {"client": {"ref": "anna"}, "visit": visit}
    clinic.book(MILTON, at(MONDAY, "17:30"))
    clinic.now = at(MONDAY, "14:00").astimezone(UTC)
    assert clinic.staff.ask("POST", "/v1/bookings", body).body["agenda"] == "t0"
    clinic.now = at(MONDAY, "17:00").astimezone(UTC)
    assert clinic.staff.ask("POST", "/v1/bookings", body).body["agenda"] is None
    clinic.now = at(MONDAY, "18:01").astimezone(UTC)
    refused = clinic.staff.ask("POST", "/v1/bookings", body)
    assert (refused.code, refused.body["errors"][0]["pointer"]) == ("start_passed", "/visit/windows")
