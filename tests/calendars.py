"""Calendars as other programs write them."""

from collections.abc import Iterable

TORONTO = "TZID=America/Toronto"


def calendar(*events: str) -> str:
    """A whole calendar of these events."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Somebody else//EN", *events, "END:VCALENDAR", ""]
    return "\r\n".join(lines)


def event(uid: str, begins: str, ends: str, summary: str = "Dentist", *more: str) -> str:
    """An event on Toronto's clocks: `20261124T100000`."""
    return lines(f"UID:{uid}", f"DTSTART;{TORONTO}:{begins}", f"DTEND;{TORONTO}:{ends}", f"SUMMARY:{summary}", *more)


def whole_days(uid: str, first: str, after: str, summary: str = "Holiday", *more: str) -> str:
    """From `20261124` up to a date that is not in it any more."""
    return lines(f"UID:{uid}", f"DTSTART;VALUE=DATE:{first}", f"DTEND;VALUE=DATE:{after}", f"SUMMARY:{summary}", *more)


def lines(*properties: str) -> str:
    return "\r\n".join(_event(properties))


def _event(properties: Iterable[str]) -> Iterable[str]:
    yield "BEGIN:VEVENT"
    yield "DTSTAMP:20261101T000000Z"
    yield from properties
    yield "END:VEVENT"
