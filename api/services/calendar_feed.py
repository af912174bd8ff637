"""The address of a therapist's calendar feed: a secret, shown once, worthless when a new one is made."""

import hashlib
import secrets
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from data.store.records import FeedToken

if TYPE_CHECKING:
    from data.store.store import Store
    from data.store.unit_of_work import UnitOfWork


def reset(practice_id: str, therapist: str, *, store: "Store", clock: Callable[[], datetime]) -> str:
    """A fresh path; the one before stops working. Raises NotFound where there is no such therapist."""
    secret = secrets.token_urlsafe(32)
    token = FeedToken(id=f"feed_{uuid.uuid4().hex}", practice_id=practice_id, therapist=therapist, created_at=clock())
    with store.unit_of_work(practice_id) as uow:
        _revoke(uow, therapist, clock())
        uow.feeds.create(token, secret_hash=hash_of(secret))
        uow.commit()
    return f"/calendar/{secret}.ics"


def close(practice_id: str, therapist: str, *, store: "Store", clock: Callable[[], datetime]) -> None:
    """Nobody reads the feed any more."""
    with store.unit_of_work(practice_id) as uow:
        _revoke(uow, therapist, clock())
        uow.commit()


def is_open(practice_id: str, therapist: str, *, store: "Store") -> bool:
    with store.unit_of_work(practice_id, write=False) as uow:
        return any(token.revoked_at is None for token in uow.feeds.list(therapist))


def hash_of(secret: str) -> str:
    """A random secret needs no salt and no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _revoke(uow: "UnitOfWork", therapist: str, now: datetime) -> None:
    for token in uow.feeds.list(therapist):
        uow.feeds.revoke(token.id, now)
