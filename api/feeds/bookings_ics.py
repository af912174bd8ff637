"""A booking export as iCalendar: one VEVENT a visit.

The service is the catalogue's name found in SUMMARY, what is left of SUMMARY names the client, the place is GEO or
LOCATION (the postal code in it), the session runs from DTSTART to DTEND. Times without a zone are the practice's.
"""

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Component, vDDDTypes, vDuration, vGeo

from api.feeds.booking_rows import (
    MAX_ROWS,
    BookingRow,
    Catalogue,
    ParsedFile,
    local_date,
    repeated_uids,
    session_length,
)
from api.feeds.decoding import read_text
from api.feeds.wall_time import Moment, on_the_wall
from api.feeds.whereabouts import POSTAL_CODE
from data.geocoding.geocoder import PlaceQuery
from optimizer.domain.booking import Client, StartWindow
from optimizer.domain.errors import Fault, InvalidRequest
from optimizer.domain.place import Coordinate
from optimizer.domain.practice import Service

HINT = "send an iCalendar export (.ics) that begins with BEGIN:VCALENDAR"
FILLER = re.compile(r"\b(with|for|min|mins|minutes|\d+)\b|[^\w.' ]", re.IGNORECASE)


def parse_ics(body: bytes, catalogue: Catalogue) -> ParsedFile:
    """Read every event, and say all that is wrong at once. Pointers name the line of an event's BEGIN:VEVENT.

    Raises
    ------
    InvalidRequest
        When the file is not a whole calendar: `empty_file`, `not_a_text_file`, `not_a_calendar`, `truncated`,
        `too_many_rows`.
    """
    text = read_text(body, wanted="a calendar", hint=HINT)
    require_whole(text)
    events = [event for found in read_calendars(text) for event in found.walk("VEVENT")]
    if len(events) > MAX_ROWS:
        raise InvalidRequest(f"more than {MAX_ROWS} events", code="too_many_rows", hint="export fewer months")
    lines = [n for n, line in enumerate(text.splitlines(), 1) if line.strip().upper() == "BEGIN:VEVENT"]
    if len(lines) != len(events):
        raise InvalidRequest("events inside events, or one not ended", code="not_a_calendar", hint=HINT)
    rows: list[BookingRow] = []
    faults: list[Fault] = []
    remarks: list[Fault] = []
    for line, event in zip(lines, events, strict=True):
        match _Entry(line, event, catalogue, remarks).read():
            case BookingRow() as row:
                rows.append(row)
            case found:
                faults += found
    return ParsedFile(rows=tuple(rows), faults=(*faults, *repeated_uids(rows)), remarks=tuple(remarks))


def require_whole(text: str) -> None:
    """A calendar that breaks off says nothing of what was to come, least of all that there is nothing.

    Raises
    ------
    InvalidRequest
        code `not_a_calendar` or `truncated`. Nothing of it is quoted.
    """
    lines = Counter(line.strip().upper() for line in text.splitlines())
    if not lines["BEGIN:VCALENDAR"]:
        raise InvalidRequest("this is not a calendar", code="not_a_calendar", hint=HINT)
    is_whole = text.rstrip("\0 \t\r\n\x1a").upper().endswith("END:VCALENDAR")
    if not is_whole or any(lines[f"BEGIN:{part}"] > lines[f"END:{part}"] for part in ("VCALENDAR", "VEVENT")):
        raise InvalidRequest(
            "the calendar breaks off before its end", code="truncated", hint="export or send it again, whole"
        )


def read_calendars(text: str) -> list[Component]:
    """The calendars of a text.

    Raises
    ------
    InvalidRequest
        code `not_a_calendar`, or `unknown_zone`: a zone is looked up as a file, and some names are folders.
    """
    try:
        return list(Calendar.from_ical(text, multiple=True))
    except ValueError as error:
        raise InvalidRequest(f"the calendar cannot be read: {error}", code="not_a_calendar", hint=HINT) from error
    except OSError as error:
        raise InvalidRequest("an event names a zone that nobody knows", code="unknown_zone", hint=HINT) from error


