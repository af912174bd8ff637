"""A visit on hold is on nobody's agenda, and its place is free; cleared, it goes where it costs least."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.booking_world import BRAMPTON, MONDAY, crew
from tests.doors import Answer
from tests.features.clinic import Clinic, at, open_clinic

TEN = at(MONDAY, "10:00")


@pytest.fixture
def clinic(url: str, tmp_path: Path) -> Iterator[Clinic]:
    with open_clinic(url, tmp_path, crew(1)) as opened:
        yield opened


def requested(clinic: Clinic) -> Answer:
    """Monday at ten, held by a client whose screening asks for a talk first."""
    offer = clinic.public.offers(BRAMPTON, MONDAY)[TEN.isoformat()]
    held = clinic.public.hold(offer).body["hold_id"]
    client = {"ref": "anna", "name": "Anna Bell"}
    return clinic.public.ask("POST", "/v1/bookings", {"hold_id": held, "client": client, "clearance": "hold"})


def clear(clinic: Clinic, booking: str, outcome: str = "clear") -> Answer:
    return clinic.staff.ask("PUT", f"/v1/bookings/{booking}/clearance", {"clearance": outcome})


def test_a_hold_confirmed_on_hold_is_a_request_that_keeps_no_place(clinic: Clinic) -> None:
    asked = requested(clinic)
    assert asked.status == 201
    assert (asked.body["clearance"], asked.body["therapist"]) == ("hold", None)
    stored = clinic.staff.ask("GET", f"/v1/bookings/{asked.body['booking_id']}").body
    assert (stored["agenda"], stored["clearance"]) == (None, "hold")
    assert TEN.isoformat() in clinic.public.offers(BRAMPTON, MONDAY)


def test_a_cleared_visit_goes_on_an_agenda_and_saying_so_again_changes_nothing(clinic: Clinic) -> None:
    booking = requested(clinic).body["booking_id"]
    first, again = clear(clinic, booking), clear(clinic, booking)
    assert (first.status, first.body["agenda"], first.body["warnings"]) == (200, "t0", [])
    assert again.body == first.body
    assert TEN.isoformat() not in clinic.public.offers(BRAMPTON, MONDAY)
    off = clear(clinic, booking, "hold")
    assert off.body["agenda"] is None
    assert TEN.isoformat() in clinic.public.offers(BRAMPTON, MONDAY)


def test_a_start_that_somebody_else_has_since_is_not_promised_twice(clinic: Clinic) -> None:
    booking = requested(clinic).body["booking_id"]
    clinic.book(BRAMPTON, TEN)
    cleared = clear(clinic, booking)
    assert (cleared.status, cleared.body["clearance"], cleared.body["agenda"]) == (200, "clear", None)
    assert "on their agenda yet" in cleared.body["warnings"][0]


def test_only_staff_clear_and_a_cancelled_visit_stays_cancelled(clinic: Clinic) -> None:
    booking = requested(clinic).body["booking_id"]
    path, body = f"/v1/bookings/{booking}/clearance", {"clearance": "clear"}
    assert clinic.public.ask("PUT", path, body).status == 404
    clinic.staff.ask("DELETE", f"/v1/bookings/{booking}")
    refused = clear(clinic, booking)
    assert (refused.status, refused.code) == (409, "booking_cancelled")
