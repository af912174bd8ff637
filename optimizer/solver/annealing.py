"""Ruin and recreate in pieces of counted work, between which a better plan is told and a stop is heard."""

from collections.abc import Callable

from optimizer.schedule.timeline import Day
from optimizer.schedule.world import REST_COUNT, is_steady
from optimizer.solver.assignment import Assignment
from optimizer.solver.ruin import Ruin

WORK = 600_000
"""Work a second on a slow core, in the units of `_work`."""
MOST_ITERATIONS = 200
"""Enough iterations for each pair of visits, whatever the time limit."""
PIECES, MOST_PIECE = 10, 20_000
"""Pieces of an annealing, and the most iterations of one."""
HOT, COLD = 4.0, 0.3
"""Temperatures in usual legs (see `Ruin.usual_leg`). Colder ends freeze days with more visits than hours."""


def affordable(day: Day, seconds: float) -> int:
    """Iterations that so many seconds of a slow core pay for, at least one, at most what is enough."""
    return min(int(seconds * WORK / _work(day)), MOST_ITERATIONS * len(day.problem.visits) ** 2) + 1


def cool(
    ruin: Ruin,
    iterations: int,
    report: Callable[[Assignment], None],
    stop: Callable[[], bool],
    *,
    hot: float = HOT,
    cold: float = COLD,
) -> bool:
    """Anneal from `ruin.current`, from hot to cold; whether anything better was found.

    Parameters
    ----------
    report
        Hears of better assignments, of several in a piece only the best.
    stop
        Asked after each piece.
    """
    pieces = max(min(PIECES, iterations), iterations // MOST_PIECE)
    first, step = hot * ruin.usual_leg, (cold / hot) ** (1 / pieces)
    is_better = False
    for k in range(pieces):
        found = ruin.anneal(iterations // pieces, hot=first * step**k, cold=first * step ** (k + 1))
        if ruin.serve_more() or found:
            is_better = True
            report(ruin.assignment)
        if stop():
            break
    return is_better


def _work(day: Day) -> float:
    """Work of one iteration as measured: about the root of the visits; changing travel and breaks make it dearer."""
    world = day.world
    breaks = int(world.shifts[:, REST_COUNT].max(initial=0))
    changes = not is_steady(world.road)
    return float(max(1, len(world.visits)) ** 0.5 * (1 + breaks) * (1 + changes))
