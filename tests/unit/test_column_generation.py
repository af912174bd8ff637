"""Column generation against the subset programme, which brute force has proven: it never claims too much."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest

from optimizer.domain.itinerary import Objective, Status
from optimizer.domain.visit import TherapistChoice
from optimizer.schedule.problem import Problem
from optimizer.schedule.timeline import Day
from optimizer.solver.assignment import Assignment
from optimizer.solver.columns.generation import News, generate
from optimizer.solver.decode import decode
from optimizer.solver.exact import solve_exact
from optimizer.solver.params import SolveParams
from optimizer.solver.solve import solve
from tests.tiny import tiny_world
from tests.worlds import random_world

Maker = Callable[[Random], Problem]


def tiny(rng: Random) -> Problem:
    """Seconds instead of hours, with everything a day can have; travel need not obey the triangle inequality."""
    return tiny_world(rng, visits=rng.randint(1, 8), shifts=rng.randint(1, 4))


def life_size(rng: Random) -> Problem:
    rush_hour, breaks, limits = (rng.random() < 0.6 for _ in range(3))
    return random_world(rng, rng.randint(3, 11), rng.randint(1, 4), rush_hour=rush_hour, breaks=breaks, limits=limits)


def twins(rng: Random) -> Problem:
    """Therapists who differ in their names only."""
    world = tiny_world(rng, visits=rng.randint(2, 8), steady=rng.random() < 0.4)
    first = world.shifts[0]
    return replace(
        world,
        visits=tuple(replace(visit, choice=TherapistChoice(), pinned=None) for visit in world.visits),
        shifts=tuple(
            replace(first, therapist=replace(first.therapist, id=f"twin {k}")) for k in range(rng.randint(2, 4))
        ),
    )


def value(day: Day, assignment: Assignment) -> Objective:
    """What an assignment is worth, with the judge's approval."""
    return decode(day, assignment, engine="columns", seed=1).certificate.objective


def is_proven(world: Problem, *, seconds: float) -> bool:
    """Whether a generation proved its plan; all that it said on the way is held against the truth."""
    day = Day.of(world)
    exact = solve_exact(day)
    assert exact is not None
    best = value(day, exact)

    def hear(news: News) -> None:
        assert value(day, news.assignment) == news.objective
        assert news.bound is None or news.bound <= best

    ended = generate(day, ((),) * len(world.shifts), seed=1, seconds=seconds, tell=hear)
    reached = value(day, ended.assignment)
    assert ended.bound is None or ended.bound <= best <= reached
    if ended.is_optimal:
        assert reached == best
    return ended.is_optimal


@pytest.mark.parametrize("make", [tiny, life_size, twins])
def test_what_is_called_optimal_is_and_no_bound_is_above_the_optimum(make: Maker) -> None:
    worlds = [make(Random(seed)) for seed in range(40)]
    assert sum(is_proven(world, seconds=30.0) for world in worlds) > 36


def test_a_generation_that_is_cut_short_claims_no_more_than_it_knows() -> None:
    for seed in range(30):
        is_proven(life_size(Random(seed)), seconds=0.005 * (seed % 6))


@pytest.mark.slow
@pytest.mark.parametrize("make", [tiny, life_size, twins])
def test_no_proof_is_wrong_on_hundreds_of_days_of_each_kind(make: Maker) -> None:
    for seed in range(1000, 1250):
        is_proven(make(Random(seed)), seconds=30.0)


@pytest.mark.marathon
@pytest.mark.parametrize("make", [tiny, life_size, twins])
def test_no_proof_is_wrong_on_thousands_of_days_of_each_kind(make: Maker) -> None:
    for seed in range(10_000, 13_000):
        is_proven(make(Random(seed)), seconds=30.0)


def test_the_same_seed_gives_the_same_plan() -> None:
    day = Day.of(random_world(Random(5), visits=18, shifts=3))
    first, second = (generate(day, ((), (), ()), seed=4, seconds=60.0, tell=lambda _: None) for _ in range(2))
    assert not first.cut_short
    assert (first.assignment, first.bound) == (second.assignment, second.bound)


def proofs_agree(world: Problem) -> bool:
    """Whether searches that begin elsewhere prove the same, and no bound is above a plan that another one found."""
    found = [solve(world, SolveParams(time_limit=2.0, seed=seed)).plan.certificate for seed in (1, 2, 3)]
    proven = {each.objective for each in found if each.status is Status.OPTIMAL}
    best = min(each.objective for each in found)
    return len(proven) <= 1 and all(each.bound is None or each.bound <= best for each in found)


def test_the_overtime_of_several_days_together_may_outweigh_a_visit_and_still_is_preferred() -> None:
    """A plan that leaves one visit more out may cost less in the last programme: it is no better plan."""
    assert proofs_agree(random_world(Random(0), visits=24, shifts=5, wishes=False))


@pytest.mark.slow
def test_searches_that_begin_elsewhere_prove_the_same_of_days_too_large_for_the_subset_programme() -> None:
    for seed in range(20):
        rng = Random(seed)
        world = random_world(rng, visits=rng.randrange(14, 26), shifts=rng.randrange(3, 6), wishes=seed % 2 == 1)
        assert proofs_agree(world), seed
