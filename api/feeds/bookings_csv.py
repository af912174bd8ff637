"""A booking export as CSV.

A header names the columns, in any order: see `COLUMNS`. Comma, semicolon or tab; any common encoding. Start times are
wall times of the practice (`14:30`, `2:30 PM`) or RFC 3339 instants; give `start`, or `earliest_start` and
`latest_start`. The place is `lat` and `lng`, or `address`, or `postal_code`.
"""

import csv
import io
from collections.abc import Iterator, Mapping

from api.feeds.booking_rows import MAX_ROWS, BookingRow, Catalogue, ParsedFile, repeated_uids
from api.feeds.csv_cells import Cells
from api.feeds.decoding import read_text
from api.v1.schemas.reading import did_you_mean
from optimizer.domain.errors import Fault, InvalidRequest

COLUMNS = (
    "uid", "status", "client_ref", "client_name", "phone", "email", "postal_code", "address", "lat", "lng", "service",
    "session_minutes", "date", "start", "earliest_start", "latest_start", "therapist", "gender", "priority", "required",
    "first_visit", "notes",
)  # fmt: skip

ALIASES = {
    "id": "uid", "booking_id": "uid", "client_id": "client_ref", "client": "client_name", "name": "client_name",
    "mobile": "phone", "e_mail": "email", "postcode": "postal_code", "postal": "postal_code", "zip": "postal_code",
    "latitude": "lat", "longitude": "lng", "lon": "lng", "treatment": "service", "minutes": "session_minutes",
    "duration": "session_minutes", "duration_minutes": "session_minutes", "start_time": "start", "time": "start",
    "practitioner": "therapist", "note": "notes",
}  # fmt: skip
"""Other systems' names of the same columns. Spaces and dashes count as underscores."""

HINT = "send a CSV export whose first line names its columns: uid,client_name,postal_code,service,date,start"


def parse_csv(body: bytes, catalogue: Catalogue) -> ParsedFile:
    """Read every row, and say all that is wrong at once.

    Raises
    ------
    InvalidRequest
        When the file is not a whole CSV of bookings: `empty_file`, `not_a_text_file`, `not_a_csv`, `truncated`,
        `columns`, `too_many_rows`.
    """
    text = read_text(body, wanted="CSV", hint=HINT)
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    header, *records = _records(text, delimiter)
    columns = _columns(header[1])
    if records and not text.endswith(("\n", "\r", "\x1a")):
        _require_whole(*records[-1], columns)
    rows: list[BookingRow] = []
    faults: list[Fault] = []
    remarks: list[Fault] = []
    for line, record in records:
        if not any(cell.strip() for cell in record):
            continue
        if len(rows) + len(faults) >= MAX_ROWS:
            raise InvalidRequest(f"more than {MAX_ROWS} rows", code="too_many_rows", hint="split the file by date")
        extra = [cell for cell in record[len(columns) :] if cell.strip()]
        if extra:
            detail = f"{len(record)} cells under {len(columns)} columns"
            hint = f"put quotes around a cell that holds {delimiter!r}"
            faults.append(Fault(pointer=f"line {line}", code="too_many_cells", detail=detail, hint=hint))
            continue
        cells = Cells(line=line, values=_named(columns, record), catalogue=catalogue)
        row = cells.row()
        faults += cells.faults
        remarks += cells.remarks
        if row is not None:
            rows.append(row)
    return ParsedFile(rows=tuple(rows), faults=(*faults, *repeated_uids(rows)), remarks=tuple(remarks))


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line it begins on (a quoted cell may hold line breaks)."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise InvalidRequest(
                f"line {line} cannot be read as CSV: {error}",
                code="not_a_csv",
                hint="a quote is opened and not closed, or a cell is longer than 128 KiB",
            ) from error
        yield line, record


def _require_whole(line: int, record: list[str], columns: list[str]) -> None:
    """The last line of a file that ends in the middle of it: a visit without the cells that were to come."""
    if len(record) < len(columns):
        raise InvalidRequest(
            f"line {line} ends after {len(record)} of {len(columns)} cells, and the file with it",
            code="truncated",
            hint="export or send it again, whole; where nothing is missing, end the last line with a line break",
        )


def _columns(header: list[str]) -> list[str]:
    """The header in our words."""
    names = [cell.strip().casefold().replace(" ", "_").replace("-", "_") for cell in header]
    while names and not names[-1]:
        names.pop()
    ours = [ALIASES.get(name, name) for name in names]
    known = set(ours) & set(COLUMNS)
    if not known:
        raise InvalidRequest("the first line names no column that Rounds knows", code="not_a_csv", hint=HINT)
    faults = [
        Fault(
            pointer="line 1", code="unknown_column", detail=f"unknown column {name!r}", hint=did_you_mean(name, COLUMNS)
        )
        for name in ours
        if name not in COLUMNS
    ]
    faults += [
        Fault(pointer="line 1", code="duplicate_column", detail=f"column {name} occurs twice", hint="keep one of them")
        for name in sorted(known)
        if ours.count(name) > 1
    ]
    faults += [
        Fault(pointer="line 1", code="missing_column", detail=f"no column {' or '.join(group)}", hint=HINT)
        for group in (("uid",), ("service",), ("postal_code", "address", "lat"), ("start", "earliest_start"))
        if known.isdisjoint(group)
    ]
    if faults:
        raise InvalidRequest("the columns are not right", code="columns", hint=HINT, faults=faults)
    return ours


def _named(columns: list[str], record: list[str]) -> Mapping[str, str]:
    return {name: cell.strip() for name, cell in zip(columns, record, strict=False)}
