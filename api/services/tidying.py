"""What nobody asks for any more goes, with a write now and then: it would cost each write two statements."""

from collections.abc import MutableMapping
from datetime import datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data.store.unit_of_work import UnitOfWork

ANSWERS_KEPT_FOR = timedelta(hours=24)
"""How long the answer of an Idempotency-Key is repeated."""

HOLDS_KEPT_FOR = timedelta(days=30)
"""How long a hold can still be asked about after it has expired."""

EVERY = timedelta(minutes=10)


class Tidying:
    """When this process last tidied up after a practice. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._done: MutableMapping[str, datetime] = {}

    def tidy(self, uow: "UnitOfWork", now: datetime) -> None:
        """Forget old answers and holds, unless that was done just now."""
        if self._is_due(uow.practice_id, now):
            uow.idempotency.purge(now - ANSWERS_KEPT_FOR)
            uow.holds.purge(now - HOLDS_KEPT_FOR)

    def _is_due(self, practice_id: str, now: datetime) -> bool:
        with self._lock:
            done = self._done.get(practice_id)
            if done is not None and done <= now < done + EVERY:
                return False
            self._done[practice_id] = now
            return True
