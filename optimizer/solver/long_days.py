"""The search for days that column generation does not close: ruin and recreate with OR-Tools routing beside it, then
the best of all days met.

Work is counted, not timed, so that the same problem, limit and seed give the same plan; the clock is the safety net.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import NamedTuple

from optimizer.schedule.timeline import Day
from optimizer.solver.annealing import affordable, cool
from optimizer.solver.assignment import Assignment
from optimizer.solver.exact import polish
from optimizer.solver.ruin import Ruin

ROUTING, ANNEALING, CHOICE, POLISHED = "or-tools routing", "ruin and recreate", "set partitioning", "subset programme"

ROUTING_SHARE, ANNEALING_SHARE, CHOICE_SHARE = 0.05, 0.65, 0.15
"""Parts of the time that are planned for on a slow core; the rest is reserve."""
BRANCH_WORK, SOLUTION_WORK = 2_000_000, 25_000
"""Work a second on a slow core: a branch's neighbourhood grows with the square of visits and shifts, the time for one
solution of iterated local search with their number."""
ROUTING_PATIENCE = 3.0
"""Iterated local search ends after this many times its share: where it never puts back what it ruined, it counts
nothing and would go on for ever. A few small days in a hundred are so, and what it found then was found at once."""
MOST_BRANCHES, MOST_EFFORT = 80, 5.0
"""Enough of each, whatever the time: branches and solutions for each visit, CP-SAT's own seconds."""
MOST_CELLS = 2_000_000
"""Cells of all matrices of a routing model; a larger one takes longer to build than annealing needs."""

Heard = Callable[[Assignment, str], None]
"""Hears of an assignment and the engine that found it."""


class Round(NamedTuple):
    """A round of annealing, and the choice among the days it met behind it.

    `share` of all iterations; temperatures in usual legs. Ended cold, days with more visits than hours
    freeze; those with rush hour and breaks gain by a second round that ends cold.
    """

    share: float
    hot: float
    cold: float


ROUNDS = (Round(0.6, 6.0, 0.3), Round(0.4, 3.0, 0.08))


def search(ruin: Ruin, seconds: float, report: Heard, *, until: float, stop: Callable[[], bool]) -> int:
    """Improve the best assignment of `ruin` by what so many seconds pay for; answers how many orders routing gave.

    Parameters
    ----------
    report
        Hears every better assignment.
    until
        When to end at the latest, by `time.monotonic`.
    stop
        Asked between two pieces of work.
    """
    # Imported here: CP-SAT brings pandas along, and the first plan does not wait for that.
    from optimizer.solver.pool import best_choice

    day = ruin.day
    with ThreadPoolExecutor(1) as beside:
        routed = beside.submit(_routed, day, ruin.assignment, seconds, until)
        _anneal(ruin, ROUNDS[0], seconds, report, stop)
    for assignment in routed.result():
        if ruin.offer(assignment):
            report(ruin.assignment, ROUTING)
    for number, part in enumerate(ROUNDS):
        if stop():
            break
        if number > 0:
            _anneal(ruin, part, seconds, report, stop)
        if not stop() and len(day.problem.shifts) > 1:
            effort, left = min(seconds * CHOICE_SHARE, MOST_EFFORT) / len(ROUNDS), until - monotonic()
            if ruin.offer(best_choice(day, ruin.columns(), ruin.assignment, effort=effort, seconds=left)):
                report(ruin.assignment, CHOICE)
    if not stop() and ruin.offer(tuple(polish(day, shift, order) for shift, order in enumerate(ruin.assignment))):
        report(ruin.assignment, POLISHED)
    return len(routed.result())


def _anneal(ruin: Ruin, part: Round, seconds: float, report: Heard, stop: Callable[[], bool]) -> None:
    """A round, from the best assignment."""
    ruin.offer(ruin.assignment)
    iterations = max(1, int(part.share * affordable(ruin.day, seconds * ANNEALING_SHARE)))
    cool(ruin, iterations, lambda best: report(best, ANNEALING), stop, hot=part.hot, cold=part.cold)


def _routed(day: Day, first: Assignment, seconds: float, until: float) -> list[Assignment]:
    """Orders by OR-Tools in each view of the travel times: guided from `first`, and iterated from a start of its own.

    OR-Tools keeps Python's lock while it searches: beside kernels, which work without, nobody waits for it.
    """
    from optimizer.solver.routing_model import RoutingModel, views

    shifts, visits = day.world.fits.shape
    if shifts * (visits + 2 * shifts) ** 2 > MOST_CELLS:
        return []
    travel, nodes, found = views(day), visits + shifts, list[Assignment | None]()
    each = seconds * ROUTING_SHARE / (2 * len(travel))
    branches, solutions = (
        min(int(each * work), MOST_BRANCHES * visits) for work in (BRANCH_WORK / nodes**2, SOLUTION_WORK / nodes)
    )
    for view in travel:
        if branches > 0 and (left := until - monotonic()) > 0:
            found.append(RoutingModel(day, view).guided(first, branches=branches, seconds=left))
        if solutions > 0 and (left := until - monotonic()) > 0:
            patience = min(left, ROUTING_PATIENCE * each)
            found.append(RoutingModel(day, view).iterated(solutions=solutions, seconds=patience))
    return [one for one in found if one is not None]
