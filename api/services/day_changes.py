"""Who changed what on a date."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from data.store.records import AuditEntry

if TYPE_CHECKING:
    from data.store.store import Store
    from data.store.unit_of_work import UnitOfWork

MOST = 500
"""Entries looked at; a day's worth for a practice of thirty."""

LOOKED_BACK = timedelta(days=14)

DATES = ("date", "from", "to")
"""Where an entry says which date it is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing done. `actor` is a person's name where it is known, else what the audit keeps."""

    at: datetime
    actor: str
    action: str
    subject: str
    detail: Mapping[str, str | int] = field(default_factory=dict)


def day_changes(
    practice_id: str, day: date, *, store: "Store", now: datetime, since: datetime | None = None
) -> tuple[Change, ...]:
    """What was done about a date, newest first.

    Parameters
    ----------
    since
        The instant from which on it was done; two weeks ago where None.
    """
    with store.unit_of_work(practice_id, write=False) as uow:
        entries = uow.audit.list(since=since or now - LOOKED_BACK, limit=MOST)
        subjects = _subjects(uow, day)
    names = {key.id: key.label for key in store.keys.list(practice_id) if key.label}
    names |= {session: name for session, name in store.page_sessions.names(practice_id).items() if name}
    return tuple(
        Change(
            at=entry.at,
            actor=names.get(entry.actor, entry.actor),
            action=entry.action,
            subject=entry.subject,
            detail=entry.detail,
        )
        for entry in entries
        if _is_about(entry, day, subjects)
    )


def _subjects(uow: "UnitOfWork", day: date) -> set[str]:
    booked = {booking.id for booking in uow.bookings.list(first=day, last=day, limit=10_000)}
    head = uow.plans.head(day)
    return booked | ({head.id} if head is not None else set())


def _is_about(entry: AuditEntry, day: date, subjects: set[str]) -> bool:
    told = {entry.detail[name] for name in DATES if name in entry.detail}
    return day.isoformat() in told if told else entry.subject in subjects
