"""What a calendar kept elsewhere promises, before anything is looked up or stored."""

from dataclasses import dataclass
from datetime import date, datetime

from api.feeds.booking_rows import BookingRow
from data.geocoding.geocoder import PlaceQuery
from optimizer.domain.errors import Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class BusyTime:
    """Time of one local date, as aware UTC instants, that belongs to something else. `summary` is private."""

    uid: str
    day: date
    begins: datetime
    ends: datetime
    where: PlaceQuery | None = None
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """All visits and all busy time of some dates. `mentioned` are the UIDs of every event, whatever its date or state.

    A `uid` is that of `promise_uid`. Nothing in `remarks` quotes the calendar.
    """

    visits: tuple[BookingRow, ...]
    busy: tuple[BusyTime, ...]
    mentioned: frozenset[str]
    remarks: tuple[Fault, ...] = ()


def promise_uid(event_uid: str, occurrence: str = "", day: int = 0) -> str:
    """A stable name of what one event promises on one date.

    Parameters
    ----------
    occurrence
        Which of a repeating event, empty for one that happens once (and may move).
    day
        0 for the date on which it begins, 1 for the next.
    """
    return f"{occurrence}.{day}/{event_uid}"


def event_uid(promise: str) -> str:
    """The UID of the event that a promise comes from."""
    return promise.partition("/")[2]
