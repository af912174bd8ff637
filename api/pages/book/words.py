"""How times are said to clients: a twelve-hour clock, and always whose."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

NEXT_YEAR_DAYS = 300
"""A date that is nearer needs no year."""


def clock(at: datetime, zone: ZoneInfo) -> str:
    """`9:05 am`, in that zone; never broken over two lines."""
    local = at.astimezone(zone)
    return f"{local.hour % 12 or 12}:{local:%M}\N{NO-BREAK SPACE}{'am' if local.hour < 12 else 'pm'}"


def iso(at: datetime, zone: ZoneInfo) -> str:
    """For a script: with the offset of that zone at that instant."""
    return at.astimezone(zone).isoformat()


def day(of: date, today: date) -> str:
    """`Monday 23 November`, with the year where it is far off."""
    said = f"{of:%A} {of.day} {of:%B}"
    return said if abs((of - today).days) < NEXT_YEAR_DAYS else f"{said} {of.year}"


def short_day(of: date) -> str:
    """`Mon 23 Nov`."""
    return f"{of:%a} {of.day} {of:%b}"


def when(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """`Monday 23 November, 10:00 am`."""
    return f"{day(at.astimezone(zone).date(), now.astimezone(zone).date())}, {clock(at, zone)}"


def zone_name(zone: ZoneInfo) -> str:
    """`Toronto time`."""
    return f"{str(zone).rpartition('/')[2].replace('_', ' ')} time"


def listed(parts: list[str], last: str = "and") -> str:
    """`a, b and c`."""
    return " ".join([", ".join(parts[:-1]), last, parts[-1]]) if len(parts) > 1 else "".join(parts)
