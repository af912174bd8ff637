"""The search for days that column generation does not close: OR-Tools routing, ruin and recreate, the best of all days
met.

Work is counted, not timed, so that the same problem, limit and seed give the same plan; the clock is the safety net.
"""

from collections.abc import Callable
from time import monotonic
from typing import NamedTuple

from optimizer.solver.annealing import affordable, cool
from optimizer.solver.assignment import Assignment
from optimizer.solver.exact import polish
from optimizer.solver.ruin import Ruin

ROUTING, ANNEALING, CHOICE, POLISHED = "or-tools routing", "ruin and recreate", "set partitioning", "subset programme"

ROUTING_SHARE, ANNEALING_SHARE, CHOICE_SHARE = 0.05, 0.65, 0.15
"""Parts of the time that are planned for on a slow core; the rest is reserve."""
ROUTING_WORK = 2_000_000
"""Work a second on a slow core: a branch's neighbourhood grows with the square of visits and shifts."""
MOST_BRANCHES, MOST_EFFORT = 80, 5.0
"""Enough of each, whatever the time: branches for each visit, CP-SAT's own seconds."""
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
    searched = _route(ruin, seconds, report, until)
    for part in ROUNDS:
        if stop():
            return searched
        ruin.offer(ruin.assignment)
        iterations = max(1, int(part.share * affordable(day, seconds * ANNEALING_SHARE)))
        cool(ruin, iterations, lambda best: report(best, ANNEALING), stop, hot=part.hot, cold=part.cold)
        if not stop() and len(day.problem.shifts) > 1:
            effort, left = min(seconds * CHOICE_SHARE, MOST_EFFORT) / len(ROUNDS), until - monotonic()
            if ruin.offer(best_choice(day, ruin.columns(), ruin.assignment, effort=effort, seconds=left)):
                report(ruin.assignment, CHOICE)
    if ruin.offer(tuple(polish(day, shift, order) for shift, order in enumerate(ruin.assignment))):
        report(ruin.assignment, POLISHED)
    return searched


def _route(ruin: Ruin, seconds: float, report: Heard, until: float) -> int:
    """Orders by OR-Tools in each view of the travel times; answers how many assignments it gave."""
    from optimizer.solver.routing_model import RoutingModel, views

    day, seen = ruin.day, 0
    shifts, visits = day.world.fits.shape
    if shifts * (visits + 2 * shifts) ** 2 > MOST_CELLS:
        return seen
    travel = views(day)
    planned = int(seconds * ROUTING_SHARE * ROUTING_WORK / (len(travel) * (visits + shifts) ** 2))
    branches = min(planned, MOST_BRANCHES * visits)
    for view in travel:
        left = until - monotonic()
        if branches < 1 or left <= 0:
            break
        for assignment in RoutingModel(day, view).solve(ruin.assignment, branches=branches, seconds=left):
            seen += 1
            if ruin.offer(assignment):
                report(ruin.assignment, ROUTING)
    return seen
