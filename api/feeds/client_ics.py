"""Visits as a calendar file for their client: taken again after a change, it replaces what was there (RFC 5545)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from icalendar import Calendar
from icalendar import Event as Component

from api.feeds.ics import PRODUCT

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
"""The minutes since then number the files: a later one wins in every calendar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One visit with its stable id, and the client's own link to it. `status` is in the words of RFC 5545."""

    uid: str
    start: datetime
    end: datetime
    summary: str
    where: str
    description: str
    link: str
    status: str


def calendar(events: Iterable[Event], *, now: datetime) -> bytes:
    """The file, in UTC: right on every clock, with no time zone to be written out."""
    book = Calendar()
    book.add("prodid", PRODUCT)
    book.add("version", "2.0")
    book.add("method", "PUBLISH")
    for event in events:
        book.add_component(_component(event, now))
    return bytes(book.to_ical())


def _component(event: Event, now: datetime) -> Component:
    made = Component()
    made.add("uid", event.uid)
    made.add("dtstamp", now.astimezone(UTC))
    made.add("sequence", int((now - SINCE).total_seconds()) // 60)
    made.add("dtstart", event.start.astimezone(UTC))
    made.add("dtend", event.end.astimezone(UTC))
    made.add("summary", event.summary)
    made.add("location", event.where)
    made.add("status", event.status)
    made.add("description", event.description)
    made.add("url", event.link)
    return made
