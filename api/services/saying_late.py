"""A therapist says how late she is: the day goes by it, until it is taken back or the next visit tells better."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from api.services.itineraries import TherapistDay
from data.store.page_records import SaidLate
from data.store.records import AuditEntry
from optimizer.domain.time import Seconds

if TYPE_CHECKING:
    from data.store.store import Store


def say_late(
    practice_id: str,
    therapist: str,
    seconds: Seconds,
    *,
    store: "Store",
    clock: Callable[[], datetime],
    actor: str,
) -> SaidLate:
    """From here on she goes on so much later than her day, as told so far, would have it."""
    with store.unit_of_work(practice_id) as uow:
        now = clock()
        today = now.astimezone(uow.practice().zone).date()
        word = SaidLate(id=f"late_{uuid.uuid4().hex}", therapist=therapist, date=today, seconds=seconds, said_at=now)
        uow.late_words.add(word)
        uow.audit.add(_entry("day.late", word.therapist, actor, now, {"date": str(today), "seconds": seconds}))
        uow.commit()
    return word


def unsay_late(practice_id: str, therapist: str, *, store: "Store", clock: Callable[[], datetime], actor: str) -> None:
    """She is not late after all; twice changes nothing more."""
    with store.unit_of_work(practice_id) as uow:
        now = clock()
        today = now.astimezone(uow.practice().zone).date()
        if uow.late_words.undo(today, therapist, now):
            uow.audit.add(_entry("day.late.undo", therapist, actor, now, {"date": str(today)}))
        uow.commit()


def late_by(practice_id: str, therapist: str, day: TherapistDay, *, store: "Store") -> Seconds:
    """How late she says that she is, 0 where she says nothing. What was told of a visit since then tells it better."""
    with store.unit_of_work(practice_id, write=False) as uow:
        word = _standing(uow.late_words.last(day.date, therapist), day)
    return 0 if word is None else word.seconds


def _standing(word: SaidLate | None, day: TherapistDay) -> SaidLate | None:
    if word is None or any(event.recorded_at > word.said_at for event in day.events):
        return None
    return word


def _entry(action: str, subject: str, actor: str, now: datetime, detail: dict[str, str | int]) -> AuditEntry:
    return AuditEntry(id=uuid.uuid4().hex, at=now, actor=actor, action=action, subject=subject, detail=detail)
