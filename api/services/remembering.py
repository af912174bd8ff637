"""What the audit keeps of a deed by hand: ids, times, and how the visit was before, so that it can be undone."""

import json
import uuid
from collections.abc import Mapping
from datetime import datetime

from data.store.records import AuditEntry
from optimizer.domain.booking import Booking

WAS = "was"
"""Where an entry says how a visit was before."""


def audit_entry(actor: str, action: str, subject: str, now: datetime, detail: Mapping[str, str | int]) -> AuditEntry:
    """An entry about a date."""
    return AuditEntry(id=uuid.uuid4().hex, at=now, actor=actor, action=action, subject=subject, detail=detail)


def as_before(booking: Booking) -> dict[str, str]:
    """What a deed by hand may change of a booking."""
    pin = booking.pinned
    was = {
        "therapist": booking.therapist,
        "pin": None if pin is None else [pin.therapist, pin.start],
        "windows": [[window.earliest.isoformat(), window.latest.isoformat()] for window in booking.windows],
        "overridden": booking.overridden,
    }
    return {WAS: json.dumps(was)}
