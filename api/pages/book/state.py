"""What a visitor carries from step to step: signed words in the form or in the address, and no cookie.

The page may be shown inside the practice's own, where browsers keep cookies from it. It needs none: nothing here says
who somebody is, so nothing can be done in anybody's name by a page of somebody else (no CSRF). Whatever is signed is
the practice's: its id is part of the key.
"""

import secrets
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer

from optimizer.domain.time import MINUTE, Seconds

LONGEST = 4_000
"""Characters that are read at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What the first step has found out. `gender` is empty for anyone; `rhythm` is a code of `rhythms`."""

    visitor: str
    where: str
    service: str
    minutes: int
    first_visit: bool = False
    gender: str = ""
    rhythm: str = ""

    @property
    def session(self) -> Seconds:
        return self.minutes * MINUTE

    @property
    def typed(self) -> dict[str, str]:
        """The fields of the form that ask this."""
        words = {name: value for name, value in asdict(self).items() if isinstance(value, str) and name != "visitor"}
        return {**words, "minutes": str(self.minutes), "first_visit": "yes" if self.first_visit else ""}

    def but(self, **changes: Any) -> "Ask":
        """The same with another length, or for anyone."""
        return replace(self, **changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What the second step has chosen: a hold for the visitor who asked."""

    ask: Ask
    hold_id: str


def new_visitor() -> str:
    """A name for somebody who has none yet."""
    return secrets.token_urlsafe(9)


class Seals:
    """Signs what visitors of one practice's page carry, and reads it back: None where it is none of ours."""

    def __init__(self, key: str, practice_id: str) -> None:
        self._visitors, self._asks, self._helds, self._bookings = (
            URLSafeSerializer(key, salt=f"rounds booking page {kind} {practice_id}")
            for kind in ("visitor", "ask", "held", "done")
        )

    def visitor(self, name: str) -> str:
        return _text(self._visitors.dumps(name))

    def read_visitor(self, text: str) -> str | None:
        found = _read(self._visitors, text)
        return found if isinstance(found, str) else None

    def ask(self, ask: Ask) -> str:
        return _text(self._asks.dumps(asdict(ask)))

    def read_ask(self, text: str) -> Ask | None:
        return _ask(_read(self._asks, text))

    def held(self, held: Held) -> str:
        return _text(self._helds.dumps([asdict(held.ask), held.hold_id]))

    def read_held(self, text: str) -> Held | None:
        match _read(self._helds, text):
            case [ask, str() as hold_id] if (asked := _ask(ask)) is not None:
                return Held(ask=asked, hold_id=hold_id)
        return None

    def done(self, bookings: tuple[str, ...]) -> str:
        """What opens the page of bookings just made; it lasts as long as their own tokens do."""
        return _text(self._bookings.dumps(list(bookings)))

    def read_done(self, text: str) -> tuple[str, ...] | None:
        found = _read(self._bookings, text)
        return tuple(found) if isinstance(found, list) else None


def _ask(found: object) -> Ask | None:
    """None also for what another release has signed, which may know other fields."""
    known = {each.name for each in fields(Ask)}
    return Ask(**found) if isinstance(found, dict) and found.keys() == known else None


def _read(seal: URLSafeSerializer, text: str) -> object:
    if len(text) > LONGEST:
        return None
    try:
        found: object = seal.loads(text)
    except BadSignature:
        return None
    return found


def _text(signed: str | bytes) -> str:
    return signed if isinstance(signed, str) else signed.decode()
