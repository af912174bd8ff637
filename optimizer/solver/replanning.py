"""Plan again what is planned already: promises stay hard, moving a visit to another therapist costs points.

Both are solved with the same limits: the stable plan, and the free one that moves whatever it likes. What keeping costs
is the difference. Neither may be worse than something that is known: each is also a candidate for the other, and so is
the present plan with what is new inserted where it costs least.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Self

from optimizer.domain.itinerary import Itinerary, Objective, Plan, Status
from optimizer.domain.time import MINUTE, Seconds
from optimizer.schedule.checker import check
from optimizer.schedule.evaluate import Evaluation, assemble
from optimizer.schedule.insertion import insert
from optimizer.schedule.lateness import least_late
from optimizer.schedule.problem import Problem
from optimizer.schedule.timeline import Day, Timeline
from optimizer.solver.assignment import Assignment
from optimizer.solver.decode import decode, explained
from optimizer.solver.params import LEAST_FOR_REASONS, Result, SolveParams
from optimizer.solver.solve import solve

ENGINE = "present plan"

Solver = Callable[[Problem, SolveParams], Result]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stability:
    """What moving costs. `points` for each visit that changes its therapist; a start counts as moved when it is more
    than `tolerance` seconds away from the present one."""

    points: int = 12_000
    tolerance: Seconds = 5 * MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Current:
    """The present plan: `orders[shift id]` the visit ids as served, `starts[visit id]` when their sessions start."""

    orders: Mapping[str, Sequence[str]] = field(default_factory=dict)
    starts: Mapping[str, Seconds] = field(default_factory=dict)

    @classmethod
    def of(cls, itineraries: Sequence[Itinerary]) -> Self:
        return cls(
            orders={day.shift.id: day.order for day in itineraries},
            starts={stop.visit.id: stop.start for day in itineraries for stop in day.stops},
        )

    @property
    def who(self) -> Mapping[str, str]:
        """The therapist who has a visit, by visit id."""
        return {visit: shift for shift, order in self.orders.items() for visit in order}


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A visit that is planned otherwise than before. None for the therapist and start of one that was, or is, left
    out."""

    visit: str
    from_shift: str | None
    to_shift: str | None
    from_start: Seconds | None
    to_start: Seconds | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """How much more one plan costs than another, tier by tier, points of stability not counted.

    `road` is seconds on the road with buffers, `waiting` seconds idle; both are in `points`, with what wishes missed
    cost. Negative where the second plan spends more.
    """

    required_left_out: int
    optional_left_out: int
    overtime: Seconds
    road: Seconds
    waiting: Seconds
    points: int

    @classmethod
    def between(cls, plan: Plan, other: Plan, free: Problem) -> Self:
        """What `plan` costs more than `other` by the objective of the problem that nobody keeps anything in."""
        ours, theirs = (_objective(free, each) for each in (plan, other))
        return cls(
            required_left_out=ours.required_left_out - theirs.required_left_out,
            optional_left_out=ours.optional_left_out - theirs.optional_left_out,
            overtime=ours.overtime - theirs.overtime,
            road=_road(plan) - _road(other),
            waiting=plan.totals.wait - other.totals.wait,
            points=ours.cost - theirs.cost,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Replanned:
    """A plan that moves little, beside the one that moves freely.

    `kept` is the present order as it would go on, as little late as it can be, with every promise it breaks. `moved`
    are visits of the present plan with another therapist, another start or none; `added` visits that had no place in
    it; `unchanged` counts the others. `cost_of_stability` is stable minus free, `cost_of_keeping` the present order
    minus this plan, None where the present order breaks a promise.
    """

    plan: Plan
    free: Plan
    kept: Evaluation
    moved: tuple[Moved, ...]
    added: tuple[Moved, ...]
    unchanged: int
    cost_of_stability: Cost
    cost_of_keeping: Cost | None


def replan(
    problem: Problem,
    current: Current,
    params: SolveParams,
    stability: Stability | None = None,
    *,
    solver: Solver = solve,
) -> Replanned:
    """Plan again with as little moved as it is worth.

    Parameters
    ----------
    current
        May name visits and therapists that the problem has no more: they are passed over.
    params
        The limits of each of the two searches.
    solver
        What solves: the caller's child process, for instance.

    Raises
    ------
    BrokenPlan
        When the checker refuses a plan: a fault of ours.
    """
    price = stability or Stability()
    known = _known(problem, current)
    free_problem = replace(problem, keep={})
    weights = replace(problem.weights, stability=price.points)
    stable_problem = replace(problem, keep=dict(known.who), weights=weights)
    free, stable = (solver(each, params).plan for each in (free_problem, stable_problem))
    present = _with_what_is_new(free_problem, known, params)
    stable = _best(stable_problem, stable, [free, *present])
    free = _best(free_problem, free, [stable, *present])
    kept = least_late(free_problem, known.orders)
    moved, added = moves(known, stable, price.tolerance)
    return Replanned(
        plan=stable,
        free=free,
        kept=kept,
        moved=moved,
        added=added,
        unchanged=len(known.who) - len(moved),
        cost_of_stability=Cost.between(stable, free, free_problem),
        cost_of_keeping=None if kept.violations else Cost.between(kept.plan, stable, free_problem),
    )


def _known(problem: Problem, current: Current) -> Current:
    """The present plan without what the problem does not have."""
    orders = {
        shift: tuple(visit for visit in order if visit in problem.visit_index)
        for shift, order in current.orders.items()
        if shift in problem.shift_index
    }
    placed = {visit for order in orders.values() for visit in order}
    return Current(orders=orders, starts={v: start for v, start in current.starts.items() if v in placed})


def _with_what_is_new(problem: Problem, current: Current, params: SolveParams) -> list[Plan]:
    """The present plan with each new visit where it costs least; nothing where a day of it cannot be kept."""
    day = Day.of(problem)
    timelines = [day.timeline(shift.id, current.orders.get(shift.id, ())) for shift in problem.shifts]
    fits = all(timeline.is_feasible and day.world.fits[timeline.shift, timeline.order].all() for timeline in timelines)
    if not fits:
        return []
    placed = current.who
    for visit in sorted(problem.visits, key=lambda visit: (not visit.required, -visit.priority)):
        if visit.id not in placed:
            timelines = _inserted(timelines, problem.visit_index[visit.id])
    orders: Assignment = tuple(tuple(int(row) for row in timeline.order) for timeline in timelines)
    plan = decode(day, orders, engine=ENGINE, seed=params.seed)
    return [explained(day, plan, until=monotonic() + LEAST_FOR_REASONS)]


def _inserted(timelines: Sequence[Timeline], visit: int) -> list[Timeline]:
    """The days with the visit in the one that it costs least; as they are where it fits nowhere."""
    found = [insert(timeline, visit) for timeline in timelines]
    fitting = [(each.added_overtime, each.added_cost, row) for row, each in enumerate(found) if each is not None]
    longer = list(timelines)
    if fitting:
        _, _, row = min(fitting)
        best = found[row]
        if best is not None:
            longer[row] = best.timeline
    return longer


def _best(problem: Problem, found: Plan, others: Sequence[Plan]) -> Plan:
    """The plan found, or a better one that is known; priced by this problem."""
    best = found
    for other in others:
        if _objective(problem, other) < best.certificate.objective:
            best = _priced(problem, other, bound=found.certificate.bound)
    return best


def _priced(problem: Problem, plan: Plan, *, bound: Objective | None) -> Plan:
    """The same days with what they cost in another problem; a bound that was proven there still holds."""
    proof = plan.certificate
    reached = _objective(problem, plan)
    priced = assemble(
        problem,
        plan.itineraries,
        plan.unassigned,
        engine=proof.engine,
        seed=proof.seed,
        status=Status.OPTIMAL if bound == reached else Status.FEASIBLE,
        bound=bound,
        checked=True,
    )
    priced = replace(priced, certificate=replace(priced.certificate, seconds=proof.seconds))
    return replace(priced, certificate=replace(priced.certificate, checked=not check(problem, priced)))


def _objective(problem: Problem, plan: Plan) -> Objective:
    return assemble(problem, plan.itineraries, plan.unassigned, engine="").certificate.objective


def _road(plan: Plan) -> Seconds:
    return plan.totals.travel + plan.totals.buffer


def moves(current: Current, plan: Plan, tolerance: Seconds) -> tuple[tuple[Moved, ...], tuple[Moved, ...]]:
    """What is moved, and what is new, in the order of the present plan and then of the new one."""
    who, now = current.who, Current.of(plan.itineraries)
    there = now.who
    changes = [
        Moved(
            visit=visit,
            from_shift=who.get(visit),
            to_shift=there.get(visit),
            from_start=current.starts.get(visit),
            to_start=now.starts.get(visit),
        )
        for visit in dict.fromkeys((*who, *there))
    ]
    moved = tuple(change for change in changes if change.visit in who and _is_move(change, tolerance))
    return moved, tuple(change for change in changes if change.visit not in who)


def _is_move(change: Moved, tolerance: Seconds) -> bool:
    if change.from_shift != change.to_shift:
        return True
    starts = [start for start in (change.from_start, change.to_start) if start is not None]
    return len(starts) == 2 and abs(starts[0] - starts[1]) > tolerance


def late_starts(kept: Evaluation) -> Iterator[tuple[str, Seconds]]:
    """Visits of an order that start behind every window of theirs, and how many seconds behind."""
    for day in kept.plan.itineraries:
        for stop in day.stops:
            late = stop.start - stop.visit.starts[-1].latest
            if late > 0:
                yield stop.visit.id, late
