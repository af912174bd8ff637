"""How often what was asked for and not to be had: counted in memory, written down about once a minute.

A search itself asks the store nothing more for it. What a process has counted and not written is lost with it: these
are figures for the practice's owner, not promises.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from threading import Lock, Thread
from typing import TYPE_CHECKING

from data.geocoding import service_area
from data.store.repositories.search_tallies import Tally
from optimizer.domain.errors import RoundsError
from optimizer.domain.place import Place

if TYPE_CHECKING:
    from data.store.store import Store

EVERY = timedelta(minutes=1)
OFFERED, NOTHING = "offered", "nothing"

Spawn = Callable[[Callable[[], None]], None]


def beside(job: Callable[[], None]) -> None:
    """Do it in a thread of its own: no search waits for a writer."""
    Thread(target=job, name="search-tally", daemon=True).start()


def area_of(place: Place | None) -> str:
    """The town a place lies in, the closest name for it; empty where that is none of those known."""
    if place is None or place.coordinate is None:
        return ""
    zones = [zone for zone in service_area.embedded().zones if place.coordinate in zone]
    return next((zone.name for zone in sorted(zones, key=lambda zone: zone.within is None)), "")


class SearchTally:
    """What this process has counted. Safe to share between threads."""

    def __init__(self, store: "Callable[[], Store]", spawn: Spawn = beside) -> None:
        self._store = store
        self._spawn = spawn
        self._lock = Lock()
        self._counts: dict[str, Counter[Tally]] = {}
        self._written_at: datetime | None = None

    def note(self, practice_id: str, day: date, area: str, outcomes: Iterable[str], now: datetime) -> None:
        """Count what came of one search, once for each outcome; write when it is time."""
        with self._lock:
            counts = self._counts.setdefault(practice_id, Counter())
            counts.update(Tally(date=day, area=area, outcome=outcome) for outcome in outcomes)
            if self._written_at is None:
                self._written_at = now
            is_due = now - self._written_at >= EVERY
            if is_due:
                self._written_at = now
        if is_due:
            self._spawn(self.write)

    def write(self) -> None:
        """Write down what has been counted; what the store cannot take now is kept for the next time."""
        with self._lock:
            counts, self._counts = self._counts, {}
        for practice_id, counted in counts.items():
            try:
                with self._store().unit_of_work(practice_id) as uow:
                    uow.search_tallies.add(counted)
                    uow.commit()
            except RoundsError:
                with self._lock:
                    self._counts.setdefault(practice_id, Counter()).update(counted)
