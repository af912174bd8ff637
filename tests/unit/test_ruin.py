"""Ruin and recreate holds what it says of a day against the timeline, the judge and every position tried by hand."""

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.schedule.checker import check
from optimizer.schedule.evaluate import evaluate
from optimizer.schedule.insertion_kernel import put_in
from optimizer.schedule.problem import Problem
from optimizer.schedule.timeline import Day, Timeline
from optimizer.solver.price_kernel import NO_ROOM, place_in_day
from optimizer.solver.ruin import Ruin, longest_day
from optimizer.solver.team_kernel import LATE, POINTS, Team, insert_at, retime
from tests.tiny import tiny_world
from tests.worlds import random_world

seeds = st.integers(min_value=0, max_value=1 << 32)
NO_BLINK = 1 << 40


def some_world(rng: Random, *, steady: bool, breaks: bool) -> Problem:
    if not breaks or rng.random() < 0.5:
        return random_world(rng, rng.randint(1, 25), rng.randint(1, 5), rush_hour=not steady, breaks=breaks)
    return tiny_world(rng, visits=rng.randint(1, 8), shifts=rng.randint(1, 3), steady=steady)


def loaded(ruin: Ruin, shift: int, order: list[int]) -> bool:
    """Whether the ruin's own timing takes the order for a day that keeps its promises."""
    team = ruin.current
    if len(order) > team.order.shape[1]:
        return False
    team.order[shift, : len(order)], team.size[shift] = order, len(order)
    return bool(retime(ruin.day.world, ruin.hops, team, shift, ruin.sheet))


def assert_timed_like(timeline: Timeline, team: Team) -> None:
    shift, n = timeline.shift, len(timeline.order)
    width = timeline.earliest.shape[1]
    assert (team.sums[shift, LATE], team.sums[shift, POINTS]) == (timeline.overtime, timeline.cost)
    assert np.array_equal(team.earliest[shift, :n, :width], timeline.earliest)
    assert np.array_equal(team.latest[shift, :n, :width], timeline.latest)
    assert np.array_equal(team.starts[shift, :n], timeline.sheet.stops[:n, 1])


@settings(max_examples=300, deadline=None)
@given(seed=seeds, breaks=st.booleans())
def test_a_day_is_timed_by_the_tables_as_by_the_timeline(seed: int, breaks: bool) -> None:
    rng = Random(seed)
    day = Day.of(some_world(rng, steady=True, breaks=breaks))
    shifts, visits = day.world.fits.shape
    ruin = Ruin.of(day, seed=1)
    for _ in range(20):
        shift, order = rng.randrange(shifts), rng.sample(range(visits), rng.randint(1, min(4, visits)))
        timeline = Timeline.of(day, shift, order)
        assert loaded(ruin, shift, order) == timeline.is_feasible
        if timeline.is_feasible:
            assert_timed_like(timeline, ruin.current)


@settings(max_examples=200, deadline=None)
@given(seed=seeds)
def test_the_cheapest_position_of_a_plain_day_is_the_cheapest_of_all_tried_by_hand(seed: int) -> None:
    rng = Random(seed)
    world = some_world(rng, steady=True, breaks=False)
    day = Day.of(world)
    ruin = Ruin.of(day, seed=1)
    list(ruin.insert_all())
    ruin.offer(ruin.assignment)
    for visit in range(len(world.visits)):
        for shift in range(len(world.shifts)):
            assert_cheapest(ruin, shift, visit)


def assert_cheapest(ruin: Ruin, shift: int, visit: int) -> None:
    day, team = ruin.day, ruin.current
    order = team.order[shift, : team.size[shift]].copy()
    if visit in order:
        return
    skip = np.array([NO_BLINK])
    price, at = place_in_day(
        day.world, ruin.hops, team, shift, visit, NO_ROOM, ruin.guide.late_price, skip, ruin.desk.room
    )
    prices = []
    longer = np.empty(len(order) + 1, dtype=np.int64)
    for position in range(len(order) + 1):
        put_in(order, visit, position, longer)
        timeline = Timeline.of(day, shift, longer)
        if timeline.is_feasible and day.world.fits[shift, visit]:
            late = timeline.overtime - int(team.sums[shift, LATE])
            prices.append(late * ruin.guide.late_price + timeline.cost - int(team.sums[shift, POINTS]))
    assert price == min(prices, default=NO_ROOM)
    assert (at >= 0) == bool(prices)


