"""A booking made elsewhere lands on time that is promised: it is kept, flagged, and the answer says what it hits."""

from dataclasses import replace

import pytest

from api.services.importing import ImportFormat, ImportReport, ImportRequest, import_bookings
from data.store.records import Role
from optimizer.domain.booking import Booking
from tests.calendars import calendar, event
from tests.features.conftest import House
from tests.features.test_importing import FIRST, HEADER, load, stored

TEN = "20261123T100000"
ELEVEN = "20261123T110000"


@pytest.fixture
def promised(house: House) -> House:
    """Anna has Taylor from ten to eleven in Milton."""
    load(house, HEADER + FIRST)
    return house


def flagged(house: House) -> dict[str | None, bool]:
    booked: tuple[Booking, ...] = stored(house)
    return {booking.uid: booking.overridden for booking in booked}


def test_a_row_over_a_booking_is_remarked_with_whose_start_it_overlaps(promised: House) -> None:
    report = load(promised, HEADER + "n,,nora,Nora Noon,L9T 2R1,swedish,60,2026-11-23,10:30,taylor\n")
    (remark,) = report.remarks
    assert (remark.pointer, remark.code) == ("line 2", "taken")
    assert remark.detail == (
        "uid n was booked although its day cannot keep it:"
        " 10:30 to 11:30 overlaps a visit of Taylor Wren's from 10:00 to 11:00"
    )
    assert "Anna" not in remark.detail
    assert flagged(promised) == {"a": False, "n": True}


def test_a_row_too_far_to_drive_is_remarked_with_the_drive_that_is_too_short(promised: House) -> None:
    report = load(promised, HEADER + "n,,nora,Nora Noon,N1H 7T8,swedish,60,2026-11-23,11:30,taylor\n")
    (remark,) = report.remarks
    assert remark.code == "travel"
    assert "more between L9T 2R1 and N1H 7T8" in remark.detail


def test_a_row_over_a_place_that_is_held_is_remarked_without_saying_for_whom(house: House) -> None:
    booking = house.key(Role.BOOKING)
    asked = "service=swedish&session_minutes=60&postal_code=L9T2R1&from=2026-11-23&to=2026-11-23"
    found = house.client.get(f"/v1/slots?{asked}", headers=booking).json
    assert found is not None
    offer = next(slot for slot in found["data"]["2026-11-23"] if slot["start"][11:16] == "11:00")["offer"]
    held = house.client.post(
        "/v1/holds",
        json={"offer": offer, "client": {"ref": "secret"}},
        headers={**booking, "Idempotency-Key": "hold"},
    )
    assert held.status_code == 201
    answer = house.client.post(
        "/v1/bookings/import",
        data=HEADER + "n,,nora,Nora Noon,L9T 2R1,swedish,60,2026-11-23,11:30,taylor\n",
        headers={**house.key(Role.PLANNER), "Idempotency-Key": "import", "Content-Type": "text/csv"},
    )
    assert answer.json is not None
    (remark,) = answer.json["remarks"]
    assert remark["code"] == "taken"
    assert "overlaps a place held for somebody of Taylor Wren's from 11:00 to 12:00" in remark["detail"]
    assert "secret" not in answer.text


def test_a_row_on_a_day_off_is_remarked(house: House) -> None:
    with house.wiring.store.unit_of_work(house.practice) as uow:
        pattern = uow.patterns.get("taylor")
        uow.patterns.put(replace(pattern, hours=(*pattern.hours[:6], None)))
        uow.commit()
    report = load(house, HEADER + "n,,nora,Nora Noon,L9T 2R1,swedish,60,2026-11-29,11:30,taylor\n")
    assert [(remark.code, "does not work on Sundays" in remark.detail) for remark in report.remarks] == [
        ("shift", True)
    ]


def test_an_event_over_a_booking_is_remarked_like_a_row(promised: House) -> None:
    text = calendar(event("n", TEN, ELEVEN, "Swedish 60 min - Nora Noon", "LOCATION:L9T 2R1"))
    parts = promised.wiring
    report: ImportReport = import_bookings(
        ImportRequest(practice_id=promised.practice, actor="cli", body=text.encode(), format=ImportFormat.ICS),
        store=parts.store,
        geocoder=parts.geocoder,
        roads=parts.roads,
        clock=parts.clock,
    )
    (remark,) = report.remarks
    assert remark.code == "taken"
    assert remark.detail.startswith("uid n is on nobody's agenda, because no day can keep it: 10:00 to 11:00 overlaps")
    assert report.added == 1
