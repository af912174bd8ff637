"""Times as people and exports write them, made instants.

On 2027-03-14 no clock in Toronto shows 02:30, and on 2026-11-01 two moments show 01:30. The first is refused, the
second means the earlier of the two, and a remark says so.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from optimizer.domain.errors import Fault

CLOCK = re.compile(r"(?P<h>\d{1,2})(?::(?P<m>\d{2})(?::(?P<s>\d{2}))?)?\s*(?P<half>[ap]\.?m\.?)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """An aware UTC instant, with a remark where it was not the only one meant."""

    at: datetime
    remark: Fault | None = None


def read_date(text: str) -> date | None:
    """ISO 8601 only: `03/04/2026` is two different days, depending on who wrote it."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def read_clock(text: str) -> time | None:
    """`14:30`, `9:05`, `2:30 PM`; a bare number only with am or pm."""
    match = CLOCK.fullmatch(text.strip())
    if match is None or (match["m"] is None and match["half"] is None):
        return None
    hour, half = int(match["h"]), (match["half"] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    try:
        return time(hour, int(match["m"] or 0), int(match["s"] or 0))
    except ValueError:
        return None


def read_moment(text: str, day: date | None, zone: ZoneInfo, pointer: str) -> Moment | Fault:
    """An RFC 3339 instant with an offset, or a wall time of `day` in `zone`."""
    wall = read_clock(text)
    if wall is not None:
        if day is None:
            return Fault(pointer=pointer, code="date_missing", detail=f"{text} of which date?", hint="fill in date")
        return on_the_wall(datetime.combine(day, wall), zone, pointer)
    try:
        stamp = datetime.fromisoformat(text)
    except ValueError:
        return Fault(
            pointer=pointer,
            code="time_unreadable",
            detail=f"{text!r} is not a time",
            hint="write 14:30, 2:30 PM or 2026-11-23T14:30:00-05:00",
        )
    if len(text) <= len("2026-11-23"):
        return Fault(
            pointer=pointer, code="time_missing", detail=f"{text} says no time of day", hint="add a time: 14:30"
        )
    if stamp.tzinfo is not None:
        return Moment(at=stamp.astimezone(UTC))
    return on_the_wall(stamp, zone, pointer)


def on_the_wall(wall: datetime, zone: ZoneInfo, pointer: str) -> Moment | Fault:
    """The instant at which clocks in `zone` show the naive `wall`."""
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first.astimezone(zone).replace(tzinfo=None) != wall:
        jump = second.astimezone(zone).replace(tzinfo=None) - wall
        return Fault(
            pointer=pointer,
            code="time_skipped",
            detail=f"clocks in {zone.key} never show {wall:%H:%M} on {wall:%Y-%m-%d}",
            hint=f"they jump ahead that night; write {wall + abs(jump):%H:%M}" if jump else "",
        )
    if first == second:
        return Moment(at=first)
    remark = Fault(
        pointer=pointer,
        code="time_twice",
        detail=f"clocks in {zone.key} show {wall:%H:%M} twice on {wall:%Y-%m-%d}; the first is taken",
        hint=f"for the second write {second.astimezone(zone).isoformat()}",
    )
    return Moment(at=first, remark=remark)
