"""The search for days too large to prove: insertion, OR-Tools routing, ruin and recreate, the best of all days met.

Work is counted, not timed, so that the same problem, limit and seed give the same plan; the clock is the safety net.
"""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import NamedTuple

from optimizer.schedule.timeline import Day
from optimizer.schedule.world import REST_COUNT
from optimizer.solver.assignment import Assignment
from optimizer.solver.exact import polish
from optimizer.solver.params import REASONS_SHARE, SolveParams
from optimizer.solver.ruin import Ruin

ENGINE = "or-tools routing, ruin and recreate, set partitioning"

ROUTING_SHARE, ANNEALING_SHARE, CHOICE_SHARE = 0.05, 0.65, 0.15
"""Parts of the time limit that are planned for on a slow core; the rest is reserve."""
ROUTING_WORK, ANNEALING_WORK = 2_000_000, 600_000
"""Work a second on a slow core, in the units of `_routing_work` and `_annealing_work`."""
MOST_BRANCHES, MOST_ITERATIONS, MOST_EFFORT = 80, 200, 5.0
"""Enough of each, whatever the time limit: branches for each visit, iterations for each pair, CP-SAT's own seconds."""
MOST_CELLS = 2_000_000
"""Cells of all matrices of a routing model; a larger one takes longer to build than annealing needs."""
CHUNKS = 10
"""Parts of a round's annealing, between which the clock is read and a better plan reported."""


class Round(NamedTuple):
    """A round of annealing, and the choice among the days it met behind it.

    `share` of all iterations; temperatures in usual legs (see `Ruin.usual_leg`). Colder ends freeze days with more
    visits than hours, and one long annealing finds more than two of half its length.
    """

    share: float
    hot: float
    cold: float


ROUNDS = (Round(0.75, 4.0, 0.3), Round(0.25, 1.0, 0.2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The best assignment met, and what it took; see `Stats`."""

    assignment: Assignment
    iterations: int
    searched: int
    routes: int
    cut_short: bool


def search(day: Day, params: SolveParams, report: Callable[[Assignment], None]) -> Found:
    """Do the work that the time limit pays for; `report` hears the first assignment and every better one."""
    deadline = monotonic() + params.time_limit
    ruin = Ruin.of(day, params.seed)
    for k, is_better in enumerate(ruin.insert_all()):
        if is_better or k == 0:
            report(ruin.assignment)
        if monotonic() > deadline:
            break
    if sum(map(len, ruin.assignment)) < len(day.problem.visits):
        deadline -= params.time_limit * REASONS_SHARE
    # Imported here: CP-SAT brings pandas along, and the first plan does not wait for that.
    from optimizer.solver.pool import best_choice

    searched = _route(day, ruin, params, deadline, report)
    cut_short = False
    for part in ROUNDS:
        cut_short = cut_short or _anneal(day, ruin, params, part, deadline, report)
        if not cut_short and len(day.problem.shifts) > 1:
            effort = min(params.time_limit * CHOICE_SHARE, MOST_EFFORT) / len(ROUNDS)
            left = deadline - monotonic()
            if ruin.offer(best_choice(day, ruin.columns(), ruin.assignment, effort=effort, seconds=left)):
                report(ruin.assignment)
    ruin.offer(tuple(polish(day, shift, order) for shift, order in enumerate(ruin.assignment)))
    return Found(
        assignment=ruin.assignment,
        iterations=ruin.iterations,
        searched=searched,
        routes=ruin.days_seen,
        cut_short=cut_short or monotonic() > deadline,
    )


def _route(day: Day, ruin: Ruin, params: SolveParams, deadline: float, report: Callable[[Assignment], None]) -> int:
    """Orders by OR-Tools in each view of the travel times; answers how many assignments it gave."""
    from optimizer.solver.routing_model import RoutingModel, views

    seen = 0
    shifts, visits = day.world.fits.shape
    if shifts * (visits + 2 * shifts) ** 2 > MOST_CELLS:
        return seen
    travel = views(day)
    planned = int(params.time_limit * ROUTING_SHARE * ROUTING_WORK / (len(travel) * _routing_work(day)))
    branches = min(planned, MOST_BRANCHES * len(day.problem.visits))
    for view in travel:
        left = deadline - monotonic()
        if branches < 1 or left <= 0:
            break
        for assignment in RoutingModel(day, view).solve(ruin.assignment, branches=branches, seconds=left):
            seen += 1
            if ruin.offer(assignment):
                report(ruin.assignment)
    return seen


def _anneal(
    day: Day, ruin: Ruin, params: SolveParams, part: Round, deadline: float, report: Callable[[Assignment], None]
) -> bool:
    """One round of ruin and recreate from the best assignment; true when the clock cut it short."""
    ruin.offer(ruin.assignment)
    planned = int(params.time_limit * ANNEALING_SHARE * ANNEALING_WORK / _annealing_work(day))
    chunk = int(part.share * min(planned, MOST_ITERATIONS * len(day.problem.visits) ** 2)) // CHUNKS + 1
    hot, step = part.hot * ruin.usual_leg, (part.cold / part.hot) ** (1 / CHUNKS)
    for k in range(CHUNKS):
        if ruin.anneal(chunk, hot=hot * step**k, cold=hot * step ** (k + 1)):
            report(ruin.assignment)
        if monotonic() > deadline:
            return True
    return False


def _routing_work(day: Day) -> int:
    """Work of one branch of the routing model: its neighbourhood grows with the square of the visits."""
    return (len(day.problem.visits) + len(day.problem.shifts)) ** 2


def _annealing_work(day: Day) -> float:
    """Work of one iteration as measured: about the root of the visits; changing travel and breaks make it dearer."""
    world = day.world
    breaks = int(world.shifts[:, REST_COUNT].max(initial=0))
    changes = not (world.road == world.road[:1]).all()
    return float(max(1, len(world.visits)) ** 0.5 * (1 + breaks) * (1 + changes))
