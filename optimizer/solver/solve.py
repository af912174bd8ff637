"""Solve a day: exactly when it is small, by search when it is not; nothing leaves here unchecked."""

from collections.abc import Callable
from time import monotonic

from optimizer.domain.itinerary import Plan, Status
from optimizer.schedule.problem import Problem
from optimizer.schedule.timeline import Day
from optimizer.solver.assignment import Assignment
from optimizer.solver.decode import decode, explained
from optimizer.solver.exact import solve_exact
from optimizer.solver.params import LEAST_FOR_REASONS, Result, SolveParams, Stats

EXACT = "subset programme"


def solve(problem: Problem, params: SolveParams, report: Callable[[Plan], None] | None = None) -> Result:
    """The best plan found for a day, with a certificate.

    Parameters
    ----------
    report
        Called with the first plan and with each better one while the search runs, before visits left out are
        `explained`: that may take longer than finding the next plan. The last one is told too.

    Raises
    ------
    BrokenPlan
        When the checker refuses a plan: a fault of ours.
    """
    started = monotonic()
    day = Day.of(problem)
    proven = solve_exact(day)
    if proven is not None:
        plan = decode(day, proven, engine=EXACT, seed=params.seed, status=Status.OPTIMAL)
        until = _time_for_reasons(started, params)
        return Result(plan=explained(day, plan, until=until), stats=Stats(engine=EXACT, seconds=monotonic() - started))
    # Imported here: most days are small, and the search brings OR-Tools.
    from optimizer.solver.search import ENGINE, search

    told: list[Assignment] = []

    def tell(assignment: Assignment) -> None:
        told.append(assignment)
        if report is not None:
            report(decode(day, assignment, engine=ENGINE, seed=params.seed))

    found = search(day, params, tell)
    if found.assignment != told[-1]:
        tell(found.assignment)
    plan = decode(day, found.assignment, engine=ENGINE, seed=params.seed)
    plan = explained(day, plan, until=_time_for_reasons(started, params))
    stats = Stats(
        engine=ENGINE,
        seconds=monotonic() - started,
        iterations=found.iterations,
        searched=found.searched,
        routes=found.routes,
        plans=len(told),
        cut_short=found.cut_short,
    )
    return Result(plan=plan, stats=stats)


def _time_for_reasons(started: float, params: SolveParams) -> float:
    return max(started + params.time_limit, monotonic() + LEAST_FOR_REASONS)
