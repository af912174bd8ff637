"""Diving: work the days that the master likes best, one after the other, pricing anew behind each decision.

What is left at the bottom is a plan, close to the bound when the master's solution was close to one (Joncour et al.
2010, "Column generation based primal heuristics").
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from optimizer.schedule.world import Ints
from optimizer.solver.columns.label_kernel import QUICK
from optimizer.solver.columns.master import Floor, Master, Solution, Stage
from optimizer.solver.columns.rounds import MARGIN, Tags, Team
from optimizer.solver.columns.routes import Routes

WHOLE = 1 - 1e-6
SURE = 0.7
"""Days worked this much are fixed together."""
STEPS = 12
"""In about so many steps a dive reaches its bottom, however many shifts there are."""
PRICINGS = 6
"""How often days are priced behind each decision."""
WORTHLESS = -(1 << 50)


def whole_days(solution: Solution) -> list[int] | None:
    """The days of an integer solution; None when some day is worked in part."""
    worked = solution.worked
    if ((worked > 1e-6) & (worked < WHOLE)).any():
        return None
    return [solution.rows[place] for place in np.flatnonzero(worked > 0.5)]


def dive(
    master: Master, solution: Solution, team: Team, routes: Routes, *, limit: float, stop: Callable[[], bool], most: int
) -> list[int] | None:
    """Days (their numbers) of a plan worth less than `limit`; None when the dive ends above it.

    Days met on the way are added to the master.
    """
    decided: list[int] = []
    free = np.array([len(one.members) for one in team.classes])
    at_least = 1 + int(free.sum()) // STEPS
    covered = np.zeros(len(master.stage.left), dtype=np.bool_)
    spent, met = 0.0, list[int]()
    try:
        while not stop():
            days = whole_days(solution)
            if days is not None:
                return decided + days
            for row in _surest(solution, routes, free.copy(), covered.copy(), at_least):
                route = routes.all[row]
                decided.append(row)
                free[route.number] -= 1
                covered[list(route.visits)] = True
                spent += master.stage.late * route.overtime + master.stage.point * route.points
            below = _below(master.stage, covered)
            rows = np.array(solution.rows + tuple(met), dtype=np.int64)
            number = np.array([routes.all[row].number for row in rows.tolist()])
            possible = rows[(free[number] > 0) & ~(routes.member[rows] & covered).any(axis=1)]
            deeper = Master(below, free.tolist(), routes)
            deeper.cut(master.cuts)
            deeper.add(possible.tolist())
            solution = _priced(deeper, team, routes, free, covered, stop, most)
            met += deeper.rows[len(possible) :]
            if spent + solution.value > limit:
                return None
        return None
    finally:
        master.add(met)


def _below(stage: Stage, covered: NDArray[np.bool_]) -> Stage:
    """The stage for what is left to decide: visits covered are left out for nothing, and count for no floor."""
    return Stage(
        left=np.where(covered, 0.0, stage.left),
        late=stage.late,
        point=stage.point,
        floors=tuple(Floor(weights=np.where(covered, 0.0, floor.weights), least=floor.least) for floor in stage.floors),
    )


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
    threshold = [-MARGIN if count else WORTHLESS for count in free.tolist()]
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


def _surest(solution: Solution, routes: Routes, free: Ints, covered: NDArray[np.bool_], at_least: int) -> list[int]:
    """The days to decide next: those worked most, and all that are nearly sure beside them."""
    chosen: list[int] = []
    for place in np.argsort(-solution.worked, kind="stable").tolist():
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
