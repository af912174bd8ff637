"""An import is all or nothing, and the same file twice is one."""

import pytest

from api.services.importing import ImportFormat, ImportReport, ImportRequest, import_bookings
from data.store.records import Role
from optimizer.domain.booking import Booking, BookingStatus
from optimizer.domain.errors import InvalidRequest
from tests.features.conftest import MONDAY, House

HEADER = "uid,status,client_ref,client_name,postal_code,service,session_minutes,date,start,therapist\n"
FIRST = "a,,anna,Anna Bell,L9T 2R1,swedish,60,2026-11-23,10:00,taylor\n"
SECOND = "b,,ben,Ben Bell,L6J 3L5,sports,45,2026-11-23,13:00,\n"
OUTSIDE = "c,,cy,Cy Bell,K1A 0B1,sports,45,2026-11-23,15:00,\n"


def load(house: House, text: str) -> ImportReport:
    return import_bookings(
        ImportRequest(practice_id=house.practice, actor="cli", body=text.encode(), format=ImportFormat.CSV),
        store=house.wiring.store,
        geocoder=house.wiring.geocoder,
        roads=house.wiring.roads,
        clock=house.wiring.clock,
    )


def stored(house: House) -> tuple[Booking, ...]:
    with house.wiring.store.unit_of_work(house.practice, write=False) as uow:
        return uow.bookings.list()


def test_rows_become_bookings_with_their_places_found(house: House) -> None:
    report = load(house, HEADER + FIRST + SECOND)
    assert (report.added, report.updated, report.unchanged) == (2, 0, 0)
    anna = next(booking for booking in stored(house) if booking.uid == "a")
    assert anna.date == MONDAY
    assert anna.place.coordinate is not None
    assert anna.place.label == "L9T 2R1"
    assert anna.choice.require == {"taylor"}


def test_the_same_file_again_changes_nothing(house: House) -> None:
    load(house, HEADER + FIRST + SECOND)
    before = stored(house)
    report = load(house, HEADER + FIRST + SECOND)
    assert (report.added, report.updated, report.unchanged) == (0, 0, 2)
    assert stored(house) == before


def test_a_changed_row_changes_its_booking_and_keeps_its_id(house: House) -> None:
    load(house, HEADER + FIRST)
    (before,) = stored(house)
    report = load(house, HEADER + FIRST.replace("10:00", "11:00"))
    (after,) = stored(house)
    assert (report.updated, after.id) == (1, before.id)
    assert (after.windows[0].earliest - before.windows[0].earliest).total_seconds() == 3600


def test_a_cancelled_row_cancels_and_an_unknown_one_is_remarked(house: House) -> None:
    load(house, HEADER + FIRST)
    report = load(house, HEADER + FIRST.replace("a,,", "a,cancelled,") + "z,cancelled,,,,,,,,\n")
    assert report.cancelled == 1
    assert [remark.code for remark in report.remarks] == ["nothing_to_cancel"]
    assert stored(house)[0].status is BookingStatus.CANCELLED


def test_one_row_outside_the_area_keeps_the_good_ones_out_too(house: House) -> None:
    with pytest.raises(InvalidRequest) as refused:
        load(house, HEADER + FIRST + OUTSIDE + SECOND.replace("sports", "sauna"))
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [
        ("line 3, place", "outside_area"),
        ("line 4, service", "unknown_service"),
    ]
    assert "2 rows" in refused.value.detail
    assert stored(house) == ()


def test_a_postal_code_that_nobody_knows_is_placed_in_its_area_and_remarked_once(house: House) -> None:
    invented = FIRST.replace("L9T 2R1", "L6X 9Z9")
    again = invented.replace("a,,", "a2,,").replace("10:00", "15:00")
    report = load(house, HEADER + invented + again + SECOND)
    assert report.added == 3
    assert [(remark.pointer, remark.code) for remark in report.remarks] == [("line 2, place", "postal_code_unknown")]
    assert "middle of its area L6X" in report.remarks[0].detail


def test_a_visit_that_is_known_to_its_town_only_is_taken_and_remarked(house: House) -> None:
    header, row = HEADER.replace("postal_code", "address"), FIRST.replace("L9T 2R1", "Milton")
    report = load(house, header + row + row.replace("a,,", "a2,,").replace("10:00", "15:00"))

    assert report.added == 2
    (remark,) = report.remarks
    assert (remark.pointer, remark.code) == ("line 2, place", "place_approximate")
    assert "(town) may be about" in remark.detail
    assert {(b.place.source, b.place.is_rough) for b in stored(house)} == {("town", True)}


