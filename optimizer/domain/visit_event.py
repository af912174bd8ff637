"""What a therapist says while the day goes on: on the way, at the door, begun, done, nobody there."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class EventKind(StrEnum):
    """What happened at a visit. The strings are public.

    `departed` is setting off *for* the visit, so a drive is `departed` to `arrived` of one visit; `started` and
    `finished` are the session's own; `no_show` ends the visit for the day.
    """

    DEPARTED = "departed"
    ARRIVED = "arrived"
    STARTED = "started"
    FINISHED = "finished"
    NO_SHOW = "no_show"

    @property
    def rank(self) -> int:
        """Its place in the course of a visit, from 0."""
        return min(list(EventKind).index(self), 3)

    @property
    def ends(self) -> bool:
        """Is the visit over with it?"""
        return self in {EventKind.FINISHED, EventKind.NO_SHOW}


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitEvent:
    """One thing that happened, as it is stored; instants are aware.

    `visit` is the booking's id. `at` is when it happened, `recorded_at` when it was told, `source` through which door.
    One that was taken back, or told anew with another time, keeps its row and has an `undone_at`.
    """

    id: str
    therapist: str
    date: date
    visit: str
    kind: EventKind
    at: datetime
    recorded_at: datetime
    source: str
    undone_at: datetime | None = None
