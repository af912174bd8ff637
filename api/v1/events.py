"""The events of a therapist's own day: told, read, taken back."""

from flask import Blueprint
from werkzeug.wrappers import Response as AnyResponse

from api.auth import Role, caller, require
from api.operation import Reply, operation
from api.services import events
from api.services.events import RecordedEvent
from api.services.receipt import Receipt
from api.v1.once import answer_once
from api.v1.schemas.base import LocalDate, Request
from api.v1.schemas.events import EventIn, EventListOut, RecordedEventOut
from api.wiring import wiring
from optimizer.domain.errors import NotFound

blueprint = Blueprint("events", __name__)


class EventsQuery(Request):
    """A date on the practice's calendar; today without one."""

    date: LocalDate | None = None


@blueprint.post("/v1/me/events")
@require(Role.THERAPIST)
@operation(
    "Tell what happened at a visit of mine",
    tag="therapist",
    body=EventIn,
    answers={200: RecordedEventOut, 201: RecordedEventOut},
    problems=(404, 409, 422, 428),
    idempotent=True,
)
def record(body: EventIn) -> AnyResponse:
    """From then on the day is where this says it is: the next stop, running late and planning again go by it. The same
    told twice is one event (200); told with another time, it takes the place of the first. Out of order is accepted,
    with `remarks`; a session that took place and a `no_show` exclude each other (409, `event_contradicts`)."""
    parts, who, mine = wiring(), caller(), _myself()

    def write(receipt: Receipt[RecordedEvent]) -> RecordedEvent:
        return events.record_event(
            who.practice_id,
            mine,
            body.event(),
            store=parts.store,
            clock=parts.clock,
            actor=who.key_id,
            receipt=receipt,
        )

    return answer_once(write, _shape)


@blueprint.get("/v1/me/events")
@require(Role.THERAPIST)
@operation(
    "What I told of a day", tag="therapist", query=EventsQuery, answers={200: EventListOut}, problems=(422,)
)  # fmt: skip
def list_events(query: EventsQuery) -> EventListOut:
    parts, who = wiring(), caller()
    found = events.events_of_day(who.practice_id, _myself(), query.date, store=parts.store, clock=parts.clock)
    return EventListOut.of(found)


@blueprint.delete("/v1/me/events/<event_id>")
@require(Role.THERAPIST)
@operation("Take back what I told", tag="therapist", answers={204: None}, problems=(404,))
def undo(event_id: str) -> Reply:
    parts, who = wiring(), caller()
    events.undo_event(who.practice_id, _myself(), event_id, store=parts.store, clock=parts.clock, actor=who.key_id)
    return Reply(status=204)


def _shape(recorded: RecordedEvent) -> Reply:
    return Reply(status=201 if recorded.new else 200, body=RecordedEventOut.of(recorded))


def _myself() -> str:
    mine = caller().therapist
    if mine is None:
        raise NotFound("this key stands for no therapist")
    return mine
