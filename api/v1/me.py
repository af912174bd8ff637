"""What a therapist asks for: the day, and a calendar feed."""

import hashlib
import secrets
import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask import Blueprint, Response
from werkzeug.wrappers import Response as AnyResponse

from api.auth import Role, caller, require
from api.operation import Reply, operation
from api.services import itineraries
from api.v1.schemas.base import Answer, LocalDate, Request
from api.v1.schemas.planning import MyDayOut
from api.wiring import wiring
from data.store.records import FeedToken
from optimizer.domain.errors import NotFound

if TYPE_CHECKING:
    from data.store.unit_of_work import UnitOfWork

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
    secret = secrets.token_urlsafe(32)
    token = FeedToken(
        id=f"feed_{uuid.uuid4().hex}", practice_id=who.practice_id, therapist=_myself(), created_at=parts.clock()
    )
    with parts.store.unit_of_work(who.practice_id) as uow:
        _revoke(uow, _myself(), parts.clock())
        uow.feeds.create(token, secret_hash=_hash(secret))
        uow.commit()
    return FeedOut(path=f"/calendar/{secret}.ics")


@blueprint.delete("/v1/me/feed")
@require(Role.THERAPIST)
@operation("Close my calendar feed", tag="therapist", answers={204: None}, problems=(404,))
def close_feed() -> Reply:
    parts, who = wiring(), caller()
    with parts.store.unit_of_work(who.practice_id) as uow:
        _revoke(uow, _myself(), parts.clock())
        uow.commit()
    return Reply(status=204)


@blueprint.get("/calendar/<token>.ics")
@operation(
    "A therapist's published days for a calendar program; the address is the key",
    tag="therapist",
    answers={200: "text/calendar"},
    problems=(404,),
)
def calendar_feed(token: str) -> AnyResponse:
    # Imported here: the calendar library costs a tenth of a second at start.
    from api.feeds.ics import calendar

    parts = wiring()
    known = parts.store.feed_tokens.find_by_hash(_hash(token))
    if known is None:
        raise NotFound("there is no such calendar")
    practice, therapist, days = itineraries.calendar_days(
        known.practice_id, known.therapist, now=parts.clock(), store=parts.store, roads=parts.roads
    )
    feed = calendar(days, name=f"Rounds {therapist.name or therapist.id}", namespace=f"{practice.id}.rounds")
    return Response(feed, mimetype="text/calendar", headers={"Cache-Control": "private, max-age=300"})


def _revoke(uow: "UnitOfWork", therapist: str, now: datetime) -> None:
    for token in uow.feeds.list(therapist):
        uow.feeds.revoke(token.id, now)


def _myself() -> str:
    mine = caller().therapist
    if mine is None:
        raise NotFound("this key stands for no therapist")
    return mine


def _today(zone: ZoneInfo, now: datetime) -> date:
    return now.astimezone(zone).date()


def _hash(secret: str) -> str:
    """A random secret needs no salt and no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
