"""A booking export as people really send it."""

import pytest

from api.feeds.booking_rows import Catalogue, ParsedFile
from api.feeds.bookings_csv import parse_csv
from data.demo.solo import SOLO
from optimizer.domain.errors import InvalidRequest

CATALOGUE = Catalogue(
    zone=SOLO.practice.zone, services=SOLO.services, therapists={"taylor": "Taylor Wren", "finch": "Fern Finch"}
)
HEADER = "uid,client_name,postal_code,service,session_minutes,date,start,therapist"
GOOD = "a-1,José Müller,L6Y 2J6,swedish,60,2026-11-23,10:00,taylor"


def read(*lines: str, encoding: str = "utf-8", end: str = "\n") -> ParsedFile:
    return parse_csv(end.join(lines).encode(encoding), CATALOGUE)


def codes(parsed: ParsedFile) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.code) for fault in parsed.faults]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_encoding_an_office_produces_gives_the_same_name(encoding: str, end: str) -> None:
    (row,) = read(HEADER, GOOD, encoding=encoding, end=end).rows
    assert row.client is not None
    assert row.client.name == "José Müller"
    assert row.windows[0].earliest.isoformat() == "2026-11-23T15:00:00+00:00"


def test_latin_1_behind_a_utf_8_mark_and_with_crlf_is_read() -> None:
    body = b"\xef\xbb\xbf" + "\r\n".join([HEADER, GOOD]).encode("latin-1")
    (row,) = parse_csv(body, CATALOGUE).rows
    assert row.uid == "a-1"
    assert row.client is not None
    assert row.client.name == "José Müller"


def test_semicolons_other_headers_and_twelve_hour_clocks_are_understood() -> None:
    (row,) = read(
        "ID;Client;Postcode;Treatment;Duration;Date;Time", "7;A B;L6Y2J6;Deep Tissue Massage;60 min;2026-11-23;2:30 PM"
    ).rows
    assert (row.uid, row.service, row.session) == ("7", "deep_tissue", 3600)
    assert row.windows[0].earliest.isoformat() == "2026-11-23T19:30:00+00:00"


def test_a_window_in_two_columns_bounds_the_start() -> None:
    (row,) = read(
        "uid,address,service,session_minutes,date,earliest_start,latest_start",
        'w,"12 Main St, Brampton",swedish,45,2026-11-23,09:00,2026-11-23T12:00:00-05:00',
    ).rows
    assert [end.isoformat() for end in (row.windows[0].earliest, row.windows[0].latest)] == [
        "2026-11-23T14:00:00+00:00",
        "2026-11-23T17:00:00+00:00",
    ]


def test_a_quoted_cell_over_two_lines_does_not_shift_the_line_numbers() -> None:
    parsed = read(HEADER + ",notes", GOOD + ',"ring\ntwice"', "b,,L6Y 2J6,sauna,60,2026-11-23,11:00,taylor,")
    assert codes(parsed) == [("line 4, service", "unknown_service")]


def test_a_misspelt_service_gets_the_one_that_was_meant() -> None:
    parsed = read(HEADER, "a,,L6Y 2J6,Swdish massage,60,2026-11-23,10:00,")
    assert [fault.hint for fault in parsed.faults] == ["Did you mean 'Swedish massage'?"]


def test_every_bad_cell_of_every_bad_row_is_named_with_its_line() -> None:
    parsed = read(
        HEADER,
        ",,L6Y 2J6,swedish,60,2026-11-23,10:00,",
        "b,,,sweedish,60,2026-11-23,10:00,",
        "c,,L6Y 2J6,swedish,61,23/11/2026,10:00,",
        "d,,L6Y 2J6,swedish,soon,2026-11-23,morning,bob",
        "e,,L6Y 2J6,swedish,60,2026-11-23,,",
    )
    assert codes(parsed) == [
        ("line 2, uid", "uid_missing"),
        ("line 3, postal_code", "place_missing"),
        ("line 3, service", "unknown_service"),
        ("line 4, session_minutes", "session_not_offered"),
        ("line 4, date", "date_unreadable"),
        ("line 5, session_minutes", "session_unreadable"),
        ("line 5, start", "time_unreadable"),
        ("line 5, therapist", "unknown_therapist"),
        ("line 6, start", "start_missing"),
    ]
    assert parsed.rows == ()
    assert next(f.hint for f in parsed.faults if f.code == "unknown_service") == "Did you mean 'Swedish massage'?"


def test_the_same_uid_twice_is_named_on_its_second_line() -> None:
    parsed = read(HEADER, GOOD, GOOD)
    assert codes(parsed) == [("line 3", "duplicate_uid")]
    assert "line 2" in parsed.faults[0].detail


