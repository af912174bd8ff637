"""Signing in to the pages: a link that works once, then a signed cookie."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from flask import request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response as AnyResponse

from data.store.records import IdempotencyRecord
from optimizer.domain.errors import Conflict

if TYPE_CHECKING:
    from data.store.store import Store

COOKIE = "rounds_session"
LINK_LASTS = timedelta(hours=1)
SESSION_LASTS = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Whose pages these are."""

    practice_id: str
    therapist: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A redeemed link: who is signed in, and which date to show first."""

    visitor: Visitor
    date: str


def make_link(visitor: Visitor, day: date, *, signing_key: str) -> str:
    """The path of a link that signs this therapist in and shows a date: once, within `LINK_LASTS`."""
    once = secrets.token_hex(8)
    token = _links(signing_key).dumps([visitor.practice_id, visitor.therapist, day.isoformat(), once])
    return f"/sign-in/{token}"


def redeem(token: str, *, signing_key: str, store: "Store", now: datetime) -> Invitation | None:
    """What the link is good for; None for a link that is forged, over or used."""
    try:
        practice_id, therapist, day, once = _links(signing_key).loads(token, max_age=int(LINK_LASTS.total_seconds()))
    except BadSignature:
        return None
    used = IdempotencyRecord(key=f"sign-in:{once}", fingerprint="", status=303, body="", created_at=now)
    with store.unit_of_work(practice_id) as uow:
        try:
            uow.idempotency.add(used)
        except Conflict:
            return None
        uow.commit()
    return Invitation(visitor=Visitor(practice_id=practice_id, therapist=therapist), date=day)


def remember(response: AnyResponse, visitor: Visitor, *, signing_key: str) -> AnyResponse:
    """Sign the visitor in."""
    response.set_cookie(
        COOKIE,
        _sessions(signing_key).dumps([visitor.practice_id, visitor.therapist]),
        max_age=SESSION_LASTS,
        secure=request.is_secure,
        httponly=True,
        samesite="Lax",
    )
    return response


def visitor(*, signing_key: str) -> Visitor | None:
    """Who is signed in, if anybody."""
    try:
        practice_id, therapist = _sessions(signing_key).loads(
            request.cookies.get(COOKIE, ""), max_age=int(SESSION_LASTS.total_seconds())
        )
    except BadSignature:
        return None
    return Visitor(practice_id=practice_id, therapist=therapist)


def _links(key: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(key, salt="rounds sign-in link")


def _sessions(key: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(key, salt="rounds session")
