"""From an assignment to a plan: times by the timeline, the judge's verdict, reasons for what is left out."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from time import monotonic

from optimizer.domain.errors import BrokenPlan
from optimizer.domain.itinerary import Objective, Plan, Status, Unassigned
from optimizer.domain.reason import Reason, Rejection
from optimizer.schedule.checker import check
from optimizer.schedule.evaluate import assemble
from optimizer.schedule.refusal import explain
from optimizer.schedule.timeline import Day, Timeline
from optimizer.solver.assignment import Assignment

NOBODY = Rejection(reason=Reason.CAPACITY, shift="", detail="no therapist works on this day")


def decode(
    day: Day,
    assignment: Assignment,
    *,
    engine: str,
    seed: int,
    status: Status = Status.FEASIBLE,
    bound: Objective | None = None,
) -> Plan:
    """The plan of an assignment, checked. Visits left out have no reasons yet: see `explained`.

    Raises
    ------
    BrokenPlan
        When the checker refuses it: a fault of ours, not of the caller.
    """
    served = {visit for order in assignment for visit in order}
    plan = assemble(
        day.problem,
        [Timeline.of(day, shift, order).itinerary() for shift, order in enumerate(assignment)],
        [Unassigned(visit=visit, rejections=()) for row, visit in enumerate(day.problem.visits) if row not in served],
        engine=engine,
        seed=seed,
        status=status,
        bound=bound,
        checked=True,
    )
    broken = check(day.problem, plan)
    if broken:
        first = broken[0]
        raise BrokenPlan(
            f"{len(broken)} promises broken; first: {first.code} {first.shift} {first.visit} {first.detail}"
        )
    return plan


def explained(day: Day, plan: Plan, *, until: float) -> Plan:
    """The same plan, with a reason for each visit left out and each therapist, what matters most first.

    Parameters
    ----------
    until
        When to stop, by `time.monotonic`. Visits not reached by then keep no reason: none is guessed.
    """
    days = [day.timeline(itinerary.shift.id, itinerary.order) for itinerary in plan.itineraries]
    rows = day.problem.visit_index
    reasons: dict[str, tuple[Rejection, ...]] = {}
    for left in sorted(plan.unassigned, key=lambda left: (not left.visit.required, -left.visit.priority)):
        if reasons and monotonic() > until:
            break
        found = tuple(_rejections(days, rows[left.visit.id], until))
        if len(found) < len(days):
            break
        reasons[left.visit.id] = found or (NOBODY,)
    return replace(
        plan,
        unassigned=tuple(replace(left, rejections=reasons.get(left.visit.id, ())) for left in plan.unassigned),
    )


def _rejections(days: Sequence[Timeline], visit: int, until: float) -> Iterator[Rejection]:
    """Why a visit (its row) fits none of these days, one therapist after the other until the time is over."""
    for timeline in days:
        yield explain(timeline, visit)[0]
        if monotonic() > until:
            return