class _Entry:
    """One VEVENT while it is read."""

    def __init__(self, line: int, event: Component, catalogue: Catalogue, remarks: list[Fault]) -> None:
        self.line = line
        self.event = event
        self.catalogue = catalogue
        self.remarks = remarks
        self.faults: list[Fault] = []

    def read(self) -> BookingRow | list[Fault]:
        """The booking; else its faults, none for an event that is not a visit (a remark says so)."""
        event = self.event
        if self._is_no_visit():
            return []
        uid = str(event.get("UID", "")).strip()
        if not uid:
            self._fault("UID", "uid_missing", "an event needs a UID that stays the same", "")
        if "RRULE" in event or "RDATE" in event:
            self._fault("RRULE", "repeating_event", "a repeating event", "export every date as an event of its own")
        if "RECURRENCE-ID" in event:
            uid = f"{uid}/{self._value('RECURRENCE-ID')}"
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            return self.faults or BookingRow(line=self.line, uid=uid, cancelled=True)
        start = self._moment("DTSTART")
        end = self._end(start)
        service = self._service()
        where = self._where(uid)
        session = 0
        if start and end and service:
            minutes = (end - start).total_seconds() / 60
            if minutes <= 0:
                self._fault("DTEND", "end_before_start", "the event ends before it begins", "")
            else:
                length = session_length(int(minutes), service, self._pointer("DTEND"))
                if isinstance(length, Fault):
                    self.faults.append(length)
                else:
                    session = length
        if self.faults or start is None or service is None:
            return self.faults
        return BookingRow(
            line=self.line,
            uid=uid,
            client=Client(ref=uid, name=client_in(str(event.get("SUMMARY", "")), service)),
            where=where,
            service=service.code,
            session=session,
            day=local_date(start, self.catalogue.zone),
            windows=(StartWindow(earliest=start, latest=start),),
        )

    def _value(self, name: str) -> date | timedelta | None:
        """A date, datetime or duration; None where it is missing or cannot be read."""
        stated = self.event.get(name)
        value = stated.dt if isinstance(stated, vDDDTypes | vDuration) else None
        return value if isinstance(value, date | timedelta) else None

    def _pointer(self, name: str) -> str:
        return f"line {self.line}, {name}"

    def _fault(self, name: str, code: str, detail: str, hint: str) -> None:
        self.faults.append(Fault(pointer=self._pointer(name), code=code, detail=detail, hint=hint))

    def _is_no_visit(self) -> bool:
        free = str(self.event.get("TRANSP", "")).upper() == "TRANSPARENT"
        start = self._value("DTSTART")
        all_day = isinstance(start, date) and not isinstance(start, datetime)
        if free or all_day:
            kind = "marked as free time" if free else "an all-day event"
            self.remarks.append(
                Fault(pointer=f"line {self.line}", code="not_a_visit", detail=f"left out: {kind}", hint="")
            )
        return free or all_day

    def _moment(self, name: str) -> datetime | None:
        """DTSTART or DTEND in UTC. A wall time of a named zone is checked against that zone's clocks."""
        value = self._value(name)
        if not isinstance(value, datetime):
            self._fault(name, "time_unreadable", f"no {name} that can be read", "20261123T143000Z, or with TZID")
            return None
        named = str(self.event[name].params.get("TZID", ""))
        if value.tzinfo is None and named:
            self._fault(name, "unknown_zone", f"unknown zone {named!r}", f"for example {self.catalogue.zone.key}")
            return None
        zone = value.tzinfo or self.catalogue.zone
        if value.tzinfo is None:
            self._remark("floating_time", f"a time without a zone: {self.catalogue.zone.key} is taken")
        if not isinstance(zone, ZoneInfo):
            return value.astimezone(UTC)
        match on_the_wall(value.replace(tzinfo=None), zone, self._pointer(name)):
            case Moment(at=at, remark=remark):
                if remark is not None:
                    self.remarks.append(remark)
                return at
            case fault:
                self.faults.append(fault)
                return None

    def _end(self, start: datetime | None) -> datetime | None:
        lasts = self._value("DURATION")
        if "DTEND" not in self.event and isinstance(lasts, timedelta):
            return start + lasts if start else None
        return self._moment("DTEND")

    def _remark(self, code: str, detail: str) -> None:
        """Once a file is enough."""
        if all(known.code != code for known in self.remarks):
            self.remarks.append(Fault(pointer=f"line {self.line}", code=code, detail=detail, hint=""))

    def _service(self) -> Service | None:
        summary = str(self.event.get("SUMMARY", ""))
        service = self.catalogue.service_in(summary)
        if service is None:
            # The summary may name a client: it stays out of the message.
            hint = self.catalogue.services_hint(summary)
            self._fault("SUMMARY", "unknown_service", "no service of the catalogue in SUMMARY", hint)
        return service

    def _where(self, uid: str) -> PlaceQuery | None:
        where = where_of(self.event, uid)
        if where is None:
            self._fault(
                "LOCATION", "place_missing", "where is it?", "put the address with its postal code into LOCATION"
            )
        return where


def where_of(event: Component, uid: str) -> PlaceQuery | None:
    """The place in GEO or LOCATION; None where there is neither."""
    address = str(event.get("LOCATION", "")).strip()
    found = POSTAL_CODE.search(address)
    code = f"{found[1]} {found[2]}".upper() if found else None
    geo = event.get("GEO")
    point = Coordinate(lat=geo.latitude, lng=geo.longitude) if isinstance(geo, vGeo) else None
    if point is None and not address:
        return None
    only_code = found is not None and found[0] == address
    return PlaceQuery(
        id=f"{uid}/{code}" if only_code and point is None else None,
        coordinate=point,
        address=None if only_code else address or None,
        postal_code=code,
        label=address,
    )


def client_in(summary: str, service: Service) -> str:
    """What is left of a summary when the treatment is taken out."""
    for name in (service.name, service.code):
        summary = re.sub(re.escape(name), " ", summary, flags=re.IGNORECASE)
    return " ".join(FILLER.sub(" ", summary).split())
