"""Sign in to the pages: a link that works once opens a session, which can be ended from anywhere."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from itsdangerous import BadSignature, URLSafeTimedSerializer

from data.store.page_records import PageSession
from data.store.records import Role
from optimizer.domain.errors import Conflict, NotFound

if TYPE_CHECKING:
    from data.store.store import Store

LINK_LASTS = timedelta(hours=1)
SESSION_LASTS = timedelta(days=30)
SEEN_EVERY = timedelta(hours=1)
"""How exactly it is kept when a session was seen last: not every page is worth a write."""
LINKS_AN_HOUR = 3
"""Most links mailed to one address in an hour."""

HOME = {Role.THERAPIST: "/day", Role.PLANNER: "/board", Role.ADMIN: "/board"}
"""Who signs in to the pages, and where to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who is to be signed in: a therapist of the practice, or somebody at its desk by name."""

    practice_id: str
    role: Role
    therapist: str | None = None
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What a link says: whom it signs in, and the page to show first. `id` becomes the session's."""

    id: str
    person: Person
    page: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message to somebody's e-mail address."""

    to: str
    subject: str
    text: str


class PostOffice(Protocol):
    """Sends letters. Raises Unavailable where it cannot."""

    def send(self, letter: Letter) -> None: ...


class Links:
    """Makes and reads the links. Nothing is stored: a link is good until it is used or an hour old."""

    def __init__(self, key: str) -> None:
        self._signer = URLSafeTimedSerializer(key, salt="rounds sign-in link")

    def make(self, person: Person, day: date | None = None) -> str:
        """The path of a link; a therapist is shown `day` first."""
        once = secrets.token_hex(8)
        where = "" if day is None else day.isoformat()
        token = self._signer.dumps([person.practice_id, person.role, person.therapist, person.name, where, once])
        return f"/sign-in/{token}"

    def read(self, token: str) -> Invitation | None:
        """None for a link that is forged or over; whether it has been used shows when it is redeemed."""
        try:
            practice_id, role, therapist, name, day, once = self._signer.loads(
                token, max_age=int(LINK_LASTS.total_seconds())
            )
        except (BadSignature, ValueError):
            return None
        person = Person(practice_id=practice_id, role=Role(role), therapist=therapist, name=name)
        page = HOME[person.role]
        return Invitation(id=f"page_{once}", person=person, page=f"{page}/{day}" if day else page)


def redeem(invitation: Invitation, *, device: str, store: "Store", now: datetime) -> str | None:
    """Open a session; the secret for its cookie, None where the link was used before or nobody is there any more."""
    secret = secrets.token_urlsafe(32)
    who = invitation.person
    session = PageSession(
        id=invitation.id,
        practice_id=who.practice_id,
        role=who.role,
        therapist=who.therapist,
        name=who.name,
        device=device,
        created_at=now,
        seen_at=now,
        expires_at=now + SESSION_LASTS,
    )
    try:
        store.page_sessions.open(session, secret_hash=_hash(secret))
    except (Conflict, NotFound):
        return None
    return secret


def session_of(secret: str, *, store: "Store", now: datetime) -> PageSession | None:
    """Whose cookie this is; the session lasts longer for being used."""
    found = store.page_sessions.find_by_hash(_hash(secret), now)
    if found is None or now - found.seen_at < SEEN_EVERY:
        return found
    seen = replace(found, seen_at=now, expires_at=now + SESSION_LASTS)
    store.page_sessions.touch(seen)
    return seen


def mail_links(
    email: str, *, origin: str, links: Links, post_office: PostOffice, store: "Store", clock: Callable[[], datetime]
) -> int:
    """Send a link to everybody with this address, if anybody; says to how many.

    Raises
    ------
    Unavailable
        When the mail cannot be sent.
    """
    hour = int(clock().timestamp() // 3600)
    known = store.sign_in_addresses.ask(email.strip().lower(), hour=hour, most=LINKS_AN_HOUR)
    for address in known:
        person = Person(
            practice_id=address.practice_id, role=address.role, therapist=address.therapist, name=address.name
        )
        practice = store.practices.get(address.practice_id)
        text = (
            f"Open this to sign in to {practice.name}:\n\n{origin}{links.make(person)}\n\n"
            "It works once, within the hour. If you did not ask for it, do nothing.\n"
        )
        post_office.send(Letter(to=address.email, subject="Your link to sign in", text=text))
    return len(known)


def _hash(secret: str) -> str:
    """A random secret needs no salt and no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
