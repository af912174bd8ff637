"""What a therapist tells of a visit, in and out."""

from typing import Literal, Self
from zoneinfo import ZoneInfo

from api.services.events import Event, EventsOfDay, RecordedEvent
from api.v1.schemas.base import Answer, Identifier, Instant, LocalDate, Request
from optimizer.domain.visit_event import EventKind, VisitEvent

Kind = Literal["departed", "arrived", "started", "finished", "no_show"]


class EventIn(Request):
    """One thing that happened at a visit; `at` is now where it is left out. `departed` is setting off for the visit,
    `started` and `finished` are the session's, `no_show` ends the visit for the day."""

    visit: Identifier
    type: Kind
    at: Instant | None = None

    def event(self) -> Event:
        return Event(visit=self.visit, kind=EventKind(self.type), at=self.at)


class EventOut(Answer):
    """An event as it stands: each type once for a visit."""

    id: str
    visit: str
    type: Kind
    at: Instant
    recorded_at: Instant

    @classmethod
    def of_event(cls, event: VisitEvent, zone: ZoneInfo) -> Self:
        return cls(
            id=event.id,
            visit=event.visit,
            type=event.kind.value,
            at=event.at.astimezone(zone),
            recorded_at=event.recorded_at.astimezone(zone),
        )


class RecordedEventOut(EventOut):
    """`remarks` say what is odd about it: out of order, or told anew with another time."""

    remarks: list[str]

    @classmethod
    def of(cls, recorded: RecordedEvent) -> Self:
        told = EventOut.of_event(recorded.event, recorded.zone)
        return cls(**told.model_dump(), remarks=list(recorded.remarks))


class EventListOut(Answer):
    """The events of a date that stand, in the order they happened."""

    date: LocalDate
    timezone: str
    data: list[EventOut]

    @classmethod
    def of(cls, found: EventsOfDay) -> Self:
        return cls(
            date=found.date,
            timezone=found.zone.key,
            data=[EventOut.of_event(event, found.zone) for event in found.events],
        )
