"""A calendar kept elsewhere, as iCalendar: visits where the summary names a service, busy time everywhere else.

Unlike an import, which a person mends and sends again, this has to make the best of what people keep in calendars:
whatever takes time and cannot be read as a visit is busy time. What cannot be placed in time refuses the whole
calendar, because leaving it out would show that time as free.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

import recurring_ical_events
from icalendar import Component, vDDDTypes, vRecur

from api.feeds.booking_rows import MAX_ROWS, BookingRow, Catalogue, session_length
from api.feeds.bookings_ics import HINT, client_in, read_calendars, require_whole, where_of
from api.feeds.outside import BusyTime, ParsedFeed, promise_uid
from optimizer.domain.booking import Client, StartWindow
from optimizer.domain.errors import Fault, InvalidRequest
from optimizer.domain.practice import Service

DAY = timedelta(days=1)
TIMES = frozenset({"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"})
SERIES = frozenset({"RRULE", "RDATE", "RECURRENCE-ID"})
TOO_OFTEN = frozenset({"SECONDLY", "MINUTELY", "HOURLY"})

NONSENSE = (ValueError, TypeError, OverflowError)
"""What the libraries raise at rules that make no sense: a rule without FREQ is a TypeError to them."""


def parse_calendar(text: str, catalogue: Catalogue, first: date, last: date, *, ours: str) -> ParsedFeed:
    """Every event that touches the dates from `first` to `last`, repetitions written out.

    Parameters
    ----------
    ours
        How UIDs end that Rounds itself has given: what it published comes back by way of people's phones.

    Raises
    ------
    InvalidRequest
        When this is not a whole calendar (`not_a_calendar`, `truncated`, `too_many_rows`), or one of its events
        cannot be placed in time (`uid_missing`, `time_unreadable`, `unknown_zone`, `repeats_too_often`). Nothing of
        it is quoted.
    """
    calendars = _calendars(text)
    known = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    if len(known) > MAX_ROWS:
        raise InvalidRequest(f"more than {MAX_ROWS} events", code="too_many_rows")
    lines = Counter(line.strip().upper() for line in text.splitlines())
    if not lines["BEGIN:VEVENT"] == lines["END:VEVENT"] == len(known):
        raise InvalidRequest("events inside events, or one not ended", code="not_a_calendar")
    for event in known:
        _require_readable(event)
    seen = Counter(str(event["UID"]).strip() for event in known)
    series = {uid for uid, times in seen.items() if times > 1}
    series |= {str(event["UID"]).strip() for event in known if not SERIES.isdisjoint(event)}
    reading = _Reading(catalogue=catalogue, first=first, last=last, series=frozenset(series))
    for event in _written_out(calendars, first, last):
        if not str(event["UID"]).strip().endswith(ours):
            reading.take(event)
    return ParsedFeed(
        visits=tuple(reading.visits.values()),
        busy=tuple(reading.busy.values()),
        mentioned=frozenset(seen),
        remarks=tuple(reading.remarks),
    )


def _calendars(text: str) -> list[Component]:
    if not text.strip().upper().startswith("BEGIN:VCALENDAR"):
        raise InvalidRequest("this is not a calendar", code="not_a_calendar", hint=HINT)
    require_whole(text)
    try:
        return read_calendars(text)
    except InvalidRequest as error:
        # Without the library's words, which quote what it could not read.
        detail = "an event names a zone that nobody knows" if error.code == "unknown_zone" else "it cannot be read"
        raise InvalidRequest(detail, code=error.code) from error


def _require_readable(event: Component) -> None:
    if not str(event.get("UID", "")).strip():
        raise InvalidRequest("an event has no UID", code="uid_missing")
    broken = TIMES.intersection(name for name, _ in event.errors if name is not None)
    stated = [name for name in ("DTSTART", "DTEND") if name in event]
    if broken or "DTSTART" not in event or any(_value(event, name) is None for name in stated):
        raise InvalidRequest("an event has no time that can be read", code="time_unreadable")
    for name in stated:
        value = _value(event, name)
        if isinstance(value, datetime) and value.tzinfo is None and event[name].params.get("TZID"):
            raise InvalidRequest("an event names a zone that nobody knows", code="unknown_zone")
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        if not isinstance(rule, vRecur):
            raise InvalidRequest("an event repeats in no way that can be read", code="time_unreadable")
        if TOO_OFTEN.intersection(str(word).upper() for word in rule.get("FREQ", [])):
            raise InvalidRequest("an event repeats within a day", code="repeats_too_often")


def _value(event: Component, name: str) -> date | None:
    """A date or datetime; None where it is missing or cannot be read."""
    stated = event.get(name)
    value = stated.dt if isinstance(stated, vDDDTypes) else None
    return value if isinstance(value, date) else None


def _start(event: Component) -> date:
    value = _value(event, "DTSTART")
    if value is None:
        raise InvalidRequest("an event has no time that can be read", code="time_unreadable")
    return value


def _written_out(calendars: list[Component], first: date, last: date) -> Iterator[Component]:
    count = 0
    for calendar in calendars:
        try:
            # A day more at both ends: floating times and other zones.
            found = recurring_ical_events.of(calendar).between(first - DAY, last + 2 * DAY)
        except NONSENSE as error:
            raise InvalidRequest("an event repeats in no way that can be read", code="time_unreadable") from error
        count += len(found)
        if count > MAX_ROWS:
            raise InvalidRequest(f"more than {MAX_ROWS} events", code="too_many_rows")
        yield from found


@dataclass(kw_only=True)
class _Reading:
    """The dates of a calendar while they are read. The last event of one UID and time wins."""

    catalogue: Catalogue
    first: date
    last: date
    series: frozenset[str]
    visits: dict[str, BookingRow] = field(default_factory=dict)
    busy: dict[str, BusyTime] = field(default_factory=dict)
    remarks: list[Fault] = field(default_factory=list)

    def take(self, event: Component) -> None:
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            return
        if str(event.get("TRANSP", "")).upper() == "TRANSPARENT":
            return
        begins, ends, all_day = self._times(event)
        uid = str(event["UID"]).strip()
        occurrence = _stamp(event) if uid in self.series else ""
        row = None if all_day else self._visit(event, uid, occurrence, begins, ends)
        if row is None:
            for piece in self._busy(event, uid, occurrence, begins, ends):
                self.busy[piece.uid] = piece
        elif self._is_asked(row.day):
            self.visits[row.uid] = row

    def _times(self, event: Component) -> tuple[datetime, datetime, bool]:
        """Begin and end in UTC, and whether it is for whole days."""
        begins = _start(event)
        ends = _value(event, "DTEND") or begins
        all_day = not isinstance(begins, datetime)
        if all_day and ends <= begins:
            ends = begins + DAY
        return self._instant(begins), self._instant(ends), all_day

    def _instant(self, value: date) -> datetime:
        """A time without a zone is the practice's; one that clocks skip is as long after the jump (RFC 5545, 3.3.5)."""
        if not isinstance(value, datetime):
            value = datetime.combine(value, time(0))
        return (value if value.tzinfo is not None else value.replace(tzinfo=self.catalogue.zone)).astimezone(UTC)

    def _visit(
        self, event: Component, uid: str, occurrence: str, begins: datetime, ends: datetime
    ) -> BookingRow | None:
        summary = str(event.get("SUMMARY", ""))
        service = self.catalogue.service_in(summary)
        if service is None:
            return None
        day = begins.astimezone(self.catalogue.zone).date()
        session = self._session(begins, ends, service, day)
        if session is None:
            return None
        name = promise_uid(uid, occurrence)
        return BookingRow(
            line=0,
            uid=name,
            client=Client(ref=name, name=client_in(summary, service)),
            where=where_of(event, name),
            service=service.code,
            session=session,
            day=day,
            windows=(StartWindow(earliest=begins, latest=begins),),
        )

    def _session(self, begins: datetime, ends: datetime, service: Service, day: date) -> int | None:
        length = session_length(int((ends - begins).total_seconds() // 60), service, str(day))
        if isinstance(length, Fault):
            if self._is_asked(day):
                detail = f"{length.detail}: taken as busy time"
                self.remarks.append(Fault(pointer=str(day), code=length.code, detail=detail, hint=length.hint))
            return None
        return length

    def _busy(
        self, event: Component, uid: str, occurrence: str, begins: datetime, ends: datetime
    ) -> Iterator[BusyTime]:
        """A piece for each date it touches; nothing for an event that takes no time."""
        zone = self.catalogue.zone
        begun = begins.astimezone(zone).date()
        day = max(begun, self.first)
        while day <= self.last:
            midnight, next_midnight = (
                datetime.combine(date_, time(0), zone).astimezone(UTC) for date_ in (day, day + DAY)
            )
            start, end = max(begins, midnight), min(ends, next_midnight)
            if midnight >= ends:
                return
            if start < end:
                name = promise_uid(uid, occurrence, (day - begun).days)
                yield BusyTime(
                    uid=name,
                    day=day,
                    begins=start,
                    ends=end,
                    where=where_of(event, name),
                    summary=str(event.get("SUMMARY", "")),
                )
            day += DAY

    def _is_asked(self, day: date | None) -> bool:
        return day is not None and self.first <= day <= self.last


def _stamp(event: Component) -> str:
    """Which repetition it is: the time at which it was to be, before anybody moved it."""
    value = _value(event, "RECURRENCE-ID") or _start(event)
    if not isinstance(value, datetime):
        return f"{value:%Y%m%d}"
    return f"{value.astimezone(UTC):%Y%m%dT%H%M%SZ}" if value.tzinfo is not None else f"{value:%Y%m%dT%H%M%S}"
