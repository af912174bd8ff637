"""Who can take one visit more: held against every order, tried by hand."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations
from random import Random

import pytest

from optimizer.domain.eligibility import is_eligible
from optimizer.domain.reason import Reason, Rejection
from optimizer.domain.therapist import Limits, Shift
from optimizer.domain.time import MINUTE, TimeWindow
from optimizer.domain.visit import Visit
from optimizer.schedule.problem import Problem
from optimizer.solver.taking import Taker, takers
from tests.builders import clock, problem, rest, roads, shift, visit, window
from tests.reference import Walk, cheapest
from tests.tiny import tiny_world

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


def _team(*visits: Visit, **more: object) -> Problem:
    return problem(
        visits,
        [
            shift("taylor", home="brampton", end="brampton", **more),  # type: ignore[arg-type]
            shift("robin", home="guelph", end="guelph"),
        ],
        ROADS,
    )


def test_each_therapist_is_told_where_the_visit_goes_and_what_it_adds() -> None:
    world = _team(visit("a", "caledon", window("10:00")), visit("new", "milton", window("9:00", "16:00")))
    taylor, robin = takers(world, {"taylor": ["a"]}, "new")
    assert isinstance(taylor, Taker)
    assert isinstance(robin, Taker)
    # Home by Milton costs thirty and forty minutes in place of twenty.
    assert (taylor.order, taylor.position, taylor.start) == (("a", "new"), 1, clock("11:40"))
    assert (taylor.added_road, taylor.added_waiting) == (50 * MINUTE, 0)
    assert (robin.order, robin.added_road) == (("new",), 60 * MINUTE)
    assert taylor.windows == (window("11:40", "16:00"),)
    assert robin.windows == (window("9:30", "16:00"),)
    assert min((taylor, robin), key=lambda found: found.rank) is taylor


def test_whoever_cannot_take_it_is_told_the_smallest_change() -> None:
    world = _team(
        visit("a", "caledon", window("10:00")), visit("new", "guelph", window("12:00")), hours=("9:00", "13:00")
    )
    taylor, robin = takers(world, {"taylor": ["a"]}, "new")
    assert isinstance(taylor, Rejection)
    assert (taylor.reason, taylor.opens_if) == (Reason.SHIFT, {"shift_ends_later_seconds": 60 * MINUTE})
    assert isinstance(robin, Taker)


def test_the_order_of_the_day_may_change_for_it() -> None:
    anywhere = window("9:00", "17:00")
    world = problem(
        [visit("a", "milton", anywhere), visit("b", "caledon", anywhere), visit("new", "guelph", window("10:00"))],
        [shift("taylor", home="brampton", end="brampton")],
        ROADS,
    )
    (taylor,) = takers(world, {"taylor": ["a", "b"]}, "new")
    assert isinstance(taylor, Taker)
    assert taylor.order == ("new", "a", "b")


def test_a_driving_limit_closes_the_starts_that_only_a_longer_way_keeps() -> None:
    tight = Limits(driving=120 * MINUTE)
    world = problem(
        [visit("a", "milton", window("12:00")), visit("new", "guelph", window("9:00", "16:00"))],
        [shift("taylor", home="brampton", end="brampton", limits=tight)],
        ROADS,
    )
    (taylor,) = takers(world, {"taylor": ["a"]}, "new")
    assert isinstance(taylor, Taker)
    assert taylor.added_road == 60 * MINUTE
    short = replace(world, shifts=(replace(world.shifts[0], limits=Limits(driving=119 * MINUTE)),))
    (refused,) = takers(short, {"taylor": ["a"]}, "new")
    assert isinstance(refused, Rejection)
    assert refused.reason is Reason.DRIVING_LIMIT


def test_an_empty_day_takes_it_around_the_break() -> None:
    world = problem(
        [visit("new", "milton", window("9:00", "17:00"))],
        [shift("taylor", home="brampton", end="brampton", breaks=[rest("12:00", "12:30")])],
        ROADS,
    )
    (taylor,) = takers(world, {}, "new")
    assert isinstance(taylor, Taker)
    assert taylor.windows == (window("9:30", "11:30"), window("12:30", "16:30"))


def _orders(world: Problem, shift: Shift, visits: list[Visit]) -> Iterator[tuple[int, int]]:
    for order in permutations(visits):
        found = (0, 0) if not order else cheapest(Walk(world, shift, order))
        if found is not None:
            yield found


@pytest.mark.parametrize("seed", range(40))
def test_every_start_and_cost_is_that_of_all_orders_tried_by_hand(seed: int) -> None:
    rng = Random(seed)
    world = tiny_world(rng, visits=rng.randint(1, 4), shifts=2)
    *others, asked = (replace(each, pinned=None) for each in world.visits)
    world = replace(world, visits=(*others, asked))
    orders: dict[str, list[Visit]] = {each.id: [] for each in world.shifts}
    for each in others:
        orders[rng.choice(world.shifts).id].append(each)
    named = {name: [each.id for each in day] for name, day in orders.items()}
    for who, found in zip(world.shifts, takers(world, named, asked.id, step=7), strict=True):
        day = orders[who.id]
        before = min(_orders(world, who, day), default=None)
        after = min(_orders(world, who, [*day, asked]), default=None) if is_eligible(who, asked) else None
        if before is None or after is None:
            assert isinstance(found, Rejection)
            continue
        assert isinstance(found, Taker)
        assert (found.added_overtime, found.added_points) == (after[0] - before[0], after[1] - before[1])
        assert sorted(found.order) == sorted([*(each.id for each in day), asked.id])
        starts = {s for each in asked.windows for s in (each.earliest, each.latest, *range(each.earliest, each.latest))}
        for start in sorted(s for s in starts if s % 7 == 0):
            fixed = replace(asked, windows=(TimeWindow(start, start),))
            is_possible = any(True for _ in _orders(world, who, [*day, fixed]))
            told = any(start in each for each in found.windows)
            if is_possible:
                assert told
            elif all(start not in (each.earliest, each.latest) for each in found.windows):
                assert not told
