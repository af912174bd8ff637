"""A calendar as booking systems export it."""

import pytest

from api.feeds.booking_rows import Catalogue, ParsedFile
from api.feeds.bookings_ics import parse_ics
from data.demo.solo import SOLO
from optimizer.domain.errors import InvalidRequest

CATALOGUE = Catalogue(zone=SOLO.practice.zone, services=SOLO.services, therapists={"taylor": "Taylor Wren"})

VISIT = (
    "UID:v1",
    "DTSTART;TZID=America/Toronto:20261123T100000",
    "DTEND;TZID=America/Toronto:20261123T110000",
    "SUMMARY:Swedish massage 60 min - Anna Bell",
    "LOCATION:12 Main St\\, Brampton L6Y2J6",
)


def event(*lines: str) -> str:
    return "\r\n".join(("BEGIN:VEVENT", *lines, "END:VEVENT"))


def read(*events: str) -> ParsedFile:
    text = "\r\n".join(("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:test", *events, "END:VCALENDAR", ""))
    return parse_ics(text.encode(), CATALOGUE)


def codes(parsed: ParsedFile) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.code) for fault in parsed.faults]


def with_start(start: str, *more: str) -> str:
    return event("UID:v1", start, "DURATION:PT1H", "SUMMARY:swedish", "LOCATION:L6Y 2J6", *more)


def test_a_visit_is_read_from_summary_location_and_times() -> None:
    (row,) = read(event(*VISIT)).rows
    assert (row.uid, row.service, row.session) == ("v1", "swedish", 3600)
    assert row.client is not None
    assert row.client.name == "Anna Bell"
    assert row.where is not None
    assert (row.where.postal_code, row.where.address) == ("L6Y 2J6", "12 Main St, Brampton L6Y2J6")
    assert row.windows[0].earliest.isoformat() == "2026-11-23T15:00:00+00:00"


@pytest.mark.parametrize(
    ("start", "instant"),
    [
        ("DTSTART:20261123T150000Z", "2026-11-23T15:00:00+00:00"),
        ("DTSTART;TZID=America/Vancouver:20261123T070000", "2026-11-23T15:00:00+00:00"),
        ("DTSTART;TZID=Eastern Standard Time:20261123T100000", "2026-11-23T15:00:00+00:00"),
    ],
)
def test_zones_are_followed_wherever_the_calendar_was_made(start: str, instant: str) -> None:
    (row,) = read(with_start(start)).rows
    assert row.windows[0].earliest.isoformat() == instant


def test_a_time_without_a_zone_is_the_practices_and_the_import_says_so() -> None:
    parsed = read(with_start("DTSTART:20261123T100000"))
    assert parsed.rows[0].windows[0].earliest.isoformat() == "2026-11-23T15:00:00+00:00"
    assert [remark.code for remark in parsed.remarks] == ["floating_time"]


def test_times_that_clocks_skip_are_refused_and_repeated_ones_remarked() -> None:
    skipped = read(with_start("DTSTART;TZID=America/Toronto:20270314T023000"))
    assert codes(skipped) == [("line 4, DTSTART", "time_skipped")]
    twice = read(with_start("DTSTART;TZID=America/Toronto:20261101T013000"))
    assert twice.rows[0].windows[0].earliest.isoformat() == "2026-11-01T05:30:00+00:00"
    assert [remark.code for remark in twice.remarks] == ["time_twice"]


def test_a_session_across_the_clock_change_keeps_its_real_length() -> None:
    (row,) = read(
        event(
            "UID:dst",
            "DTSTART;TZID=America/Toronto:20261101T003000",
            "DTEND;TZID=America/Toronto:20261101T010000",
            "SUMMARY:swedish",
            "LOCATION:L6Y 2J6",
        )
    ).rows
    assert row.session == 30 * 60


def test_every_bad_event_is_named_by_the_line_it_begins_on() -> None:
    parsed = read(
        with_start("DTSTART:20261123T150000Z", "RRULE:FREQ=WEEKLY"),
        with_start("DTSTART;TZID=Mars/Base:20261123T100000"),
        event("UID:x", "DTSTART:nonsense", "SUMMARY:lunch"),
    )
    assert codes(parsed) == [
        ("line 4, RRULE", "repeating_event"),
        ("line 12, DTSTART", "unknown_zone"),
        ("line 19, DTSTART", "time_unreadable"),
        ("line 19, DTEND", "time_unreadable"),
        ("line 19, SUMMARY", "unknown_service"),
        ("line 19, LOCATION", "place_missing"),
    ]


def test_the_refusal_of_a_summary_does_not_repeat_the_name_in_it() -> None:
    (fault,) = read(event(*VISIT[:3], "SUMMARY:Sauna - Anna Bell", VISIT[4])).faults
    assert "Anna" not in fault.detail + fault.hint


def test_holidays_and_free_time_are_left_out_with_a_remark() -> None:
    parsed = read(
        event("UID:h", "DTSTART;VALUE=DATE:20261225", "SUMMARY:Holiday"),
        event("UID:f", "DTSTART:20261123T150000Z", "SUMMARY:Drive", "TRANSP:TRANSPARENT"),
    )
    assert (parsed.rows, parsed.faults) == ((), ())
    assert [remark.code for remark in parsed.remarks] == ["not_a_visit", "not_a_visit"]


def test_a_cancelled_event_cancels_by_its_uid() -> None:
    (row,) = read(event("UID:v1", "STATUS:CANCELLED", "DTSTART:20261123T150000Z")).rows
    assert row.cancelled


@pytest.mark.parametrize("zone", ["America", "a" * 300])
def test_a_zone_that_is_a_folder_or_no_name_of_a_file_is_refused(zone: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        read(with_start(f"DTSTART;TZID={zone}:20261123T100000"))
    assert refused.value.code == "unknown_zone"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "empty_file"),
        (b"uid,service\n1,2", "not_a_calendar"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\n", "truncated"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nEND:VCALENDAR\r\n", "truncated"),
        (b"%PDF", "not_a_text_file"),
    ],
)
def test_a_file_that_is_no_calendar_is_refused(body: bytes, code: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse_ics(body, CATALOGUE)
    assert refused.value.code == code


def test_wherever_a_calendar_is_cut_it_is_refused_and_never_read_as_an_emptier_one() -> None:
    events = (event(*VISIT), event("UID:v2", *VISIT[1:]))
    whole = "\r\n".join(("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:test", *events, "END:VCALENDAR"))
    assert len(parse_ics(whole.encode(), CATALOGUE).rows) == 2
    for cut in range(len(whole)):
        with pytest.raises(InvalidRequest) as refused:
            parse_ics(whole[:cut].encode(), CATALOGUE)
        assert refused.value.code in {"empty_file", "not_a_calendar", "truncated"}
        assert "Anna" not in refused.value.detail
