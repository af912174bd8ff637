"""Chains of exchanges against the judge, and against every single exchange tried by hand."""

from collections.abc import Mapping, Sequence
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.schedule.checker import check
from optimizer.schedule.problem import Problem
from optimizer.schedule.timeline import Day, Timeline
from optimizer.solver.assignment import Assignment
from optimizer.solver.decode import decode
from optimizer.solver.ruin import Ruin
from tests.benchmarks.made_up_days import made_up_day
from tests.builders import MONDAY, roads, shift, visit, window
from tests.worlds import random_world

seeds = st.integers(min_value=0, max_value=1 << 32)


def one_at_nine(pairs: Sequence[str], asked: Mapping[str, int]) -> Day:
    """For each pair of services a therapist who knows both; each service is asked for at 9:00, with its priority."""
    return Day.of(
        Problem(
            horizon=MONDAY,
            shifts=tuple(shift(pair, ("9:00", "10:00"), services=frozenset(pair)) for pair in pairs),
            visits=tuple(
                visit(name, "door", window("9:00"), service=name, priority=priority) for name, priority in asked.items()
            ),
            travel=roads({("home", "door"): 0}),
        )
    )


def orders_of(ruin: Ruin) -> Assignment:
    """The plan that the search stands on."""
    return tuple(
        tuple(order[:size].tolist()) for order, size in zip(ruin.current.order, ruin.current.size, strict=True)
    )


def left_out(ruin: Ruin) -> int:
    served = {row for order in orders_of(ruin) for row in order}
    return sum(int(weight) for row, weight in enumerate(ruin.guide.left_out) if row not in served)


def fits(day: Day, number: int, order: tuple[int, ...], row: int) -> bool:
    """Whether one more visit has a place in an order."""
    return bool(day.world.fits[number, row]) and any(
        Timeline.of(day, number, (*order[:at], row, *order[at:])).is_feasible for at in range(len(order) + 1)
    )


def has_chain_of_one(day: Day, orders: Assignment) -> bool:
    """Whether a visit left out has room, or takes the place of one that has room elsewhere or matters less."""
    world = Ruin.of(day, 1).guide.left_out
    served = {row for order in orders for row in order}
    for row in set(range(len(day.problem.visits))) - served:
        for number, order in enumerate(orders):
            if fits(day, number, order, row):
                return True
            for at, other in enumerate(order):
                rest = (*order[:at], *order[at + 1 :])
                if (not rest or Timeline.of(day, number, rest).is_feasible) and fits(day, number, rest, row):
                    moved = any(
                        fits(day, elsewhere, orders[elsewhere], other)
                        for elsewhere in range(len(orders))
                        if elsewhere != number
                    )
                    if moved or world[other] < world[row]:
                        return True
    return False


def test_a_visit_left_out_is_served_by_a_chain_through_five_days() -> None:
    day = one_at_nine(["ab", "bc", "cd", "de", "ef"], dict.fromkeys("abcde", 50))
    ruin = Ruin.of(day, 1)
    # Everybody serves the second of their services, so a is left out; only the last at the other end is free.
    ruin.offer(((1,), (2,), (3,), (4,), ()))
    assert ruin.assignment == ((1,), (2,), (3,), (4,), ())
    assert ruin.serve_more()
    assert ruin.assignment == ((0,), (1,), (2,), (3,), (4,))


def test_where_nobody_has_room_the_chain_leaves_out_what_matters_least() -> None:
    ruin = Ruin.of(one_at_nine(["ab", "bc"], {"a": 90, "b": 50, "c": 10}), 1)
    ruin.offer(((1,), (2,)))
    assert ruin.serve_more()
    assert ruin.assignment == ((0,), (1,))
    assert not ruin.serve_more()


@settings(max_examples=60, deadline=None)
@given(seed=seeds, rush_hour=st.booleans(), breaks=st.booleans(), limits=st.booleans())
def test_chains_serve_more_keep_every_promise_and_leave_no_chain_of_one(
    seed: int, rush_hour: bool, breaks: bool, limits: bool
) -> None:
    rng = Random(seed)
    problem = random_world(
        rng, rng.randint(5, 18), rng.randint(2, 4), rush_hour=rush_hour, breaks=breaks, limits=limits
    )
    day = Day.of(problem)
    ruin = Ruin.of(day, seed=1)
    # Visit by visit wherever each comes to lie: a plan that leaves much to be done.
    everybody = rng.sample(range(len(problem.visits)), len(problem.visits))
    ruin.offer(tuple(tuple(everybody[k :: len(problem.shifts)]) for k in range(len(problem.shifts))))
    before = left_out(ruin)
    is_better = ruin.serve_more()
    assert (left_out(ruin) < before) == is_better
    assert check(problem, decode(day, orders_of(ruin), engine="chains", seed=1)) == []
    for number, order in enumerate(orders_of(ruin)):
        assert all(ruin.current.taker[row] == number for row in order)
    # The cheapest place of a day may break a driving limit that another would keep; that one is not looked for.
    assert limits or not has_chain_of_one(day, orders_of(ruin))


@settings(max_examples=40, deadline=None)
@given(seed=seeds)
def test_a_chain_that_a_day_refuses_leaves_no_trace(seed: int) -> None:
    rng = Random(seed)
    problem = random_world(rng, rng.randint(8, 16), 3, breaks=True, limits=True)
    ruin = Ruin.of(Day.of(problem), seed=1)
    for _ in range(8):
        # The tables of chains stay, whatever plan the search goes on from.
        everybody = rng.sample(range(len(problem.visits)), len(problem.visits))
        ruin.offer(tuple(tuple(everybody[k::3]) for k in range(3)))
        ruin.serve_more()
        takers = {row: number for number, order in enumerate(orders_of(ruin)) for row in order}
        assert sum(map(len, orders_of(ruin))) == len(takers)
        assert [takers.get(row, -1) for row in range(len(problem.visits))] == ruin.current.taker.tolist()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_chains_serve_what_insertion_leaves_out_of_a_full_day(seed: int) -> None:
    day = Day.of(made_up_day(12, 72, seed).problem)
    ruin = Ruin.of(day, 1)
    list(ruin.insert_all())
    ruin.offer(ruin.assignment)
    before = left_out(ruin)
    assert ruin.serve_more()
    assert left_out(ruin) < before
    assert not ruin.serve_more()
