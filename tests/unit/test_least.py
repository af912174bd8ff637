"""The limit of a region against days that are solved to the end."""

from random import Random

import pytest

from optimizer.domain.itinerary import Objective
from optimizer.schedule.timeline import Day
from optimizer.solver.decode import decode
from optimizer.solver.exact import solve_exact
from optimizer.solver.regions.least import least_objective
from tests.benchmarks.made_up_days import made_up_day
from tests.tiny import tiny_world
from tests.worlds import random_world


def best(day: Day) -> Objective:
    assignment = solve_exact(day)
    assert assignment is not None
    return decode(day, assignment, engine="exact", seed=1).certificate.objective


@pytest.mark.parametrize("seed", range(60))
def test_no_plan_is_better_than_the_limit(seed: int) -> None:
    rng = Random(seed)
    for problem in (
        random_world(rng, rng.randint(1, 7), rng.randint(1, 3)),
        random_world(rng, rng.randint(3, 9), rng.randint(2, 4), breaks=False, limits=False, wishes=False),
        tiny_world(rng, visits=rng.randint(1, 6), shifts=rng.randint(1, 3), steady=rng.random() < 0.5),
    ):
        day = Day.of(problem)
        limit = least_objective(day)
        assert limit is not None
        assert limit <= best(day)


def test_the_limit_is_not_far_where_days_are_short() -> None:
    """With one visit for each therapist nothing of the day has been let go of."""
    day = Day.of(made_up_day(4, 4, 1, over=0.0).problem)
    limit, reached = least_objective(day), best(day)
    assert limit is not None
    assert (limit.required_left_out, reached.required_left_out) == (0, 0)
    assert 0 < limit.cost <= reached.cost <= 1.5 * limit.cost


def test_without_visits_or_therapists_there_is_no_limit() -> None:
    assert least_objective(Day.of(random_world(Random(1), 0, 2))) is None
    assert least_objective(Day.of(random_world(Random(1), 3, 0))) is None
