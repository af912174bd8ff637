"""What people keep in calendars, understood: visits, busy time, repetitions, clocks that change."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from api.feeds.booking_rows import Catalogue
from api.feeds.outside import ParsedFeed, event_uid
from api.feeds.outside_csv import parse_table
from api.feeds.outside_ics import parse_calendar
from data.demo.catalogue import SERVICES
from optimizer.domain.errors import InvalidRequest
from tests.calendars import TORONTO, calendar, event, lines, whole_days

ZONE = ZoneInfo("America/Toronto")
CATALOGUE = Catalogue(zone=ZONE, services=SERVICES, therapists={"taylor": "Taylor Wren"})


def read(*events: str, first: date = date(2026, 10, 20), last: date = date(2026, 12, 1)) -> ParsedFeed:
    return parse_calendar(calendar(*events), CATALOGUE, first, last, ours="@demo.rounds")


def spans(parsed: ParsedFeed) -> list[str]:
    """Busy time on the practice's clocks."""
    return [f"{_wall(busy.begins)} to {_wall(busy.ends)}" for busy in parsed.busy]


def _wall(instant: datetime) -> str:
    return f"{instant.astimezone(ZONE):%d %H:%M}"


def test_an_event_that_names_a_service_is_a_visit_of_what_is_left_of_its_summary() -> None:
    found = read(event("a", "20261124T100000", "20261124T110000", "Swedish massage 60 min - Anna Bell"))
    (visit,) = found.visits
    assert (visit.service, visit.session, visit.client.name if visit.client else "") == ("swedish", 3600, "Anna Bell")
    assert _wall(visit.windows[0].earliest) == "24 10:00"
    assert found.busy == ()


def test_any_other_event_is_busy_time_however_long() -> None:
    found = read(event("a", "20261124T100000", "20261124T103700", "Dentist"))
    assert spans(found) == ["24 10:00 to 24 10:37"]


def test_a_visit_of_a_length_that_is_not_offered_is_busy_time_and_a_remark_says_so() -> None:
    found = read(event("a", "20261124T100000", "20261124T105000", "Swedish Anna Bell"))
    assert spans(found) == ["24 10:00 to 24 10:50"]
    assert [remark.code for remark in found.remarks] == ["session_not_offered"]
    assert "Anna" not in found.remarks[0].detail


def test_free_and_cancelled_events_and_those_without_length_take_no_time_and_are_known_by_uid() -> None:
    found = read(
        event("free", "20261124T100000", "20261124T110000", "Maybe", "TRANSP:TRANSPARENT"),
        event("off", "20261124T120000", "20261124T130000", "Lunch", "STATUS:CANCELLED"),
        event("bell", "20261124T140000", "20261124T140000", "Call mum"),
    )
    assert (found.visits, found.busy) == ((), ())
    assert found.mentioned == {"free", "off", "bell"}


def test_what_rounds_has_published_itself_does_not_come_back() -> None:
    found = read(event("visit-booking_1@demo.rounds", "20261124T100000", "20261124T110000", "Swedish massage A. B."))
    assert (found.visits, found.busy) == ((), ())


def test_whole_days_and_nights_are_a_piece_for_each_date() -> None:
    assert spans(read(whole_days("a", "20261124", "20261126"))) == ["24 00:00 to 25 00:00", "25 00:00 to 26 00:00"]
    night = read(event("b", "20261031T220000", "20261101T040000"))  # the clocks go back in between
    assert spans(night) == ["31 22:00 to 01 00:00", "01 00:00 to 01 04:00"]
    assert [(busy.ends - busy.begins).total_seconds() / 3600 for busy in night.busy] == [2, 5]
    assert len({busy.uid for busy in night.busy}) == 2


def test_a_repeating_event_keeps_its_wall_time_when_the_clocks_change() -> None:
    weekly = event("gym", "20261027T093000", "20261027T103000", "Gym", "RRULE:FREQ=WEEKLY;COUNT=3")
    found = read(weekly)
    assert spans(found) == ["27 09:30 to 27 10:30", "03 09:30 to 03 10:30", "10 09:30 to 10 10:30"]
    assert [busy.begins.hour for busy in found.busy] == [13, 14, 14]


