"""Diving: work the days that the master likes best, one after the other, pricing anew behind each decision.

What is left at the bottom is a plan, close to the bound when the master's solution was close to one (Joncour et al.
2010, "Column generation based primal heuristics").
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from optimizer.schedule.world import Ints
from optimizer.solver.columns.bound_kernel import WORTHLESS
from optimizer.solver.columns.label_kernel import QUICK
from optimizer.solver.columns.master import Master, Solution
from optimizer.solver.columns.rounds import MARGIN, Tags, Team
from optimizer.solver.columns.routes import Routes
from optimizer.solver.columns.simplex_kernel import Floats

WHOLE = 1 - 1e-6
SURE = 0.9
"""Days worked this much are fixed together."""
STEPS = 30
"""In about so many steps a dive reaches its bottom, however many shifts there are."""
WHIM = 0.3
"""By how much chance may lower what the master says of a day."""
PRICINGS = 3
"""How often days are priced behind each decision."""


def whole_days(solution: Solution) -> list[int] | None:
    """The days of an integer solution; None when some day is worked in part."""
    worked = solution.worked
    if ((worked > 1e-6) & (worked < WHOLE)).any():
        return None
    return [solution.rows[place] for place in np.flatnonzero(worked > 0.5)]


def dive(
    master: Master,
    solution: Solution,
    team: Team,
    routes: Routes,
    *,
    limit: float,
    stop: Callable[[], bool],
    most: int,
    lot: np.random.Generator | None = None,
) -> list[int] | None:
    """Days (their numbers) of a plan worth less than `limit`; None when the dive ends above it.

    A day that is decided is paid for being worked, so the master goes on from its basis. It is of no use afterwards;
    the days met on the way are in `routes`.

    Parameters
    ----------
    lot
        Where given, days that are worked alike change their turns: another dive ends elsewhere.
    """
    free = np.array([len(one.members) for one in team.classes])
    at_least = 1 + int(free.sum()) // STEPS
    covered = np.zeros(len(master.stage.left), dtype=np.bool_)
    while not stop():
        days = whole_days(solution)
        if days is not None:
            return days
        likings = solution.worked if lot is None else solution.worked * lot.uniform(1 - WHIM, 1, len(solution.worked))
        chosen = _surest(solution, likings, routes, free, covered, at_least)
        if not chosen:
            return None
        rows = np.array(master.rows, dtype=np.int64)
        number = np.array([routes.all[row].number for row in master.rows])
        master.decide(chosen, (free[number] == 0) | (routes.member[rows] & covered).any(axis=1))
        solution = _priced(master, team, routes, free, covered, stop, most)
        if solution.value > limit:
            return None
    return None


def _priced(
    master: Master,
    team: Team,
    routes: Routes,
    free: Ints,
    covered: NDArray[np.bool_],
    stop: Callable[[], bool],
    most: int,
) -> Solution:
    """The solution once more days were found for those who still have none."""
    solution = master.solve()
    threshold = [-MARGIN if count else None for count in free.tolist()]
    for _ in range(PRICINGS):
        if stop():
            break
        tags = Tags.of(master.stage, solution, master.cuts)
        tags.prices.worth[covered] = WORTHLESS
        answers = team.price(tags, mode=QUICK, threshold=threshold, most=most)
        if not master.add(routes.add_all(route for priced in answers for route in priced.routes)):
            break
        solution = master.solve()
    return solution


def _surest(
    solution: Solution, likings: Floats, routes: Routes, free: Ints, covered: NDArray[np.bool_], at_least: int
) -> list[int]:
    """The days to decide next: those liked most, and all that are nearly sure beside them; `free` is less by them."""
    chosen: list[int] = []
    for place in np.argsort(-likings, kind="stable").tolist():
        worked = solution.worked[place]
        if worked <= 1e-6 or (len(chosen) >= at_least and worked < SURE):
            break
        row = solution.rows[place]
        route = routes.all[row]
        visits = list(route.visits)
        if free[route.number] and not covered[visits].any():
            chosen.append(row)
            covered[visits] = True
            free[route.number] -= 1
    return chosen
