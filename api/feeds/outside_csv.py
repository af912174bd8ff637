"""A calendar kept elsewhere, as a CSV of bookings: every row is a visit of the one therapist it belongs to."""

from dataclasses import replace
from datetime import date

from api.feeds.booking_rows import Catalogue
from api.feeds.bookings_csv import parse_csv
from api.feeds.outside import ParsedFeed, promise_uid
from optimizer.domain.errors import InvalidRequest

MOST_NAMED = 5


def parse_table(text: str, catalogue: Catalogue, first: date, last: date) -> ParsedFeed:
    """Every row of the dates from `first` to `last` that is not cancelled.

    Raises
    ------
    InvalidRequest
        What is wrong with the whole file, or code `rows_refused` with the lines of bad rows. Nothing of it is quoted.
    """
    parsed = parse_csv(text.encode(), catalogue)
    if parsed.faults:
        named = [f"{fault.pointer} ({fault.code})" for fault in parsed.faults[:MOST_NAMED]]
        more = len(parsed.faults) - len(named)
        detail = ", ".join(named) + (f" and {more} more" if more else "")
        raise InvalidRequest(f"rows cannot be read: {detail}", code="rows_refused")
    return ParsedFeed(
        visits=tuple(
            replace(row, uid=promise_uid(row.uid))
            for row in parsed.rows
            if not row.cancelled and row.day is not None and first <= row.day <= last
        ),
        busy=(),
        mentioned=frozenset(row.uid for row in parsed.rows),
    )
