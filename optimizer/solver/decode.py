"""From an assignment to a plan: times by the timeline, the judge's verdict, reasons for what is left out."""

from collections.abc import Iterable
from dataclasses import replace

from optimizer.domain.errors import BrokenPlan
from optimizer.domain.itinerary import Objective, Plan, Status, Unassigned
from optimizer.domain.reason import Reason, Rejection
from optimizer.schedule.checker import check
from optimizer.schedule.evaluate import assemble
from optimizer.schedule.refusal import explain
from optimizer.schedule.timeline import Day, Timeline
from optimizer.solver.assignment import Assignment


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


def explained(day: Day, plan: Plan) -> Plan:
    """The same plan, with a reason for each visit left out and each therapist."""
    days = [day.timeline(itinerary.shift.id, itinerary.order) for itinerary in plan.itineraries]
    rows = day.problem.visit_index
    return replace(
        plan,
        unassigned=tuple(replace(left, rejections=rejections(days, rows[left.visit.id])) for left in plan.unassigned),
    )


def rejections(days: Iterable[Timeline], visit: int) -> tuple[Rejection, ...]:
    """Why a visit (its row) fits none of these days: one rejection a therapist, the same ones merged.

    A merged rejection names all its shifts, separated by commas.
    """
    merged: dict[tuple[object, ...], Rejection] = {}
    for timeline in days:
        why = explain(timeline, visit)[0]
        key = (why.reason, why.detail, *sorted(why.opens_if.items()))
        shifts = f"{merged[key].shift}, {why.shift}" if key in merged else why.shift
        merged[key] = Rejection(reason=why.reason, shift=shifts, detail=why.detail, opens_if=why.opens_if)
    nobody = Rejection(reason=Reason.CAPACITY, shift="", detail="no therapist works on this day")
    return tuple(merged.values()) or (nobody,)
