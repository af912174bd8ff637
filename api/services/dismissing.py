"""Drop a plan that nobody works by."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from data.store.records import AuditEntry

if TYPE_CHECKING:
    from data.store.store import Store


def dismiss(practice_id: str, plan_id: str, *, actor: str, store: "Store", clock: Callable[[], datetime]) -> None:
    """Forget a draft; the day stays as it is.

    Raises
    ------
    NotFound
    Conflict
        code `plan_published`, when everyone works by it.
    """
    with store.unit_of_work(practice_id) as uow:
        day = uow.plans.get(plan_id).date
        uow.plans.discard(plan_id)
        entry = AuditEntry(
            id=uuid.uuid4().hex,
            at=clock(),
            actor=actor,
            action="plan.dismiss",
            subject=plan_id,
            detail={"date": day.isoformat()},
        )
        uow.audit.add(entry)
        uow.commit()
