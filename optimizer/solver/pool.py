"""The best choice among a pool of days, tier after tier."""

from collections.abc import Sequence
from time import monotonic

from optimizer.schedule.timeline import Day
from optimizer.schedule.world import LEFT_OUT
from optimizer.solver.assignment import Assignment, Column
from optimizer.solver.partitioning import Partitioning


def best_choice(day: Day, columns: Sequence[Column], hint: Assignment, *, effort: float, seconds: float) -> Assignment:
    """The best assignment made of whole days of the pool.

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
    shifts, visits = day.world.fits.shape
    known = set(enumerate(hint))
    programme = Partitioning.of(
        [(column.shift, column.visits) for column in columns],
        members=[1] * shifts,
        visits=visits,
        hinted={number for number, column in enumerate(columns) if (column.shift, column.visits) in known},
    )
    required, optional = (day.world.visits[:, LEFT_OUT + tier].tolist() for tier in (0, 1))
    tiers = (
        (programme.left, required),
        (programme.left, optional),
        (programme.taken, [column.overtime for column in columns]),
        (programme.taken, [column.points for column in columns]),
    )
    answer = hint
    for variables, prices in tiers:
        if not any(prices):
            continue
        left_to_use = deadline - monotonic()
        if left_to_use <= 0:
            return answer
        solved = programme.minimize(variables, prices, seed=1, effort=effort, seconds=left_to_use)
        if not solved.is_found:
            return answer
        orders: list[tuple[int, ...]] = [()] * shifts
        for number in solved.chosen(programme.taken):
            orders[columns[number].shift] = columns[number].visits
        answer = tuple(orders)
        programme.most(variables, prices, solved.value)
        programme.go_on_from(solved)
    return answer
