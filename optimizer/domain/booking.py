"""What was promised to a client, as it is stored: aware UTC datetimes, not solver seconds."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from optimizer.domain.itinerary import Certificate
from optimizer.domain.place import Place
from optimizer.domain.time import Seconds
from optimizer.domain.visit import Clearance, Pin, TherapistChoice


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Who is visited. `ref` is the booking system's own key; names and numbers never reach a log or the solver."""

    ref: str
    name: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class StartWindow:
    """When a session may start, both ends included, as aware datetimes.

    Raises
    ------
    ValueError
        When an end is naive or the window ends before it begins.
    """

    earliest: datetime
    latest: datetime

    def __post_init__(self) -> None:
        if self.earliest.tzinfo is None or self.latest.tzinfo is None:
            raise ValueError("a window needs an offset from UTC")
        if self.latest.astimezone(UTC) < self.earliest.astimezone(UTC):
            raise ValueError("a window cannot end before it begins")


BUSY = "busy"
"""Stands where a treatment's code would, for time that no treatment takes."""


class BookingStatus(StrEnum):
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """A confirmed (or cancelled) visit of one date.

    `uid` is the stable id of an import (an ICS UID, a CSV key), None for a booking made here. Where the lengths at the
    door are None, service and practice decide. `therapist` is on whose agenda it lies, None while it lies on nobody's.
    `series` is shared by the visits of a course of treatment; `overridden` says that staff accepted it against the
    day's check; `manage_hash` is the hash of the token by which the client may move or cancel it.

    `feed` is the outside calendar it was read from. A `busy` one is no treatment but time that the therapist has given
    to something else: its session is how long, its service `BUSY`.
    """

    id: str
    date: date
    client: Client
    place: Place
    service: str
    session: Seconds
    windows: tuple[StartWindow, ...]
    uid: str | None = None
    first_visit: bool = False
    priority: int = 50
    required: bool = True
    choice: TherapistChoice = TherapistChoice()
    pinned: Pin | None = None
    clearance: Clearance = Clearance.CLEAR
    parking: Seconds | None = None
    setup: Seconds | None = None
    tear_down: Seconds | None = None
    notes: str = ""
    status: BookingStatus = BookingStatus.CONFIRMED
    therapist: str | None = None
    series: str | None = None
    overridden: bool = False
    manage_hash: str | None = None
    feed: str | None = None
    busy: bool = False

    @property
    def fixed_start(self) -> datetime | None:
        """The promised start; None where a window was promised."""
        match self.windows:
            case (StartWindow(earliest=start, latest=latest),) if start == latest:
                return start
        return None

    def has_begun(self, now: datetime) -> bool:
        """Whether the latest promised start has passed; never where any time of the date was promised."""
        return bool(self.windows) and max(window.latest for window in self.windows) < now


class RunStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRun:
    """One request to plan a date. The stored row is the job: a killed process leaves its lease behind to be picked up.

    `therapists` empty means everyone who works that day. `problem` names what went wrong with a failed run. `best` is
    how good the best plan was when the search last told, None before it has.
    """

    id: str
    date: date
    status: RunStatus
    requested_at: datetime
    therapists: tuple[str, ...] = ()
    time_limit: Seconds = 2
    seed: int = 1
    attempts: int = 0
    lease_until: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    plan_id: str | None = None
    problem: str = ""
    best: Certificate | None = None
