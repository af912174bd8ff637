"""The search against the proof, the judge and itself, on random days."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.domain.itinerary import Objective, Plan, Status
from optimizer.schedule.checker import check
from optimizer.schedule.insertion import insert
from optimizer.schedule.problem import Problem
from optimizer.schedule.timeline import Day
from optimizer.solver.assignment import Column
from optimizer.solver.decode import decode
from optimizer.solver.exact import solve_exact
from optimizer.solver.params import SolveParams
from optimizer.solver.pool import best_choice
from optimizer.solver.progress import Progress
from optimizer.solver.routing_model import RoutingModel, TravelView, views
from optimizer.solver.ruin import Ruin
from optimizer.solver.solve import solve
from optimizer.solver.warm import warm_up
from tests.searching import searched
from tests.tiny import tiny_world
from tests.worlds import random_world

seeds = st.integers(min_value=0, max_value=1 << 32)


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    warm_up(is_small=False)


def plan_of(world: Problem) -> Plan:
    day = Day.of(world)
    return decode(day, searched(day), engine="search", seed=1)


def proven(world: Problem) -> Objective:
    day = Day.of(world)
    best = solve_exact(day)
    assert best is not None
    return decode(day, best, engine="exact", seed=1, status=Status.OPTIMAL).certificate.objective


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(seed=seeds)
def test_the_search_never_beats_the_proof(seed: int) -> None:
    rng = Random(seed)
    world = random_world(rng, visits=rng.randint(1, 9), shifts=rng.randint(1, 3))
    assert proven(world) <= plan_of(world).certificate.objective


@pytest.mark.slow
def test_the_search_finds_the_proven_plan_of_most_small_days() -> None:
    worlds = [random_world(Random(seed), visits=9, shifts=3) for seed in range(15)]
    reached = sum(plan_of(world).certificate.objective == proven(world) for world in worlds)
    assert reached >= 14


@settings(max_examples=60, deadline=None)
@given(seed=seeds)
def test_the_search_never_beats_the_proof_where_every_second_counts(seed: int) -> None:
    rng = Random(seed)
    world = tiny_world(rng, visits=rng.randint(1, 6), shifts=rng.randint(1, 3))
    assert proven(world) <= plan_of(world).certificate.objective


@settings(max_examples=15, deadline=None)
@given(seed=seeds)
def test_every_plan_told_passes_the_judge_and_is_better_than_the_one_before(seed: int) -> None:
    rng = Random(seed)
    world = random_world(rng, visits=rng.randint(13, 25), shifts=rng.randint(1, 4))
    told: list[Progress] = []
    last = solve(world, SolveParams(time_limit=0.3), told.append).plan
    plans = [*(progress.plan for progress in told), last]
    objectives = [plan.certificate.objective for plan in plans]
    assert objectives == sorted(objectives, reverse=True)
    assert all(check(world, plan) == [] for plan in plans)
    bounds = [bound for plan in plans if (bound := plan.certificate.bound) is not None]
    assert bounds == sorted(bounds)
    assert all(bound <= last.certificate.objective for bound in bounds)


@settings(max_examples=15, deadline=None)
@given(seed=seeds)
def test_a_visit_left_out_fits_nowhere_and_has_a_reason_for_every_therapist(seed: int) -> None:
    rng = Random(seed)
    world = random_world(rng, visits=rng.randint(4, 20), shifts=rng.randint(1, 4))
    plan = solve(world, SolveParams(time_limit=0.3)).plan
    day = Day.of(world)
    timelines = [day.timeline(itinerary.shift.id, itinerary.order) for itinerary in plan]
    for left in plan.unassigned:
        row = world.visit_index[left.visit.id]
        assert all(insert(timeline, row) is None for timeline in timelines)
        assert [why.shift for why in left.rejections] == [shift.id for shift in world.shifts]


def test_the_same_problem_limit_and_seed_give_the_same_plan() -> None:
    world = random_world(Random(7), visits=16, shifts=4)
    first, second = (solve(world, SolveParams(time_limit=20.0, seed=3)).plan for _ in range(2))
    assert first == second


def test_more_time_than_the_work_needs_changes_nothing() -> None:
    world = random_world(Random(8), visits=14, shifts=2)
    assert solve(world, SolveParams(time_limit=30.0)).plan == solve(world, SolveParams(time_limit=60.0)).plan


def test_a_day_beyond_the_subset_programme_is_proven_by_column_generation() -> None:
    world = random_world(Random(9), visits=14, shifts=2, wishes=False)
    certificate = solve(world, SolveParams(time_limit=20.0)).plan.certificate
    assert certificate.status is Status.OPTIMAL
    assert certificate.bound == certificate.objective
    assert certificate.engine.endswith("column generation")


def test_an_assignment_that_keeps_no_promise_is_repaired() -> None:
    world = random_world(Random(10), visits=15, shifts=3)
    day = Day.of(world)
    ruin = Ruin.of(day, seed=1)
    ruin.offer((tuple(range(15)), (), ()))
    decode(day, ruin.assignment, engine="repair", seed=1)
    assert sum(len(order) for order in ruin.assignment) > 0


def test_routing_gives_orders_that_keep_their_promises_where_travel_is_the_same_all_day() -> None:
    world = random_world(Random(11), visits=20, shifts=3, rush_hour=False, breaks=False)
    day = Day.of(world)
    ruin = Ruin.of(day, seed=1)
    list(ruin.insert_all())
    assert views(day) == (TravelView.LIKELY,)
    found = RoutingModel(day, TravelView.LIKELY).guided(ruin.assignment, branches=500, seconds=60.0)
    decode(day, found, engine="routing", seed=1)


def test_the_longest_travel_times_give_orders_that_survive_rush_hour() -> None:
    for seed in range(5):
        world = random_world(Random(seed), visits=20, shifts=3, breaks=False)
        day = Day.of(world)
        nobody = ((),) * 3
        found = RoutingModel(day, TravelView.LONGEST).guided(nobody, branches=500, seconds=60.0)
        decode(day, found, engine="routing", seed=1)


def test_iterated_routing_gives_the_same_orders_again_and_they_keep_their_promises() -> None:
    world = random_world(Random(11), visits=20, shifts=3, rush_hour=False, breaks=False)
    day = Day.of(world)
    first, second = (RoutingModel(day, TravelView.LIKELY).iterated(solutions=100, seconds=60.0) for _ in range(2))
    assert first is not None
    assert first == second
    decode(day, first, engine="routing", seed=1)


def test_iterated_routing_ends_on_a_day_where_nothing_ruined_can_be_put_back() -> None:
    rng = Random(6)
    world = tiny_world(rng, visits=rng.randint(1, 6), shifts=rng.randint(1, 3))
    day = Day.of(world)
    found = RoutingModel(day, TravelView.LIKELY).iterated(solutions=1_000_000, seconds=0.3)
    assert found is not None
    assert sum(map(len, found)) > 0


def test_the_best_choice_of_days_leaves_nobody_served_twice() -> None:
    world = random_world(Random(12), visits=6, shifts=2, wishes=False, limits=False)
    day = Day.of(world)
    columns = [
        Column(shift=0, visits=(0, 1), overtime=0, points=50),
        Column(shift=0, visits=(0,), overtime=0, points=10),
        Column(shift=1, visits=(1, 2), overtime=0, points=30),
        Column(shift=1, visits=(2,), overtime=0, points=20),
    ]
    chosen = best_choice(day, columns, ((0, 1), (2,)), effort=1.0, seconds=60.0)
    assert chosen == ((0,), (1, 2))
