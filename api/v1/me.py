"""What a therapist asks for: the day, and a calendar feed."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, Response
from werkzeug.wrappers import Response as AnyResponse

from api.auth import Role, caller, require
from api.operation import Reply, operation
from api.services import calendar_feed, itineraries
from api.v1.schemas.base import Answer, LocalDate, Request
from api.v1.schemas.planning import MyDayOut
from api.wiring import wiring
from optimizer.domain.errors import NotFound

blueprint = Blueprint("me", __name__)


class MyDayQuery(Request):
    """A date on the practice's calendar; today without one."""

    date: LocalDate | None = None


class FeedOut(Answer):
    """The address of a calendar feed. It is a secret, and shown only once."""

    path: str


@blueprint.get("/v1/me/day")
@require(Role.THERAPIST)
@operation("My day, with slack in words", tag="therapist", query=MyDayQuery, answers={200: MyDayOut}, problems=(422,))
def my_day(query: MyDayQuery) -> MyDayOut:
    parts, who = wiring(), caller()
    day = query.date or _today(parts.store.practices.get(who.practice_id).zone, parts.clock())
    found = itineraries.therapist_day(
        who.practice_id, _myself(), day, store=parts.store, roads=parts.roads, now=parts.clock()
    )
    return MyDayOut.of(found)


@blueprint.put("/v1/me/feed")
@require(Role.THERAPIST)
@operation(
    "A fresh address for my calendar feed; the one before stops working",
    tag="therapist",
    answers={200: FeedOut},
    problems=(404,),
)
def reset_feed() -> FeedOut:
    parts, who = wiring(), caller()
    return FeedOut(path=calendar_feed.reset(who.practice_id, _myself(), store=parts.store, clock=parts.clock))


@blueprint.delete("/v1/me/feed")
@require(Role.THERAPIST)
@operation("Close my calendar feed", tag="therapist", answers={204: None}, problems=(404,))
def close_feed() -> Reply:
    parts, who = wiring(), caller()
    calendar_feed.close(who.practice_id, _myself(), store=parts.store, clock=parts.clock)
    return Reply(status=204)


@blueprint.get("/calendar/<token>.ics")
@operation(
    "A therapist's published days for a calendar program; the address is the key",
    tag="therapist",
    answers={200: "text/calendar"},
    problems=(404,),
)
def read_feed(token: str) -> AnyResponse:
    # Imported here: the calendar library costs a tenth of a second at start.
    from api.feeds.ics import calendar

    parts = wiring()
    known = parts.store.feed_tokens.find_by_hash(calendar_feed.hash_of(token))
    if known is None:
        raise NotFound("there is no such calendar")
    practice, therapist, days = itineraries.calendar_days(
        known.practice_id, known.therapist, now=parts.clock(), store=parts.store, roads=parts.roads
    )
    feed = calendar(days, name=f"Rounds {therapist.name or therapist.id}", namespace=f"{practice.id}.rounds")
    return Response(feed, mimetype="text/calendar", headers={"Cache-Control": "private, max-age=300"})


def _myself() -> str:
    mine = caller().therapist
    if mine is None:
        raise NotFound("this key stands for no therapist")
    return mine


def _today(zone: ZoneInfo, now: datetime) -> date:
    return now.astimezone(zone).date()
