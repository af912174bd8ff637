"""What is kept for the pages: who is signed in, whom a link may be mailed to, who is late. Instants are aware UTC."""

from dataclasses import dataclass
from datetime import date as Date  # noqa: N812  # a field is called so, too
from datetime import datetime

from data.store.records import Role
from optimizer.domain.time import Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSession:
    """Somebody signed in with one browser, without the secret in its cookie: the store sees only a hash.

    `therapist` is whose pages these are, for role `therapist`; everybody else is told apart by `name`. `device` is the
    browser in words. The session ends at `expires_at`, which moves on while it is used.
    """

    id: str
    practice_id: str
    role: Role
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    therapist: str | None = None
    name: str = ""
    device: str = ""
    revoked_at: datetime | None = None

    def is_live(self, now: datetime) -> bool:
        return self.revoked_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInAddress:
    """An e-mail address (in small letters) whose owner may ask for a link, and who that is."""

    practice_id: str
    email: str
    role: Role
    therapist: str | None = None
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidLate:
    """A therapist's own word on a date: how much later she goes on than her day, as told so far, would have it."""

    id: str
    therapist: str
    date: Date
    seconds: Seconds
    said_at: datetime
