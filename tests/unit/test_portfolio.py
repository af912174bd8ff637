"""The engines in turns: stopped with the best so far, begun from a known plan, never worse than what was told."""

from itertools import pairwise
from random import Random

import pytest

from api.commands.progress_line import line_of
from optimizer.domain.itinerary import Certificate, Plan
from optimizer.schedule.checker import check
from optimizer.schedule.problem import Problem
from optimizer.solver.child import solve_in_child
from optimizer.solver.params import SolveParams
from optimizer.solver.portfolio import GENERATION
from optimizer.solver.progress import Cancelled, Progress
from optimizer.solver.solve import solve
from optimizer.solver.starts import known_orders
from optimizer.solver.warm import warm_up
from tests.benchmarks.made_up_days import made_up_day
from tests.worlds import random_world

WORLD = random_world(Random(3), visits=24, shifts=4)


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    warm_up(is_small=False)


def at_look(number: int) -> Cancelled:
    """Stops a search when it is asked for the so many-th time."""
    looks = iter(range(1, 1_000_000))
    return lambda: next(looks) >= number


def orders(plan: Plan) -> dict[str, tuple[str, ...]]:
    return {day.shift.id: day.order for day in plan}


def test_a_search_stopped_at_once_still_has_the_first_plan() -> None:
    result = solve(WORLD, SolveParams(time_limit=60.0), cancelled=lambda: True)
    assert result.stats.cut_short
    assert result.stats.iterations == 0
    assert check(WORLD, result.plan) == []
    assert sum(len(day.stops) for day in result.plan) > 0


@pytest.mark.parametrize("asked", [1, 2, 5, 20])
def test_a_search_asked_to_stop_keeps_the_best_that_it_told(asked: int) -> None:
    told: list[Progress] = []
    plan = solve(WORLD, SolveParams(time_limit=60.0), told.append, at_look(asked)).plan
    assert plan.certificate.objective == told[-1].certificate.objective
    assert plan.certificate.objective == min(progress.certificate.objective for progress in told)


def test_a_search_is_asked_whether_to_stop_after_little_work() -> None:
    done = [solve(WORLD, SolveParams(time_limit=3600.0), cancelled=at_look(looks)).stats for looks in (2, 8, 9, 10)]
    assert all(stats.cut_short for stats in done)
    steps = [later.iterations - before.iterations for before, later in pairwise(done)]
    assert max(steps) <= 20_000


@pytest.mark.parametrize("seed", [1, 3])
def test_the_same_seed_tells_the_same_plans_of_a_day_whose_dives_have_help_beside_them(seed: int) -> None:
    problem = made_up_day(18, 108, seed).problem
    first, second = (told_until_generated(problem) for _ in range(2))
    assert first == second


def told_until_generated(problem: Problem) -> list[tuple[Certificate, dict[str, tuple[str, ...]]]]:
    """What is told until column generation has found a better plan than any before."""
    told: list[Progress] = []

    def is_generated() -> bool:
        return bool(told) and told[-1].engine.startswith(GENERATION)

    def hear(progress: Progress) -> None:
        if not is_generated():
            told.append(progress)

    solve(problem, SolveParams(time_limit=600.0), hear, is_generated)
    return [(progress.certificate, orders(progress.plan)) for progress in told]


def test_a_child_is_told_to_stop_and_answers_with_the_best_so_far() -> None:
    told: list[Progress] = []
    result = solve_in_child(WORLD, SolveParams(time_limit=3600.0), report=told.append, cancelled=lambda: True)
    assert check(WORLD, result.plan) == []
    assert all(result.plan.certificate.objective <= progress.certificate.objective for progress in told)


@pytest.mark.parametrize("seed", range(5))
def test_a_search_never_ends_worse_than_the_plan_that_it_begins_from(seed: int) -> None:
    world = random_world(Random(seed), visits=20, shifts=3)
    known = solve(world, SolveParams(time_limit=5.0)).plan
    again = solve(world, SolveParams(time_limit=0.001, seed=9, start=orders(known))).plan
    assert again.certificate.objective <= known.certificate.objective


def test_what_cannot_be_kept_of_a_known_plan_is_repaired() -> None:
    (first, *_) = WORLD.shifts
    everything = {first.id: [visit.id for visit in WORLD.visits], "gone": ["v0"]}
    plan = solve(WORLD, SolveParams(time_limit=0.2, start=everything)).plan
    assert check(WORLD, plan) == []


def test_of_a_known_plan_only_what_the_problem_has_is_taken_and_no_visit_twice() -> None:
    first, second, *_ = (shift.id for shift in WORLD.shifts)
    a, b = WORLD.visits[0].id, WORLD.visits[1].id
    assert known_orders(WORLD, {first: [b, "cancelled", a, b], second: [a]}) == ((1, 0), (), (), ())
    assert known_orders(WORLD, {"somebody else": [a]}) is None


def test_the_line_on_a_terminal_says_what_is_left_out_and_how_far_the_best_may_be() -> None:
    plan = solve(WORLD, SolveParams(time_limit=5.0)).plan
    line = line_of(Progress(plan=plan, seconds=1.25))
    assert line.startswith("1.2 s: ")
    assert "left out" in line
    assert ("from the best" in line) == (plan.certificate.gap is not None)
