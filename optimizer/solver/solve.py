"""Solve a day: exactly when it is small, by a portfolio when it is not; nothing leaves here unchecked."""

from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING

from optimizer.domain.itinerary import Plan, Status
from optimizer.schedule.problem import Problem
from optimizer.schedule.timeline import Day
from optimizer.solver.assignment import Assignment
from optimizer.solver.decode import decode, explained
from optimizer.solver.exact import solve_exact
from optimizer.solver.params import LEAST_FOR_REASONS, REASONS_SHARE, Result, SolveParams, Stats
from optimizer.solver.progress import Cancelled, Progress, Report, never

if TYPE_CHECKING:
    from optimizer.solver.portfolio import Standing

EXACT = "subset programme"


def solve(problem: Problem, params: SolveParams, report: Report | None = None, cancelled: Cancelled = never) -> Result:
    """The best plan found for a day, with a certificate.

    Parameters
    ----------
    report
        Called with the first plan, each better one and each higher bound while the search runs, before visits left out
        are `explained`: that may take longer than finding the next plan.
    cancelled
        Asked between two steps; true ends the search with the best plan so far.

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
    from optimizer.solver.portfolio import Portfolio

    plans = _Plans(day, params, started, report)
    until = started + params.time_limit * (1 - REASONS_SHARE)
    outcome = Portfolio(day, params, until=until, tell=plans.hear, cancelled=cancelled).run()
    if outcome.is_optimal:
        # Whoever met a proven plan first: the same plan has the same certificate, wherever the search began.
        plan = plans.plan(replace(outcome.standing, finder=outcome.standing.prover), Status.OPTIMAL)
    else:
        plan = plans.plan(outcome.standing, Status.FEASIBLE)
    plan = explained(day, plan, until=monotonic() if cancelled() else _time_for_reasons(started, params))
    stats = Stats(
        engine=outcome.standing.engine,
        seconds=monotonic() - started,
        iterations=outcome.iterations,
        searched=outcome.searched,
        routes=outcome.routes,
        plans=plans.count,
        cut_short=outcome.cut_short,
    )
    return Result(plan=plan, stats=stats)


class _Plans:
    """Plans of what a portfolio tells, each timed and judged once: a higher bound changes the certificate only."""

    def __init__(self, day: Day, params: SolveParams, started: float, report: Report | None) -> None:
        self._day, self._params, self._started, self._report = day, params, started, report
        self._heard: Assignment | None = None
        self._last: tuple[Standing, Plan] | None = None
        self.count = 0

    def hear(self, standing: "Standing") -> None:
        self.count += standing.assignment != self._heard
        self._heard = standing.assignment
        if self._report is not None:
            plan = self.plan(standing, Status.FEASIBLE)
            self._report(Progress(plan=plan, seconds=monotonic() - self._started))

    def plan(self, standing: "Standing", status: Status) -> Plan:
        """The plan of a standing.

        Raises
        ------
        BrokenPlan
            When the checker refuses it.
        """
        if self._last is not None and self._last[0].assignment == standing.assignment:
            last = self._last[1]
            proof = replace(last.certificate, status=status, bound=standing.bound, engine=standing.engine)
            plan = replace(last, certificate=proof)
        else:
            plan = decode(
                self._day,
                standing.assignment,
                engine=standing.engine,
                seed=self._params.seed,
                status=status,
                bound=standing.bound,
            )
        self._last = standing, plan
        return plan


def _time_for_reasons(started: float, params: SolveParams) -> float:
    return max(started + params.time_limit, monotonic() + LEAST_FOR_REASONS)
