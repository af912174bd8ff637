"""How many places the public may ask about in an hour.

Each search tells a little of where the others are, if only in which cell; nobody who looks for a visit at home asks
about more than a few places.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from threading import Lock
from typing import TYPE_CHECKING

from optimizer.domain.errors import TooMany
from optimizer.domain.place import Place
from optimizer.domain.time import HOUR

if TYPE_CHECKING:
    from data.store.store import Store

MOST_KNOWN = 20_000
"""Places that a process remembers it has counted; whatever falls out is looked up in the store again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who searches: a key, and the visitor's session where the frontend behind the key names one."""

    practice_id: str
    key_id: str
    session: str = ""


class AddressBudget:
    """Counts distinct places per session and per key, in the store, so that every process counts the same.

    On PostgreSQL, searches at the very same instant do not see each other: as many may slip through.
    A place that was asked about before costs nothing, and this process remembers it without asking the store: whoever
    turns the pages of a calendar writes nothing.
    """

    def __init__(self, *, per_session: int, per_key: int) -> None:
        self._per_session = per_session
        self._per_key = per_key
        self._lock = Lock()
        self._known: OrderedDict[tuple[Asker, int, str], None] = OrderedDict()

    def spend(self, asker: Asker, place: Place, *, store: "Store", now: datetime) -> None:
        """Count a search about a place.

        Raises
        ------
        TooMany
            code `too_many_places`, when it is one too many; the search is not counted then.
        """
        hour, into = divmod(int(now.timestamp()), HOUR)
        known = asker, hour, _digest(_point(place))
        if self._remembers(known):
            return
        session = _digest(asker.session)
        with store.unit_of_work(asker.practice_id) as uow:
            if uow.asked_places.note(asker.key_id, hour, session, known[2]):
                asked = uow.asked_places.count(asker.key_id, hour, session)
                if asked.by_session > self._per_session or asked.with_key > self._per_key:
                    raise TooMany(
                        "Too many different places were asked about in this hour.",
                        code="too_many_places",
                        hint="Search again later; places asked about before can be searched at any time.",
                        retry_after=HOUR - into,
                    )
                if asked.with_key == 1:
                    uow.asked_places.purge(hour)
            uow.commit()
        self._remember(known)

    def _remembers(self, known: tuple[Asker, int, str]) -> bool:
        with self._lock:
            return known in self._known

    def _remember(self, known: tuple[Asker, int, str]) -> None:
        with self._lock:
            self._known[known] = None
            while len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)


def _point(place: Place) -> str:
    """About ten metres: the same door told twice counts once."""
    point = place.coordinate
    return place.id if point is None else f"{point.lat:.4f} {point.lng:.4f}"


def _digest(words: str) -> str:
    return blake2b(words.encode(), digest_size=16).hexdigest()
