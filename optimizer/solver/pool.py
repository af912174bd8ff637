"""A pool of days, and the best choice among them: one day a shift, each visit once or left out (set partitioning).

Wherever days come from (ruin and recreate, OR-Tools routing, later column generation), they meet here.
"""

from collections.abc import Sequence
from time import monotonic

from ortools.sat.python import cp_model

from optimizer.schedule.timeline import Day
from optimizer.schedule.world import LEFT_OUT
from optimizer.solver.assignment import Assignment, Column


def best_choice(day: Day, columns: Sequence[Column], hint: Assignment, *, effort: float, seconds: float) -> Assignment:
    """The best assignment made of whole days of the pool, by CP-SAT, tier after tier.

    Parameters
    ----------
    hint
        Where to start; also the answer when nothing better is found.
    effort
        Limit of each tier in CP-SAT's deterministic time, so that a slow machine finds the same.
    seconds
        Limit of the whole by the clock, building the model included: the safety net.
    """
    deadline = monotonic() + seconds
    model = cp_model.CpModel()
    shifts, visits = day.world.fits.shape
    taken = [model.new_bool_var("") for _ in columns]
    left = [model.new_bool_var("") for _ in range(visits)]
    serves: list[list[cp_model.IntVar]] = [[left_out] for left_out in left]
    works: list[list[cp_model.IntVar]] = [[] for _ in range(shifts)]
    chosen = set(enumerate(hint))
    for column, variable in zip(columns, taken, strict=True):
        works[column.shift].append(variable)
        for visit in column.visits:
            serves[visit].append(variable)
        model.add_hint(variable, (column.shift, column.visits) in chosen)
    served = {visit for order in hint for visit in order}
    for visit, choices in enumerate(serves):
        model.add_exactly_one(choices)
        model.add_hint(left[visit], visit not in served)
    for choices in works:
        model.add_at_most_one(choices)
    required, optional = (day.world.visits[:, LEFT_OUT + tier].tolist() for tier in (0, 1))
    tiers = (
        (left, required),
        (left, optional),
        (taken, [column.overtime for column in columns]),
        (taken, [column.points for column in columns]),
    )
    answer = hint
    for variables, prices in tiers:
        if not any(prices):
            continue
        left_to_use = deadline - monotonic()
        if left_to_use <= 0:
            return answer
        total = cp_model.LinearExpr.weighted_sum(variables, prices)
        model.minimize(total)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 1
        solver.parameters.max_deterministic_time = effort
        solver.parameters.max_time_in_seconds = left_to_use
        status = solver.solve(model)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return answer
        values = [solver.boolean_value(variable) for variable in taken]
        orders: list[tuple[int, ...]] = [()] * shifts
        for column, is_taken in zip(columns, values, strict=True):
            if is_taken:
                orders[column.shift] = column.visits
        answer = tuple(orders)
        model.add(total <= round(solver.objective_value))
        model.clear_hints()  # type: ignore[no-untyped-call]
        for variable, value in zip(taken, values, strict=True):
            model.add_hint(variable, value)
        for variable in left:
            model.add_hint(variable, solver.boolean_value(variable))
    return answer
