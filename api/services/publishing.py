"""Make a plan the one that everyone works by, unless what was promised since cannot be kept beside it."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from api.services.agendas import Setting, agenda_day, open_days
from api.services.day_version import day_version
from api.services.receipt import Receipt, no_receipt
from data.roads.source import TravelSource
from data.store.records import AuditEntry, StoredPlan
from optimizer.domain.booking import Booking
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
    expected: str | None = None,
) -> StoredPlan:
    """Publish a plan: its bookings move to the agendas of its itineraries.

    Parameters
    ----------
    expected
        The version of the date that the caller has seen; None for whichever it is.

    Raises
    ------
    NotFound
        When there is no such plan.
    Conflict
        code `slot_taken` or `plan_outdated`, when somebody was promised a time since that no order of the day can keep
        beside the plan, or staff have fixed a visit elsewhere; `version_conflict`. Nothing has changed then.
    """
    with store.unit_of_work(practice_id) as uow:
        date = uow.plans.get(plan_id).date
        now = clock()
        uow.agendas.lock({(pattern.therapist.id, date) for pattern in uow.patterns.list()}, now)
        if expected is not None and day_version(uow, date) != expected:
            raise Conflict(f"{date} has changed since you looked at it.", hint="Look at the day as it is now.")
        bookings = uow.bookings.on(date)
        promised = {b.id: b.therapist for b in bookings if b.therapist and (b.fixed_start or b.pinned) and not b.busy}
        _require_fixed_visits_kept(uow.plans.get(plan_id), bookings)
        stored = uow.plans.publish(plan_id, now)
        _keep_on_agendas(uow, stored, promised)
        _require_room_for_newcomers(uow, stored, now, roads)
        uow.audit.add(AuditEntry(id=uuid.uuid4().hex, at=now, actor=actor, action="plan.publish", subject=plan_id))
        receipt(uow, stored)
        uow.commit()
    return stored


def _require_fixed_visits_kept(stored: StoredPlan, bookings: Sequence[Booking]) -> None:
    """What staff have fixed by hand since the plan was made is not undone by it."""
    planned = {stop.visit.id: (day.shift.id, stop.start) for day in stored.plan for stop in day.stops}
    for booking in bookings:
        if booking.pinned is None or booking.busy or booking.id not in planned:
            continue
        therapist, start = planned[booking.id]
        if booking.pinned.therapist != therapist or booking.pinned.start not in (None, start):
            raise Conflict(
                "A visit has been fixed by hand since this plan was made, and the plan has it elsewhere.",
                code="plan_outdated",
                hint="Plan the date again, and publish that plan.",
            )


def _keep_on_agendas(uow: "UnitOfWork", stored: StoredPlan, promised: Mapping[str, str]) -> None:
    """A start that was promised, or fixed by hand, stays on its agenda, flagged, when the plan found no place for it.

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
