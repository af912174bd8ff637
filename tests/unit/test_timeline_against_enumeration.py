"""The timeline against second opinions that share no code with it, on thousands of tiny random days."""

from random import Random

import numpy as np
import pytest

from optimizer.schedule.checker import check
from optimizer.schedule.evaluate import evaluate
from optimizer.schedule.insertion import insert
from optimizer.schedule.insertion_kernel import NO_POSITION
from optimizer.schedule.kernels import passes, starts_between
from optimizer.schedule.problem import Problem
from optimizer.schedule.timeline import Day, Timeline
from optimizer.schedule.world import NEVER
from optimizer.solver.assignment import Assignment
from optimizer.solver.exact import solve_exact
from tests.reference import Walk, best_objective, cheapest, reachable
from tests.tiny import END, tiny_world

SINCE, UNTIL = -60, END + 60


def _days(seed: int, visits: range, count: int, shifts: int = 1) -> list[tuple[Problem, Day]]:
    rng = Random(seed)
    worlds = (tiny_world(rng, visits=rng.choice(visits), shifts=shifts) for _ in range(count))
    return [(world, Day.of(world)) for world in worlds]


@pytest.mark.parametrize("seed", range(4))
def test_earliest_and_latest_starts_are_those_of_walking_every_second(seed: int) -> None:
    feasible = 0
    for problem, day in _days(seed, range(1, 5), 150):
        order = np.arange(len(problem.visits))
        shape = (len(order), len(problem.shifts[0].breaks) + 1)
        earliest, latest = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
        possible = passes(day.world, 0, order, earliest, latest)
        events = reachable(Walk(problem, problem.shifts[0], problem.visits), SINCE, UNTIL)
        assert possible == bool(events)
        feasible += possible
        if not possible:
            continue
        for position in range(shape[0]):
            for taken in range(shape[1]):
                starts = {s for at, before, s in events if (at, before) == (position, taken)}
                first, last = int(earliest[position, taken]), int(latest[position, taken])
                allowed = {
                    s
                    for window in problem.visits[position].starts
                    for s in range(max(window.earliest, first), min(window.latest, last) + 1)
                }
                assert starts == allowed
    assert feasible > 20


@pytest.mark.parametrize("seed", range(4))
def test_room_for_one_more_visit_is_what_walking_every_second_finds(seed: int) -> None:
    found = 0
    for problem, day in _days(100 + seed, range(2, 5), 120):
        *rest, new = range(len(problem.visits))
        order = np.array(rest, dtype=np.int64)
        shape = (len(order), len(problem.shifts[0].breaks) + 1)
        earliest, latest = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
        if not passes(day.world, 0, order, earliest, latest):
            continue
        room = np.zeros((shape[1], 2), dtype=np.int64)
        for at in range(len(order) + 1):
            visits = [problem.visits[row] for row in np.insert(order, at, new)]
            events = reachable(Walk(problem, problem.shifts[0], visits), SINCE, UNTIL)
            starts = {(taken, s) for position, taken, s in events if position == at}
            assert starts_between(day.world, 0, order, earliest, latest, new, at, room) == bool(starts)
            found += bool(starts)
            allowed = {
                (taken, s)
                for taken, (first, last) in enumerate(room.tolist())
                for window in problem.visits[new].starts
                for s in range(max(window.earliest, first), min(window.latest, last) + 1)
            }
            assert allowed == starts
    assert found > 10


@pytest.mark.parametrize("seed", range(6))
def test_a_day_costs_what_trying_every_place_for_the_breaks_costs_and_the_checker_agrees(seed: int) -> None:
    feasible = 0
    for problem, day in _days(200 + seed, range(1, 7), 400):
        order = list(range(len(problem.visits)))
        timeline = Timeline.of(day, 0, order)
        expected = cheapest(Walk(problem, problem.shifts[0], problem.visits))
        assert timeline.is_feasible == (expected is not None)
        evaluation = evaluate(problem, {problem.shifts[0].id: [visit.id for visit in problem.visits]})
        eligible = bool(day.world.fits[0].all())
        assert (evaluation.violations == ()) == (timeline.is_feasible and eligible)
        if expected is None:
            continue
        feasible += 1
        assert (timeline.overtime, timeline.cost) == expected
        for position in range(len(order)):
            assert 0 <= timeline.slack(position) < NEVER
    assert feasible > 40


@pytest.mark.parametrize("seed", range(3))
def test_an_insertion_is_the_cheapest_of_all_positions(seed: int) -> None:
    fitted = 0
    for problem, day in _days(300 + seed, range(2, 6), 200):
        *rest, new = range(len(problem.visits))
        timeline = Timeline.of(day, 0, rest)
        if not timeline.is_feasible:
            continue
        days = [Timeline.of(day, 0, [*rest[:at], new, *rest[at:]]) for at in range(len(rest) + 1)]
        costs = [(t.overtime, t.cost) for t in days if t.is_feasible]
        insertion = insert(timeline, new)
        if not day.world.fits[0, new] or not costs:
            assert insertion is None
            continue
        fitted += 1
        assert insertion is not None
        assert insertion.position != NO_POSITION
        assert (insertion.timeline.overtime, insertion.timeline.cost) == min(costs)
        assert insertion.added_cost == insertion.timeline.cost - timeline.cost
    assert fitted > 10


@pytest.mark.parametrize(
    ("seed", "visits", "shifts", "count"), [(1, 4, 1, 120), (2, 5, 1, 25), (3, 3, 2, 60), (4, 4, 2, 12)]
)
def test_what_is_called_optimal_is_the_best_of_all_assignments_and_orders(
    seed: int, visits: int, shifts: int, count: int
) -> None:
    rng = Random(400 + seed)
    for _ in range(count):
        problem = tiny_world(rng, visits=visits, shifts=shifts)
        assignment = solve_exact(Day.of(problem))
        assert assignment is not None
        assert _evaluated(problem, assignment) == best_objective(problem)


def _evaluated(problem: Problem, assignment: Assignment) -> object:
    orders = {
        shift.id: [problem.visits[row].id for row in order]
        for shift, order in zip(problem.shifts, assignment, strict=True)
    }
    evaluation = evaluate(problem, orders)
    assert check(problem, evaluation.plan) == []
    return evaluation.plan.certificate.objective
