"""Where a search starts: a plan that is known already, yesterday's or the published one."""

from collections.abc import Mapping, Sequence

from optimizer.schedule.problem import Problem
from optimizer.solver.assignment import Assignment


def known_orders(problem: Problem, orders: Mapping[str, Sequence[str]]) -> Assignment | None:
    """A known plan in rows of this problem; None where it has none of its shifts or visits.

    Visits and shifts that the problem does not have are passed over, and a visit named twice counts once. Whether the
    orders keep their promises is not looked at: see `Ruin.offer`.

    Parameters
    ----------
    orders
        Visit ids as served, by shift id.
    """
    seen: set[str] = set()
    found: list[tuple[int, ...]] = []
    for shift in problem.shifts:
        mine = [visit for visit in dict.fromkeys(orders.get(shift.id, ())) if visit in problem.visit_index]
        found.append(tuple(problem.visit_index[visit] for visit in mine if visit not in seen))
        seen.update(mine)
    return tuple(found) if seen else None