def test_a_wall_time_that_the_clocks_skip_is_refused_with_the_one_meant() -> None:
    (fault,) = read(HEADER, "n,,L6Y 2J6,swedish,60,2027-03-14,02:30,").faults
    assert (fault.code, fault.hint) == ("time_skipped", "they jump ahead that night; write 03:30")


def test_a_wall_time_that_comes_twice_means_the_first_and_says_so() -> None:
    parsed = read(HEADER, "n,,L6Y 2J6,swedish,60,2026-11-01,01:30,")
    assert parsed.rows[0].windows[0].earliest.isoformat() == "2026-11-01T05:30:00+00:00"
    assert parsed.remarks[0].hint.endswith("2026-11-01T01:30:00-05:00")


def test_an_offset_settles_which_of_two_moments_is_meant() -> None:
    parsed = read(HEADER, "n,,L6Y 2J6,swedish,60,2026-11-01,2026-11-01T01:30:00-05:00,")
    assert parsed.rows[0].windows[0].earliest.isoformat() == "2026-11-01T06:30:00+00:00"
    assert parsed.remarks == ()


def test_a_window_that_ends_before_it_begins_is_refused() -> None:
    parsed = read(
        "uid,postal_code,service,session_minutes,date,earliest_start,latest_start",
        "w,L6Y 2J6,swedish,45,2026-11-23,12:00,09:00",
    )
    assert codes(parsed) == [("line 2, latest_start", "window_reversed")]


def test_a_cancelled_row_needs_nothing_but_its_uid() -> None:
    (row,) = read("status,uid,postal_code,service,start", "cancelled,a-1,,,").rows
    assert row.cancelled


def test_an_unknown_column_gets_a_suggestion() -> None:
    with pytest.raises(InvalidRequest) as refused:
        read(HEADER + ",prioritty", GOOD + ",1")
    (fault,) = refused.value.faults
    assert (fault.pointer, fault.code, fault.hint) == ("line 1", "unknown_column", "Did you mean 'priority'?")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "empty_file"),
        (b"\xef\xbb\xbf\r\n", "empty_file"),
        (b"%PDF-1.7 ...", "not_a_text_file"),
        (b"PK\x03\x04 a workbook", "not_a_text_file"),
        (b"<!doctype html><html>", "not_a_text_file"),
        (bytes(range(256)), "not_a_text_file"),
        (b"\xff\xfe\x00\xd8\x00", "not_a_text_file"),
        (b"Dear practice, please find attached", "not_a_csv"),
        (b'uid,postal_code,service,start\na,"open,swedish,10:00', "not_a_csv"),
        (b"uid,client_name\na,b", "columns"),
    ],
)
def test_a_file_that_is_no_booking_export_is_refused_as_what_it_is(body: bytes, code: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse_csv(body, CATALOGUE)
    assert refused.value.code == code
    assert refused.value.hint


def test_more_rows_than_any_practice_books_are_refused() -> None:
    rows = "\n".join(f"{n},,L6Y 2J6,swedish,60,2026-11-23,10:00," for n in range(20_001))
    with pytest.raises(InvalidRequest) as refused:
        parse_csv(f"{HEADER}\n{rows}".encode(), CATALOGUE)
    assert refused.value.code == "too_many_rows"


def test_a_table_cut_within_its_last_line_is_refused_or_named_and_never_read_with_cells_left_out() -> None:
    header = "uid,client_name,postal_code,service,session_minutes,date,start,therapist,first_visit,notes"
    last = 'a-2,"Bell, Anna",L6Y 2J6,swedish,60,2026-11-24,10:00,taylor,yes,ring twice'
    whole = f"{header}\n{GOOD},,\n{last}"
    assert len(parse_csv(whole.encode(), CATALOGUE).rows) == 2
    notes = whole.rindex(",") + 1  # where a note ends nobody can know
    for cut in range(whole.rindex("\n") + 2, notes):
        assert verdict(whole[:cut]) in {"truncated", "not_a_csv", "rows at fault"}


def verdict(text: str) -> str:
    """What becomes of a file: read, rows at fault, or the code of its refusal."""
    try:
        parsed = parse_csv(text.encode(), CATALOGUE)
    except InvalidRequest as refused:
        return refused.code
    return "rows at fault" if parsed.faults else "read"


def test_a_short_last_line_with_its_line_break_leaves_its_last_cells_empty() -> None:
    (row,) = read(f"{HEADER},notes", GOOD, "").rows
    assert row.notes == ""
