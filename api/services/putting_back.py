"""Undo what one has just done to a visit by hand, where the day still keeps it as it was."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from api.services.cancelling import agendas_of, changed
from api.services.desk import Desk
from api.services.hand_moves import HandMove, check
from api.services.holding import lock
from api.services.remembering import WAS, audit_entry
from data.store.records import AuditEntry
from optimizer.domain.booking import Booking, StartWindow
from optimizer.domain.errors import Conflict
from optimizer.domain.time import Horizon
from optimizer.domain.visit import Pin

if TYPE_CHECKING:
    from data.store.unit_of_work import UnitOfWork

UNDOABLE_FOR = timedelta(hours=1)

MOST = 500


def put_back(practice_id: str, booking_id: str, *, actor: str, desk: Desk) -> Booking:
    """Put a visit back to where it was before the caller's last deed.

    Raises
    ------
    NotFound
    Conflict
        code `nothing_to_undo`, when the last thing done to it was no deed by hand of the caller's, or long ago;
        `undo_refused`, when the day cannot keep it there any more.
    """
    with desk.store.unit_of_work(practice_id, write=False) as uow:
        current = uow.bookings.get(booking_id)
        was = _as_it_was(current, _last_deed(uow, booking_id, actor, desk.clock()))
    with desk.store.unit_of_work(practice_id) as uow:
        now = lock(uow, agendas_of(current) | agendas_of(was), desk)
        if uow.bookings.get(booking_id) != current:
            raise changed(booking_id)
        _require_room(uow, was, practice_id, actor, now, desk)
        uow.bookings.put(was)
        uow.audit.add(audit_entry(actor, "visit.undo", booking_id, now, {"date": was.date.isoformat()}))
        uow.commit()
    return was


def _last_deed(uow: "UnitOfWork", booking_id: str, actor: str, now: datetime) -> AuditEntry:
    entries = uow.audit.list(since=now - UNDOABLE_FOR, limit=MOST)
    last = next((entry for entry in entries if entry.subject == booking_id), None)
    if last is None or last.actor != actor or WAS not in last.detail:
        raise Conflict("There is nothing of yours to undo here.", code="nothing_to_undo")
    return last


def _as_it_was(current: Booking, deed: AuditEntry) -> Booking:
    was: dict[str, Any] = json.loads(str(deed.detail[WAS]))
    return replace(
        current,
        therapist=was["therapist"],
        pinned=Pin(therapist=was["pin"][0], start=was["pin"][1]) if was["pin"] else None,
        windows=tuple(
            StartWindow(earliest=datetime.fromisoformat(earliest), latest=datetime.fromisoformat(latest))
            for earliest, latest in was["windows"]
        ),
        overridden=was["overridden"],
    )


def _require_room(uow: "UnitOfWork", was: Booking, practice_id: str, actor: str, now: datetime, desk: Desk) -> None:
    """Somebody may have been promised its place meanwhile."""
    if was.therapist is None or was.overridden:
        return
    pinned = was.pinned.start if was.pinned is not None else None
    start = was.fixed_start
    if pinned is not None:
        start = Horizon(was.date, uow.practice().zone).instant(pinned)
    asked = HandMove(practice_id=practice_id, actor=actor, booking_id=was.id, therapist=was.therapist, start=start)
    refusal = check(uow, asked, now, desk, booking=was).refusal
    if refusal is not None:
        raise Conflict(f"It cannot go back: {refusal.detail}.", code="undo_refused", hint="Put it somewhere else.")
