"""What is asked and answered at the desk, as a history remembers it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from optimizer.domain.practice import Policies
from optimizer.domain.time import MINUTE
from tests.booking_world import MONDAY
from tests.discovery.model import Promise
from tests.doors import Answer


@dataclass(frozen=True, kw_only=True)
class Search:
    """What was asked for. `place` is a postal code, a house or a door; `moving` a booking that is to have the start.

    Whom the client wants is empty for anyone.
    """

    place: str
    whom: str
    minutes: int
    first_visit: bool
    moving: str = ""


@dataclass(frozen=True, kw_only=True)
class Offered:
    """A start as it was answered."""

    search: Search
    start: str
    offer: str
    expires_at: datetime

    def promise(self, therapist: str, door: str) -> Promise:
        """It on an agenda. Whoever holds it decides which door of a postal code it is about."""
        rules, search = Policies(), self.search
        session = search.minutes * MINUTE + rules.wrap_up
        consultation = rules.consultation if search.first_visit else 0
        return Promise(
            therapist=therapist,
            date=MONDAY,
            start=datetime.fromisoformat(self.start),
            door=door,
            arriving=rules.parking + rules.setup + consultation,
            staying=consultation,
            leaving=session + rules.tear_down,
            freeing=session,
        )


@dataclass(frozen=True, kw_only=True)
class Written:
    """A write that was answered, to be repeated."""

    path: str
    body: Any
    once: str
    who: str
    answer: Answer


@dataclass(frozen=True, kw_only=True)
class Made:
    """A booking and the token told with it."""

    id: str
    manage: str
    offered: Offered

    @property
    def token(self) -> dict[str, str]:
        """The client's right to it, as headers."""
        return {"Authorization": f"Manage {self.manage}"}