def test_a_repetition_that_was_left_out_or_moved_alone_is() -> None:
    weekly = event(
        "gym", "20261103T093000", "20261103T103000", "Gym", "RRULE:FREQ=WEEKLY;COUNT=4",
        f"EXDATE;{TORONTO}:20261110T093000",
    )  # fmt: skip
    moved = event("gym", "20261118T150000", "20261118T160000", "Gym", f"RECURRENCE-ID;{TORONTO}:20261117T093000")
    found = read(weekly, moved)
    assert sorted(spans(found)) == ["03 09:30 to 03 10:30", "18 15:00 to 18 16:00", "24 09:30 to 24 10:30"]
    assert {event_uid(busy.uid) for busy in found.busy} == {"gym"}
    assert read(weekly).busy[1].uid in {busy.uid for busy in found.busy}  # the moved one keeps its name


def test_an_endless_event_ends_with_the_dates_asked_for() -> None:
    daily = event("a", "20200101T120000", "20200101T130000", "Lunch", "RRULE:FREQ=DAILY")
    assert len(read(daily, first=date(2026, 11, 1), last=date(2026, 11, 30)).busy) == 30


def test_times_without_a_zone_are_the_practices_and_windows_names_of_zones_are_known() -> None:
    floating = lines("UID:a", "DTSTART:20261124T100000", "DURATION:PT1H", "SUMMARY:x")
    outlook = lines("UID:b", "DTSTART;TZID=Pacific Standard Time:20261124T100000", "DURATION:PT1H", "SUMMARY:x")
    assert spans(read(floating)) == ["24 10:00 to 24 11:00"]
    assert spans(read(outlook)) == ["24 13:00 to 24 14:00"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (calendar(event("a", "20261124T100000", "20261124T110000"))[:-20], "truncated"),
        (calendar("BEGIN:VEVENT", "UID:a"), "truncated"),
        ("BEGIN:VCARD\r\nEND:VCARD", "not_a_calendar"),
        (calendar(lines("DTSTART:20261124T100000Z")), "uid_missing"),
        (calendar(lines("UID:a", "SUMMARY:no time")), "time_unreadable"),
        (calendar(lines("UID:a", "DTSTART:tomorrow")), "time_unreadable"),
        (calendar(lines("UID:a", "DTSTART:20261124T100000Z", "DTEND:later")), "time_unreadable"),
        (calendar(lines("UID:a", "DTSTART:20261124T100000Z", "RRULE:FREQ=OFTEN")), "time_unreadable"),
        (calendar(lines("UID:a", "DTSTART:20261124T100000Z", "RRULE:COUNT=2")), "time_unreadable"),
        (calendar(lines("UID:a", "DTSTART;TZID=Mars/Base:20261124T100000")), "unknown_zone"),
        (calendar(lines("UID:a", "DTSTART;TZID=America:20261124T100000")), "unknown_zone"),
        (calendar(lines("UID:a", "DTSTART:20261124T100000Z", "RRULE:FREQ=SECONDLY")), "repeats_too_often"),
    ],
)
def test_an_event_that_cannot_be_placed_in_time_refuses_the_calendar_and_is_not_shown_as_free(
    text: str, code: str
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse_calendar(text, CATALOGUE, date(2026, 11, 1), date(2026, 11, 30), ours="@demo.rounds")
    assert refused.value.code == code


def test_too_many_repetitions_are_refused() -> None:
    daily = [
        event(str(k), "20260101T120000", "20260101T130000", "x", "RRULE:FREQ=DAILY;BYHOUR=1,3,5,7,9,11,13,15,17,19")
        for k in range(50)
    ]
    with pytest.raises(InvalidRequest) as refused:
        read(*daily)
    assert refused.value.code == "too_many_rows"


def test_a_table_is_visits_and_names_bad_lines_without_quoting_them() -> None:
    header = "uid,status,client_name,postal_code,service,session_minutes,date,start\n"
    good = "a,,Anna Bell,L9T 2R1,swedish,60,2026-11-24,10:00\nb,cancelled,,,,,,\n"
    first, last = date(2026, 11, 1), date(2026, 11, 30)
    found = parse_table(header + good, CATALOGUE, first, last)
    assert [event_uid(row.uid) for row in found.visits] == ["a"]
    assert found.mentioned == {"a", "b"}
    with pytest.raises(InvalidRequest, match=r"line 4, service \(unknown_service\)") as refused:
        parse_table(header + good + "c,,Ben Bell,L9T 2R1,sauna,60,2026-11-24,10:00\n", CATALOGUE, first, last)
    assert "Ben" not in refused.value.detail
