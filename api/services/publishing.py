"""Make a plan the one that everyone works by, unless what was promised since cannot be kept beside it."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from api.services.agendas import Setting, agenda_day, open_days
from api.services.receipt import Receipt, no_receipt
from data.roads.source import TravelSource
from data.store.records import AuditEntry, StoredPlan
from optimizer.domain.errors import Conflict

if TYPE_CHECKING:
    from data.store.store import Store
    from data.store.unit_of_work import UnitOfWork


def publish(
    practice_id: str,
    plan_id: str,
    *,
    actor: str,
    store: "Store",
    roads: TravelSource,
    clock: Callable[[], datetime],
    receipt: Receipt[StoredPlan] = no_receipt,
) -> StoredPlan:
    """Publish a plan: its bookings move to the agendas of its itineraries.

    Raises
    ------
    NotFound
        When there is no such plan.
    Conflict
        code `slot_taken` or `plan_outdated`, when somebody was promised a time since that no order of the day can keep
        beside the plan. Nothing has changed then.
    """
    with store.unit_of_work(practice_id) as uow:
        date = uow.plans.get(plan_id).date
        now = clock()
        uow.agendas.lock({(pattern.therapist.id, date) for pattern in uow.patterns.list()}, now)
        promised = {b.id: b.therapist for b in uow.bookings.on(date) if b.therapist and b.fixed_start}
        stored = uow.plans.publish(plan_id, now)
        _keep_on_agendas(uow, stored, promised)
        _require_room_for_newcomers(uow, stored, now, roads)
        uow.audit.add(AuditEntry(id=uuid.uuid4().hex, at=now, actor=actor, action="plan.publish", subject=plan_id))
        receipt(uow, stored)
        uow.commit()
    return stored


def _keep_on_agendas(uow: "UnitOfWork", stored: StoredPlan, promised: Mapping[str, str]) -> None:
    """A start that was promised stays on its agenda, flagged, when the plan found no place for it.

    Off every agenda its time would be offered again, and the client would wait for nobody.
    """
    for booking in uow.bookings.on(stored.date):
        if booking.therapist is None and booking.id in promised:
            uow.bookings.put(replace(booking, therapist=promised[booking.id], overridden=True))


def _require_room_for_newcomers(uow: "UnitOfWork", stored: StoredPlan, now: datetime, roads: TravelSource) -> None:
    """Look at every day that holds more than the plan knew of. Days somebody overrode are left as they are."""
    practice, services = uow.practice(), uow.services.list()
    settings = {
        pattern.therapist.id: Setting(practice=practice, services=services, pattern=pattern)
        for pattern in uow.patterns.list()
    }
    days = {(name, stored.date) for name in settings}
    bookings, holds = uow.bookings.on_agendas(days), uow.holds.live_on(days, now)
    planned = {visit for itinerary in stored.plan for visit in itinerary.order}
    overridden = {booking.therapist for booking in bookings if booking.overridden}
    crowded = []
    for name, setting in settings.items():
        day = agenda_day(setting, stored.date, bookings, holds)
        if day is not None and name not in overridden and any(visit.id not in planned for visit in day.visits):
            crowded.append(day)
    for day, opened in zip(crowded, open_days(crowded, roads, practice.policies), strict=True):
        if len(opened.cuts) == 0:
            name = day.shift.therapist.name or day.shift.id
            raise Conflict(
                f"{name} has been promised to somebody since this plan was made, and cannot drive both.",
                code="plan_outdated",
                hint="Plan the date again, and publish that plan.",
            )
