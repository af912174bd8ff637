"""Planning again: what is promised stays, what is moved has its price, and both plans are shown."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.domain.itinerary import Status
from optimizer.domain.time import MINUTE
from optimizer.schedule.checker import check
from optimizer.schedule.evaluate import objective
from optimizer.schedule.problem import Problem
from optimizer.solver.params import SolveParams
from optimizer.solver.replanning import Current, Moved, Stability, late_starts, replan
from optimizer.solver.solve import solve
from tests.builders import clock, problem, roads, shift, visit, window
from tests.reference import best_objective
from tests.tiny import tiny_world
from tests.worlds import random_world

PARAMS = SolveParams(time_limit=60.0)
ROADS = roads(
    {
        ("brampton", "milton"): 30,
        ("brampton", "guelph"): 60,
        ("milton", "guelph"): 30,
        ("brampton", "caledon"): 20,
        ("milton", "caledon"): 40,
        ("guelph", "caledon"): 50,
    }
)
MORNING, NOON = window("9:00", "11:00"), window("12:00", "14:00")


def _two(*visits: object) -> Problem:
    """Taylor starts in Brampton, Robin in Guelph."""
    return problem(
        [each for each in visits if each is not None],  # type: ignore[misc]
        [
            shift("taylor", home="brampton", end="brampton"),
            shift("robin", home="guelph", end="guelph"),
        ],
        ROADS,
    )


def test_a_visit_stays_with_its_therapist_where_the_detour_is_worth_less() -> None:
    world = _two(visit("a", "milton", MORNING))
    # Thirty minutes away from either: Robin has it, and keeps it.
    current = Current(orders={"robin": ["a"]}, starts={"a": clock("9:30")})
    found = replan(world, current, PARAMS)
    assert [(day.shift.id, day.order) for day in found.plan if day.order] == [("robin", ("a",))]
    assert (found.moved, found.unchanged) == ((), 1)
    assert found.cost_of_stability.points == 0


def test_a_visit_moves_where_keeping_it_would_cost_more_than_its_price() -> None:
    world = _two(visit("a", "caledon", window("10:00")), visit("b", "guelph", window("12:00")))
    current = Current(orders={"robin": ["a", "b"]}, starts={"a": clock("10:00"), "b": clock("12:00")})
    dear = replan(world, current, PARAMS, Stability(points=10**6))
    assert dear.moved == ()
    assert dear.cost_of_stability.road == (50 + 50 - 20 - 20) * MINUTE
    cheap = replan(world, current, PARAMS, Stability(points=1))
    moved = Moved(visit="a", from_shift="robin", to_shift="taylor", from_start=clock("10:00"), to_start=clock("10:00"))
    assert cheap.moved == (moved,)
    assert cheap.unchanged == 1
    assert cheap.cost_of_stability.points == 0


def test_a_start_that_nobody_was_told_counts_as_moved_beyond_the_tolerance_only() -> None:
    world = _two(visit("a", "milton", MORNING))
    exact = solve(world, PARAMS).plan
    start = Current.of(exact.itineraries).starts["a"]
    who = next(day.shift.id for day in exact if day.order)
    for away, moved in ((0, 0), (5 * MINUTE, 0), (5 * MINUTE + 1, 1)):
        current = Current(orders={who: ["a"]}, starts={"a": start + away})
        assert len(replan(world, current, PARAMS).moved) == moved


def test_a_new_visit_is_added_and_moves_nobody() -> None:
    old = (visit("a", "milton", window("10:00")), visit("b", "caledon", window("13:00")))
    before = Current.of(solve(_two(*old), PARAMS).plan.itineraries)
    found = replan(_two(*old, visit("c", "guelph", NOON)), before, PARAMS)
    assert found.moved == ()
    assert [(change.visit, change.from_shift) for change in found.added] == [("c", None)]
    assert found.unchanged == 2


def test_a_promise_that_cannot_be_kept_any_more_is_left_out_and_says_by_how_much() -> None:
    world = _two(visit("a", "milton", window("9:15")), visit("b", "caledon", window("13:00")))
    current = Current(orders={"taylor": ["a", "b"]}, starts={"a": clock("9:15"), "b": clock("13:00")})
    found = replan(world, current, PARAMS)
    assert dict(late_starts(found.kept)) == {"a": 15 * MINUTE}
    assert found.cost_of_keeping is None
    assert [(change.visit, change.to_shift) for change in found.moved] == [("a", None)]
    (left,) = found.plan.unassigned
    assert left.rejections[0].opens_if == {"shift_begins_earlier_seconds": 15 * MINUTE}
    assert found.unchanged == 1


def test_the_visits_of_a_sick_therapist_go_to_those_who_can_keep_them() -> None:
    world = _two(visit("a", "milton", window("10:00")), visit("b", "caledon", window("10:00")))
    current = Current(orders={"gone": ["a"], "taylor": ["b"]}, starts={"a": clock("10:00"), "b": clock("10:00")})
    found = replan(world, current, PARAMS)
    assert [(day.shift.id, day.order) for day in found.plan] == [("taylor", ("b",)), ("robin", ("a",))]
    assert [change.visit for change in found.added] == ["a"]


def test_a_fixed_start_never_moves_however_cheap_moving_is() -> None:
    world = _two(visit("a", "milton", window("10:00")), visit("b", "guelph", window("12:00")))
    current = Current(orders={"taylor": ["b"], "robin": ["a"]}, starts={"a": clock("10:00"), "b": clock("12:00")})
    found = replan(world, current, PARAMS, Stability(points=0))
    starts = Current.of(found.plan.itineraries).starts
    assert starts == {"a": clock("10:00"), "b": clock("12:00")}
    assert found.plan.certificate.objective == found.free.certificate.objective


def test_the_present_order_is_shown_with_what_it_costs_more() -> None:
    # Caledon first, then Milton, is 20 + 40 + 30 minutes; the other way round as many, so the free plan ties.
    world = problem(
        [visit("a", "caledon", window("9:00", "17:00")), visit("b", "guelph", window("9:00", "17:00"))],
        [shift("taylor", home="brampton", end="milton")],
        ROADS,
    )
    current = Current(orders={"taylor": ["b", "a"]}, starts={})
    found = replan(world, current, PARAMS)
    assert found.plan.itineraries[0].order == ("a", "b")
    assert found.cost_of_keeping is not None
    assert found.cost_of_keeping.road == (60 + 50 + 40 - 20 - 50 - 30) * MINUTE


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_the_stable_plan_is_the_best_of_all_orders_with_the_price_of_moving(seed: int) -> None:
    rng = Random(seed)
    world = tiny_world(rng, visits=rng.randint(1, 4), shifts=rng.randint(1, 2))
    orders: dict[str, list[str]] = {each.id: [] for each in world.shifts}
    for each in world.visits:
        if rng.random() < 0.8:
            orders[rng.choice(world.shifts).id].append(each.id)
    price = rng.choice((0, 7, 50, 400))
    found = replan(world, Current(orders=orders), PARAMS, Stability(points=price))
    keep = {visit: shift for shift, order in orders.items() for visit in order}
    priced = replace(world, keep=keep, weights=replace(world.weights, stability=price))
    assert found.plan.certificate.objective == best_objective(priced)
    assert found.free.certificate.objective == best_objective(world)
    assert found.plan.certificate.status is found.free.certificate.status is Status.OPTIMAL
    assert check(priced, found.plan) == check(world, found.free) == []
    assert found.cost_of_stability.points >= 0 or found.cost_of_stability.overtime > 0
    assert len(found.moved) + found.unchanged == len(keep)


@pytest.mark.parametrize("seed", range(2))
def test_a_large_day_planned_again_is_never_worse_than_what_is_known(seed: int) -> None:
    world = random_world(Random(seed), visits=24, shifts=5, wishes=False)
    before = Current.of(solve(world, SolveParams(time_limit=0.5, seed=9)).plan.itineraries)
    found = replan(world, before, SolveParams(time_limit=0.5), Stability(points=10**6))
    assert check(world, found.free) == []
    assert found.plan.certificate.checked
    priced = replace(world, keep=before.who, weights=replace(world.weights, stability=10**6))
    stable = found.plan.certificate.objective
    assert stable <= found.kept.plan.certificate.objective
    assert stable <= objective(priced, found.free.itineraries, found.free.unassigned)
    assert found.free.certificate.objective <= objective(world, found.plan.itineraries, found.plan.unassigned)
