"""One row of a booking CSV: its cells read into a `BookingRow`, with every fault named."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from api.feeds.booking_rows import BookingRow, Catalogue, local_date, session_length
from api.feeds.wall_time import Moment, read_date, read_moment
from api.v1.schemas.reading import did_you_mean
from data.geocoding.geocoder import PlaceQuery, written
from optimizer.domain.booking import Client, StartWindow
from optimizer.domain.errors import Fault
from optimizer.domain.place import Coordinate
from optimizer.domain.practice import Service
from optimizer.domain.time import Seconds

COUNT = re.compile(r"\d{1,4}", re.ASCII)

YES = frozenset({"yes", "y", "true", "1", "x"})
NO = frozenset({"no", "n", "false", "0"})
GENDERS = {"f": "female", "m": "male", "female": "female", "male": "male", "woman": "female", "man": "male"}
CANCELLED = frozenset({"cancelled", "canceled"})
KEPT = frozenset({"", "confirmed", "booked"})

T = TypeVar("T")


@dataclass(kw_only=True)
class Cells:
    """Reads one row; `faults` and `remarks` fill up as it goes."""

    line: int
    values: Mapping[str, str]
    catalogue: Catalogue
    faults: list[Fault] = field(default_factory=list)
    remarks: list[Fault] = field(default_factory=list)

    def row(self) -> BookingRow | None:
        """The booking, or None where `faults` says why not."""
        uid = self._text("uid")
        if not uid:
            self._fault("uid", "uid_missing", "a booking needs a uid that stays the same", "")
        if self._cancelled():
            return None if self.faults else BookingRow(line=self.line, uid=uid, cancelled=True)
        where, service = self._where(uid), self._service()
        session = self._session(service)
        day = self._date()
        windows = self._windows(day)
        row = BookingRow(
            line=self.line,
            uid=uid,
            client=Client(
                ref=self._text("client_ref") or uid,
                name=self._text("client_name"),
                phone=self._text("phone"),
                email=self._text("email"),
            ),
            where=where,
            service=service.code if service else "",
            session=session,
            day=local_date(windows[0].earliest, self.catalogue.zone) if windows else day,
            windows=windows,
            therapist=self._therapist(),
            gender=self._gender(),
            priority=self._priority(),
            required=self._flag("required", default=True),
            first_visit=self._flag("first_visit", default=False),
            notes=self._text("notes"),
        )
        return None if self.faults else row

    def _text(self, column: str) -> str:
        return self.values.get(column, "")

    def _pointer(self, column: str) -> str:
        return f"line {self.line}, {column}"

    def _fault(self, column: str, code: str, detail: str, hint: str) -> None:
        self.faults.append(Fault(pointer=self._pointer(column), code=code, detail=detail, hint=hint))

    def _kept(self, value: T | Fault) -> T | None:
        if isinstance(value, Fault):
            self.faults.append(value)
            return None
        return value

    def _cancelled(self) -> bool:
        text = self._text("status").casefold()
        if text not in CANCELLED | KEPT:
            self._fault("status", "unknown_status", f"unknown status {text!r}", "confirmed or cancelled")
        return text in CANCELLED

    def _where(self, uid: str) -> PlaceQuery | None:
        address, code = self._text("address"), self._text("postal_code")
        point = self._coordinate()
        if point is None and not address and not code:
            self._fault("postal_code", "place_missing", "where is it?", "fill in postal_code, address, or lat and lng")
            return None
        # Two clients may share a postal code and not a door.
        door = None if point or address else f"{self._text('client_ref') or uid}/{code}"
        return PlaceQuery(
            id=door,
            coordinate=point,
            address=address or None,
            postal_code=code or None,
            label=written(address, code),
        )

    def _coordinate(self) -> Coordinate | None:
        lat, lng = self._text("lat"), self._text("lng")
        if not lat and not lng:
            return None
        try:
            return Coordinate(lat=float(lat), lng=float(lng))
        except ValueError:
            self._fault(
                "lat", "coordinate_unreadable", f"{lat!r}, {lng!r} is not a point", "degrees: 43.6426, -79.3871"
            )
            return None

    def _service(self) -> Service | None:
        text = self._text("service")
        service = self.catalogue.service(text)
        if service is None:
            hint = self.catalogue.services_hint(text)
            self._fault("service", "unknown_service", f"{text!r} is not in the catalogue", hint)
        return service

    def _session(self, service: Service | None) -> Seconds:
        text = self._text("session_minutes").lower().removesuffix("minutes").removesuffix("min").strip()
        if text and not COUNT.fullmatch(text):
            self._fault("session_minutes", "session_unreadable", f"{text!r} is not a number of minutes", "write 60")
            return 0
        if service is None:
            return 0
        pointer = self._pointer("session_minutes")
        return self._kept(session_length(int(text) if text else None, service, pointer)) or 0

    def _date(self) -> date | None:
        text = self._text("date")
        day = read_date(text)
        if text and day is None:
            self._fault("date", "date_unreadable", f"{text!r} is not a date", "write 2026-11-23: year, month, day")
        return day

    def _windows(self, day: date | None) -> tuple[StartWindow, ...]:
        if self._text("start"):
            if self._text("earliest_start") or self._text("latest_start"):
                self._fault("start", "start_and_window", "a start and a window", "keep one of them")
                return ()
            ends = (self._moment("start", day),) * 2
        elif self._text("earliest_start") and self._text("latest_start"):
            ends = (self._moment("earliest_start", day), self._moment("latest_start", day))
        else:
            self._fault("start", "start_missing", "no start", "fill in start, or earliest_start and latest_start")
            return ()
        earliest, latest = ends
        if earliest is None or latest is None:
            return ()
        zone = self.catalogue.zone
        days = {local_date(end.at, zone) for end in (earliest, latest)} | ({day} if day else set())
        if latest.at < earliest.at:
            self._fault("latest_start", "window_reversed", "the window ends before it begins", "swap the two")
            return ()
        if len(days) > 1:
            self._fault("date", "date_differs", f"more than one date: {', '.join(map(str, sorted(days)))}", "")
            return ()
        return (StartWindow(earliest=earliest.at, latest=latest.at),)

    def _moment(self, column: str, day: date | None) -> Moment | None:
        text = self._text(column)
        if day is None and self._text("date"):
            return None  # the date is the fault, and already named
        moment = self._kept(read_moment(text, day, self.catalogue.zone, self._pointer(column)))
        if moment is not None and moment.remark is not None:
            self.remarks.append(moment.remark)
        return moment

    def _therapist(self) -> str | None:
        text = self._text("therapist")
        if not text:
            return None
        known = self.catalogue.therapist(text)
        if known is None:
            hint = did_you_mean(text.lower(), self.catalogue.therapists)
            self._fault("therapist", "unknown_therapist", f"{text!r} does not work here", hint)
        return known

    def _gender(self) -> str | None:
        text = self._text("gender").casefold()
        if text and text not in GENDERS:
            self._fault("gender", "unknown_gender", f"{text!r}: which therapist is wanted?", "female, male or empty")
        return GENDERS.get(text)

    def _priority(self) -> int:
        text = self._text("priority") or "50"
        if not COUNT.fullmatch(text) or not 1 <= int(text) <= 100:
            self._fault("priority", "priority_range", f"{text!r} is not a priority", "a whole number from 1 to 100")
            return 50
        return int(text)

    def _flag(self, column: str, *, default: bool) -> bool:
        text = self._text(column).casefold()
        if text and text not in YES | NO:
            self._fault(column, "flag_unreadable", f"{text!r} is neither yes nor no", "write yes or no")
        return text in YES if text else default
