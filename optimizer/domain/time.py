"""Instants and windows: aware datetimes outside, whole seconds inside.

A `Horizon` is the one bridge between the two. Python subtracts two datetimes of one zone as wall clocks (it says 24 h
for the 25 h of 2026-11-01 in Toronto), so everything here goes through UTC.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Seconds = int
"""A duration, or an instant counted from a horizon's origin. Always a whole number."""

MINUTE: Seconds = 60
HOUR: Seconds = 3600


@dataclass(frozen=True, slots=True, order=True)
class TimeWindow:
    """When a session may *start*: both ends included, the session may end later.

    A fixed start is a window of length zero. Instants are seconds from the horizon's origin.

    Raises
    ------
    ValueError
        When the window ends before it begins.
    """

    earliest: Seconds
    latest: Seconds

    def __post_init__(self) -> None:
        if self.latest < self.earliest:
            raise ValueError(f"a window cannot end ({self.latest}) before it begins ({self.earliest})")

    @property
    def is_fixed(self) -> bool:
        return self.earliest == self.latest

    def __contains__(self, instant: Seconds) -> bool:
        return self.earliest <= instant <= self.latest


def merge(windows: Iterable[TimeWindow]) -> tuple[TimeWindow, ...]:
    """The same set of starts as sorted windows that neither touch nor overlap."""
    merged: list[TimeWindow] = []
    for window in sorted(windows):
        if merged and window.earliest <= merged[-1].latest + 1:
            merged[-1] = TimeWindow(merged[-1].earliest, max(merged[-1].latest, window.latest))
        else:
            merged.append(window)
    return tuple(merged)


@dataclass(frozen=True, slots=True)
class Horizon:
    """One local day, counted in elapsed seconds from its local midnight.

    The day has 23 or 25 hours when the clocks change; `length` says so.
    """

    date: date
    zone: ZoneInfo

    @property
    def origin(self) -> datetime:
        """Local midnight, as an aware UTC datetime."""
        return datetime.combine(self.date, time(0), self.zone).astimezone(UTC)

    @property
    def length(self) -> Seconds:
        """Elapsed seconds to the next local midnight."""
        tomorrow = datetime.combine(self.date + timedelta(days=1), time(0), self.zone)
        return self.seconds(tomorrow)

    def seconds(self, instant: datetime) -> Seconds:
        """Elapsed seconds from the origin to an aware datetime; fractions of a second are cut off.

        Raises
        ------
        ValueError
            When the datetime is naive.
        """
        if instant.tzinfo is None or instant.utcoffset() is None:
            raise ValueError(f"{instant.isoformat()} says no offset from UTC")
        return int((instant.astimezone(UTC) - self.origin) // timedelta(seconds=1))

    def instant(self, seconds: Seconds) -> datetime:
        """The aware UTC datetime of an instant of this horizon."""
        return self.origin + timedelta(seconds=seconds)

    def local(self, seconds: Seconds) -> datetime:
        """The same instant on the practice's wall clock."""
        return self.instant(seconds).astimezone(self.zone)

    def at(self, wall: time) -> Seconds:
        """The instant at which local clocks show `wall` on this date.

        A time that happens twice means the first; one that the clocks skip means as many minutes after the jump.
        """
        return self.seconds(datetime.combine(self.date, wall, self.zone))
