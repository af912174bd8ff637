"""Solve a day: exactly when it is small, by search when it is not; nothing leaves here unchecked."""

from collections.abc import Callable
from dataclasses import replace
from time import monotonic

from optimizer.domain.itinerary import Objective, Plan, Status
from optimizer.schedule.problem import Problem
from optimizer.schedule.timeline import Day
from optimizer.solver.assignment import Assignment
from optimizer.solver.decode import decode, explained
from optimizer.solver.exact import solve_exact
from optimizer.solver.params import LEAST_FOR_REASONS, REASONS_SHARE, Result, SolveParams, Stats

EXACT = "subset programme"
GENERATION = "column generation"

SEARCH_SHARE = 0.3
"""Part of the time limit for a plan to start from, before column generation improves and proves it."""


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
    from optimizer.solver.columns.generation import News, generate
    from optimizer.solver.search import ENGINE, search

    told: list[Assignment] = []

    def tell(assignment: Assignment, bound: Objective | None = None) -> None:
        if not told or assignment != told[-1]:
            told.append(assignment)
            if report is not None:
                report(decode(day, assignment, engine=ENGINE, seed=params.seed, bound=bound))

    def hear(news: News) -> None:
        tell(news.assignment, news.bound)

    found = search(day, replace(params, time_limit=params.time_limit * SEARCH_SHARE), tell)
    until = started + params.time_limit * (1 - REASONS_SHARE)
    generated = generate(day, found.assignment, seed=params.seed, seconds=max(0.0, until - monotonic()), tell=hear)
    tell(generated.assignment, generated.bound)
    engine = f"{ENGINE}, {GENERATION}"
    status = Status.OPTIMAL if generated.is_optimal else Status.FEASIBLE
    plan = decode(day, generated.assignment, engine=engine, seed=params.seed, status=status, bound=generated.bound)
    plan = explained(day, plan, until=_time_for_reasons(started, params))
    stats = Stats(
        engine=engine,
        seconds=monotonic() - started,
        iterations=found.iterations,
        searched=found.searched,
        routes=found.routes + generated.columns,
        plans=len(told),
        cut_short=found.cut_short or generated.cut_short,
    )
    return Result(plan=plan, stats=stats)


def _time_for_reasons(started: float, params: SolveParams) -> float:
    return max(started + params.time_limit, monotonic() + LEAST_FOR_REASONS)
