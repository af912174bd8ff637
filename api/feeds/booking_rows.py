"""What a booking file says, row by row, before anything is looked up or stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from difflib import SequenceMatcher
from zoneinfo import ZoneInfo

from api.v1.schemas.reading import did_you_mean
from data.geocoding.geocoder import PlaceQuery
from optimizer.domain.booking import Client, StartWindow
from optimizer.domain.errors import Fault
from optimizer.domain.practice import Service
from optimizer.domain.time import Seconds

MAX_ROWS = 20_000
"""More than any practice books in a year; a longer file is somebody else's."""


NEAR = 0.8
"""How alike two spellings are for one to be offered for the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingRow:
    """One visit of a file. `line` counts from 1, the header included; `therapist` is a therapist's id.

    A cancelled row needs nothing but its `uid`; its other fields are then empty.
    """

    line: int
    uid: str
    cancelled: bool = False
    client: Client | None = None
    where: PlaceQuery | None = None
    service: str = ""
    session: Seconds = 0
    day: date | None = None
    windows: tuple[StartWindow, ...] = ()
    therapist: str | None = None
    gender: str | None = None
    priority: int = 50
    required: bool = True
    first_visit: bool = False
    notes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFile:
    """Every good row, every fault and every remark. With a single fault nothing may be stored."""

    rows: tuple[BookingRow, ...]
    faults: tuple[Fault, ...] = ()
    remarks: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """What a file's words are matched against. `therapists` maps ids to names."""

    zone: ZoneInfo
    services: tuple[Service, ...]
    therapists: dict[str, str]

    def service(self, text: str) -> Service | None:
        """By code or name, case and punctuation aside."""
        wanted = _plain(text)
        return next((s for s in self.services if wanted in (_plain(s.code), _plain(s.name))), None)

    def service_in(self, text: str) -> Service | None:
        """The service whose name or code occurs in a longer text; the longest match wins."""
        words = f" {_plain(text)} "
        found = [
            (len(name), service)
            for service in self.services
            for name in (_plain(service.name), _plain(service.code))
            if f" {name} " in words
        ]
        return max(found, key=lambda match: match[0])[1] if found else None

    def services_hint(self, text: str) -> str:
        """The service that a misspelt one is nearest to, anywhere in `text`; else all of them while they are few.

        Only the catalogue's own words are said: the text may name a client.
        """
        words = _plain(text).split()
        near = {
            match: service.name
            for service in self.services
            for name in (_plain(service.name), _plain(service.code))
            for match in _like(name, words)
        }
        return f"Did you mean {near[max(near)]!r}?" if near else did_you_mean("", [s.name for s in self.services])

    def therapist(self, text: str) -> str | None:
        """The id meant, by id or name."""
        wanted = _plain(text)
        return next((id_ for id_, name in self.therapists.items() if wanted in (_plain(id_), _plain(name))), None)


def repeated_uids(rows: Sequence[BookingRow], place: str = "line") -> tuple[Fault, ...]:
    """A fault for each row whose UID an earlier row has."""
    first: dict[str, int] = {}
    faults = []
    for row in rows:
        before = first.setdefault(row.uid, row.line)
        if before != row.line:
            faults.append(
                Fault(
                    pointer=f"{place} {row.line}",
                    code="duplicate_uid",
                    detail=f"uid {row.uid} is also on {place} {before}",
                    hint="keep one of them",
                )
            )
    return tuple(faults)


def session_length(minutes: int | None, service: Service, pointer: str) -> Seconds | Fault:
    """The length asked for, or the service's only one; a fault where it is not offered or not clear."""
    offered = ", ".join(str(length // 60) for length in service.lengths)
    if minutes is None:
        if len(service.lengths) == 1:
            return service.lengths[0]
        return Fault(
            pointer=pointer,
            code="session_missing",
            detail="how long is the session?",
            hint=f"{service.code}: {offered} min",
        )
    if service.lengths and minutes * 60 not in service.lengths:
        return Fault(
            pointer=pointer,
            code="session_not_offered",
            detail=f"{service.name} is not offered for {minutes} minutes",
            hint=f"offered: {offered} min",
        )
    return minutes * 60


def local_date(instant: datetime, zone: ZoneInfo) -> date:
    return instant.astimezone(zone).date()


def _like(name: str, words: Sequence[str]) -> list[float]:
    """How near the nearest run of words is to a name, from 0 to 1; nothing where none is near."""
    size = len(name.split())
    runs = [" ".join(words[at : at + size]) for at in range(len(words) - size + 1)]
    ratios = [SequenceMatcher(None, name, run).ratio() for run in runs]
    return [ratio for ratio in ratios if ratio >= NEAR]


def _plain(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())