@settings(max_examples=60, deadline=None)
@given(seed=seeds)
def test_a_visit_fits_a_day_with_breaks_or_rush_hour_where_the_timeline_says_so(seed: int) -> None:
    rng = Random(seed)
    world = random_world(rng, rng.randint(2, 20), rng.randint(1, 4))
    day = Day.of(world)
    ruin = Ruin.of(day, seed=1)
    list(ruin.insert_all())
    ruin.offer(ruin.assignment)
    team, skip = ruin.current, np.array([NO_BLINK])
    for visit in range(len(world.visits)):
        for shift in range(len(world.shifts)):
            order = team.order[shift, : team.size[shift]].copy()
            price, at = place_in_day(day.world, ruin.hops, team, shift, visit, NO_ROOM, 100.0, skip, ruin.desk.room)
            fits = [Timeline.of(day, shift, [*order[:k], visit, *order[k:]]).is_feasible for k in range(len(order) + 1)]
            if visit not in order and day.world.fits[shift, visit]:
                # A driving limit is only known once the whole day is timed.
                assert at >= 0 or not any(fits)
                assert (price < NO_ROOM) == (at >= 0)


@settings(max_examples=40, deadline=None)
@given(seed=seeds, steady=st.booleans(), breaks=st.booleans())
def test_every_day_that_annealing_keeps_is_worth_what_the_judge_finds(seed: int, steady: bool, breaks: bool) -> None:
    rng = Random(seed)
    world = some_world(rng, steady=steady, breaks=breaks)
    day = Day.of(world)
    ruin = Ruin.of(day, seed=seed)
    list(ruin.insert_all())
    ruin.anneal(300, hot=4_000.0, cold=60.0)
    for team in (ruin.current, ruin.best):
        for shift in range(len(world.shifts)):
            order = team.order[shift, : team.size[shift]]
            assert_timed_like(Timeline.of(day, shift, order), team)
            assert (team.taker[order] == shift).all()
        assert (team.taker >= 0).sum() == team.size.sum()
    orders = {
        shift.id: [world.visits[row].id for row in order]
        for shift, order in zip(world.shifts, ruin.assignment, strict=True)
    }
    found = evaluate(world, orders)
    assert found.violations == ()
    assert check(world, found.plan) == []
    reached = found.plan.certificate.objective
    assert (ruin.worth.overtime, ruin.worth.points) == (reached.overtime, reached.cost)
    for column in ruin.columns():
        timeline = Timeline.of(day, column.shift, column.visits)
        assert timeline.is_feasible
        assert (column.overtime, column.points) == (timeline.overtime, timeline.cost)


def test_the_same_seed_walks_the_same_way() -> None:
    day = Day.of(random_world(Random(5), 40, 15))
    seen = []
    for _ in range(2):
        ruin = Ruin.of(day, seed=7)
        list(ruin.insert_all())
        ruin.anneal(500, hot=4_000.0, cold=60.0)
        seen.append((ruin.assignment, ruin.columns()))
    assert seen[0] == seen[1]


@pytest.mark.parametrize("visits", [1, 2, 3])
def test_a_day_of_hardly_any_visits_is_searched_too(visits: int) -> None:
    world = random_world(Random(visits), visits, 2, limits=False, wishes=False)
    ruin = Ruin.of(Day.of(world), seed=1)
    list(ruin.insert_all())
    ruin.anneal(50, hot=400.0, cold=60.0)
    assert sum(map(len, ruin.assignment)) <= visits


@settings(max_examples=100, deadline=None)
@given(seed=seeds)
def test_no_day_holds_more_visits_than_the_longest(seed: int) -> None:
    rng = Random(seed)
    world = tiny_world(rng, visits=rng.randint(2, 7), steady=rng.random() < 0.5)
    day = Day.of(world)
    longest = longest_day(day.world)
    order = list(range(len(world.visits)))
    for _ in range(20):
        rng.shuffle(order)
        if Timeline.of(day, 0, order[: longest + 1]).is_feasible:
            assert len(order) <= longest


def test_a_full_list_takes_nobody_more() -> None:
    day = Day.of(random_world(Random(3), 6, 1))
    ruin = Ruin.of(day, seed=1)
    ruin.current.size[0] = ruin.current.order.shape[1]
    skip = np.array([NO_BLINK])
    asked = place_in_day(day.world, ruin.hops, ruin.current, 0, 0, NO_ROOM, 1.0, skip, ruin.desk.room)
    assert asked == (NO_ROOM, -1)
    ruin.current.size[0] = 0
    insert_at(ruin.current, 0, 2, 0)
    assert ruin.current.taker[2] == 0