@pytest.mark.parametrize(("day", "said"), [("2126-11-23", "two years ahead"), ("2026-10-01", "a month ago")])
def test_a_date_that_looks_mistyped_is_taken_and_remarked(house: House, day: str, said: str) -> None:
    report = load(house, HEADER + FIRST.replace("2026-11-23", day) + SECOND)
    assert report.added == 2
    assert [(remark.pointer, remark.code) for remark in report.remarks] == [("line 2, date", "date_far")]
    assert said in report.remarks[0].detail


def test_two_clients_of_one_postal_code_are_two_doors_and_one_client_is_one(house: House) -> None:
    again = FIRST.replace("a,,", "a2,,").replace("10:00", "12:00")
    neighbour = FIRST.replace("a,,anna", "n,,nina")
    load(house, HEADER + FIRST + again + neighbour)
    doors = {booking.uid: booking.place.id for booking in stored(house)}
    assert doors["a"] == doors["a2"] != doors["n"]


def test_over_http_a_bad_row_is_a_422_that_names_it(house: House) -> None:
    planner = house.key(Role.PLANNER)
    answer = house.client.post(
        "/v1/bookings/import",
        data=(HEADER + OUTSIDE).encode(),
        headers={**planner, "Idempotency-Key": "i-1", "Content-Type": "text/csv"},
    )
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["errors"][0]["pointer"] == "line 2, place"
    assert answer.json["errors"][0]["code"] == "outside_area"


def test_over_http_a_repeated_import_is_answered_alike_and_done_once(house: House) -> None:
    headers = {**house.key(Role.PLANNER), "Idempotency-Key": "i-1", "Content-Type": "text/csv; charset=utf-8"}
    first, second = (
        house.client.post("/v1/bookings/import", data=(HEADER + FIRST).encode(), headers=headers) for _ in range(2)
    )
    assert first.status_code == second.status_code == 200
    assert first.json == second.json
    assert first.json is not None
    assert first.json["added"] == 1


def test_a_spreadsheet_is_refused_by_its_type(house: House) -> None:
    headers = {**house.key(Role.PLANNER), "Idempotency-Key": "i-1", "Content-Type": "application/vnd.ms-excel"}
    assert house.client.post("/v1/bookings/import", data=b"PK", headers=headers).status_code == 415


def test_what_is_imported_lies_on_the_agendas_where_it_fits(house: House) -> None:
    load(house, HEADER + FIRST + SECOND)
    assert {(booking.uid, booking.therapist, booking.overridden) for booking in stored(house)} == {
        ("a", "taylor", False),
        ("b", "taylor", False),
    }


def test_what_was_promised_elsewhere_is_on_its_therapists_agenda_and_flagged_where_the_day_cannot_keep_it(
    house: House,
) -> None:
    other = FIRST.replace("a,,anna,Anna", "d,,dan,Dan").replace("10:00", "10:30")
    load(house, HEADER + FIRST + other)
    flags = {booking.uid: (booking.therapist, booking.overridden) for booking in stored(house)}
    assert sorted(flags.values()) == [("taylor", False), ("taylor", True)]


def test_what_no_day_can_keep_and_nobody_is_named_for_is_on_nobodys_agenda(house: House) -> None:
    other = FIRST.replace("a,,anna,Anna", "d,,dan,Dan").replace("10:00,taylor", "10:30,")
    load(house, HEADER + FIRST)
    load(house, HEADER + FIRST + other)
    assert {booking.uid: booking.therapist for booking in stored(house)} == {"a": "taylor", "d": None}


def test_a_visit_that_moves_in_the_file_moves_on_the_agendas(house: House) -> None:
    load(house, HEADER + FIRST)
    report = load(house, HEADER + FIRST.replace("2026-11-23,10:00", "2026-11-24,15:00"))
    assert report.updated == 1
    (moved,) = stored(house)
    assert (moved.date.isoformat(), moved.therapist) == ("2026-11-24", "taylor")
    with house.wiring.store.unit_of_work(house.practice, write=False) as uow:
        assert uow.bookings.on_agendas([("taylor", MONDAY)]) == ()
