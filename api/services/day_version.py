"""Which version of a date somebody has seen: it changes with every promise of the date, and with nothing else."""

import hashlib
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data.store.unit_of_work import UnitOfWork


def day_version(uow: "UnitOfWork", day: date) -> str:
    """Three queries, whatever the date holds.

    Agendas count their own changes. What lies on nobody's agenda has no agenda to count it, and is put in as it is.
    """
    loose = [f"{booking.id} {booking.windows} {booking.session}" for booking in uow.bookings.unplaced(day, day)]
    seen = f"{uow.revision()}/{uow.agendas.changes(day, day)}/{loose}"
    return hashlib.sha256(seen.encode()).hexdigest()[:16]
