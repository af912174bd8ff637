"""Plan a date again: promises fixed, stability priced, done is done. A proposal, until somebody stores it."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from api.services.day_under_way import Asked, DayUnderWay, read_day
from api.services.receipt import Receipt, no_receipt
from data.geocoding.geocoder import Geocoder
from data.roads.source import TravelSource
from data.store.records import AuditEntry, StoredPlan
from optimizer.domain.progress import Remains, Report
from optimizer.domain.time import MINUTE, Seconds

if TYPE_CHECKING:
    from data.store.store import Store
    from optimizer.domain.itinerary import Plan
    from optimizer.schedule.lateness import Lateness
    from optimizer.solver.replanning import Replanned


@dataclass(frozen=True, kw_only=True)
class Dispatcher:
    """What planning again leans on."""

    store: "Store"
    roads: TravelSource
    geocoder: Geocoder
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplanRequest(Asked):
    """What to plan again, and what moving costs: `points` for each change of therapist; a start moved by more than
    `tolerance` seconds is told."""

    points: int = 12_000
    tolerance: Seconds = 5 * MINUTE
    time_limit: float = 2.0
    seed: int = 1


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """The date planned again. `replanned` is about what is left of it, `whole` the date with what is behind; `stored`
    is the plan's id once it is kept."""

    day: DayUnderWay
    now: datetime
    replanned: "Replanned"
    whole: "Plan"
    stored: StoredPlan | None = None


@dataclass(frozen=True, kw_only=True)
class Late:
    """What so many seconds do to a therapist's day; `lateness` is None where nothing is planned."""

    day: DayUnderWay
    by: Seconds
    lateness: "Lateness | None" = None


def propose(request: ReplanRequest, *, dispatcher: Dispatcher) -> Proposal:
    """Plan again what is left of a date; nothing is stored.

    Raises
    ------
    InvalidRequest
        With every fault of what was asked.
    Unavailable
        When the search died, or the roads are down.
    """
    # Imported here: the solver takes long to import.
    from optimizer.schedule.whole_day import whole_days
    from optimizer.solver.child import solve_in_child
    from optimizer.solver.params import SolveParams
    from optimizer.solver.replanning import Current, Stability, replan

    now = dispatcher.clock()
    day = read_day(request, store=dispatcher.store, roads=dispatcher.roads, geocoder=dispatcher.geocoder, now=now)
    replanned = replan(
        day.rest,
        Current.of(day.mine),
        SolveParams(time_limit=request.time_limit, seed=request.seed),
        Stability(points=request.points, tolerance=request.tolerance),
        solver=solve_in_child,
    )
    whole = whole_days(day.problem, replanned.plan, day.standing, day.remains)
    return Proposal(day=day, now=now, replanned=replanned, whole=whole)


def keep(
    request: ReplanRequest, *, actor: str, dispatcher: Dispatcher, receipt: Receipt[Proposal] = no_receipt
) -> Proposal:
    """Plan again and store the plan of the whole date, to be published like any other.

    Raises
    ------
    InvalidRequest, Unavailable
        As for `propose`.
    """
    found = propose(request, dispatcher=dispatcher)
    on = found.day.horizon.date
    stored = StoredPlan(id=f"plan_{uuid.uuid4().hex}", date=on, created_at=found.now, plan=found.whole)
    proposal = replace(found, stored=stored)
    with dispatcher.store.unit_of_work(request.practice_id) as uow:
        uow.plans.add(stored)
        uow.audit.add(
            AuditEntry(id=uuid.uuid4().hex, at=found.now, actor=actor, action="plan.replan", subject=stored.id)
        )
        receipt(uow, proposal)
        uow.commit()
    return proposal


def run_late(asked: Asked, by: Seconds, *, dispatcher: Dispatcher) -> Late:
    """What becomes of one therapist's order when she goes on so much later than planned.

    Parameters
    ----------
    asked
        One therapist's own day, today.

    Raises
    ------
    InvalidRequest
        As for `propose`.
    """
    from optimizer.schedule.day_so_far import day_so_far
    from optimizer.schedule.lateness import lateness
    from optimizer.schedule.rest_of_day import rest_of_day

    now = dispatcher.clock()
    day = read_day(asked, store=dispatcher.store, roads=dispatcher.roads, geocoder=dispatcher.geocoder, now=now)
    if not day.mine or not day.problem.shifts:
        return Late(day=day, by=by)
    (name,), (mine,), instant = day.names, day.mine, day.horizon.seconds(now)
    report = day.reports.get(name, Report())
    on_time, late = (
        rest_of_day(
            day.problem,
            Remains(now=instant, progress={name: day_so_far(mine, instant, replace(report, late=delay))}),
        )
        for delay in (0, by)
    )
    return Late(day=day, by=by, lateness=lateness(day.problem, on_time, late, mine.order, instant))
