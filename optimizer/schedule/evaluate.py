"""Time an order that someone else decided: nothing is moved, and every broken promise is named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from optimizer.domain.itinerary import Certificate, Itinerary, Objective, Plan, Status, Unassigned
from optimizer.schedule.checker import Violation, check
from optimizer.schedule.problem import Problem
from optimizer.schedule.timeline import Day, Timeline, unbounded


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """A given order with its times. `plan` is there even when promises are broken; `violations` says which."""

    plan: Plan
    violations: tuple[Violation, ...]


def evaluate(problem: Problem, orders: Mapping[str, Sequence[str]]) -> Evaluation:
    """Times and violations of the given orders.

    Parameters
    ----------
    orders
        Shift id to visit ids, each visit at most once. Visits not named count as left out.

    Raises
    ------
    KeyError
        When an id is not part of the problem.
    """
    strict = Day.of(problem)
    lenient = Day(problem=problem, world=unbounded(strict.world))
    itineraries: list[Itinerary] = []
    for shift in problem.shifts:
        timeline = strict.timeline(shift.id, orders.get(shift.id, ()))
        if not timeline.is_feasible:
            timeline = Timeline.of(lenient, timeline.shift, timeline.order)
        itineraries.append(timeline.itinerary())
    named = {visit for order in orders.values() for visit in order}
    left = tuple(Unassigned(visit=v, rejections=()) for v in problem.visits if v.id not in named)
    plan = assemble(problem, itineraries, left, engine="evaluate")
    broken = check(problem, plan)
    status = Status.INFEASIBLE if broken else Status.FEASIBLE
    return Evaluation(
        plan=assemble(problem, itineraries, left, engine="evaluate", status=status, checked=not broken),
        violations=tuple(broken),
    )


def objective(problem: Problem, itineraries: Sequence[Itinerary], unassigned: Sequence[Unassigned]) -> Objective:
    """What these itineraries cost, tier by tier."""
    weights, cost = problem.weights, 0
    for day in itineraries:
        cost += weights.road * sum(leg.travel + leg.buffer for leg in day.legs)
        cost += weights.waiting * day.waiting
        cost += weights.preference * sum(
            bool(stop.visit.choice.prefer) and day.shift.id not in stop.visit.choice.prefer for stop in day.stops
        )
        cost += weights.stability * sum(
            problem.keep.get(stop.visit.id, day.shift.id) != day.shift.id for stop in day.stops
        )
    return Objective(
        required_left_out=sum(left.visit.priority for left in unassigned if left.visit.required),
        optional_left_out=sum(left.visit.priority for left in unassigned if not left.visit.required),
        promises_moved=0,
        overtime=sum(day.overtime for day in itineraries),
        cost=cost,
    )


def assemble(
    problem: Problem,
    itineraries: Sequence[Itinerary],
    unassigned: Sequence[Unassigned],
    *,
    engine: str,
    seed: int = 0,
    status: Status = Status.FEASIBLE,
    bound: Objective | None = None,
    checked: bool = False,
) -> Plan:
    """A plan of finished itineraries, with its certificate."""
    reached = objective(problem, itineraries, unassigned)
    return Plan(
        horizon=problem.horizon,
        itineraries=tuple(itineraries),
        unassigned=tuple(unassigned),
        certificate=Certificate(
            status=status,
            objective=reached,
            bound=reached if status is Status.OPTIMAL else bound,
            engine=engine,
            seed=seed,
            checked=checked,
        ),
        roads=problem.travel.source,
    )
