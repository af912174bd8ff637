"""Regions: groups of therapists planned anew by themselves, and what becomes of the whole."""

from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from itertools import chain, product
from multiprocessing import get_context
from os import getpid, kill
from pathlib import Path
from random import Random
from signal import SIGKILL
from threading import Event

import numpy as np
import pytest

from optimizer.domain.itinerary import Objective, Status
from optimizer.schedule.checker import check
from optimizer.schedule.problem import Problem
from optimizer.schedule.timeline import Day
from optimizer.solver.assignment import Assignment
from optimizer.solver.columns.generation import generate
from optimizer.solver.decode import decode
from optimizer.solver.params import SolveParams
from optimizer.solver.portfolio import ASSIGNMENT, GROUPS
from optimizer.solver.progress import Progress, never
from optimizer.solver.regions.grouping import Map, around
from optimizer.solver.regions.here import Here
from optimizer.solver.regions.part import Part
from optimizer.solver.regions.pooled import Pooled
from optimizer.solver.regions.region import News, Planned, solve_region, unchanged
from optimizer.solver.regions.schedule import LEAST_SHIFTS, Round
from optimizer.solver.regions.turn import Annealing, Answer, Generation, Turn, work
from optimizer.solver.ruin import Ruin
from optimizer.solver.solve import solve
from tests.benchmarks.made_up_days import made_up_day
from tests.builders import MONDAY, roads, shift, visit, window
from tests.worlds import random_world

FAR_AWAY = 600.0
"""Seconds: no clock stops the work."""

ANNEAL = Round(
    size=4,
    left_out=50,
    most=50,
    is_focused=False,
    annealing=Annealing(iterations=300, hot=1.0, cold=0.2),
    generation=None,
)
FOCUS = Round(
    size=3,
    left_out=4,
    most=50,
    is_focused=True,
    annealing=Annealing(iterations=100, hot=1.0, cold=0.2),
    generation=Generation(steps=20, is_for_more_visits=True),
)


def inserted(day: Day) -> Assignment:
    ruin = Ruin.of(day, 1)
    assert next(ruin.insert_all())
    return ruin.assignment


def value(day: Day, assignment: Assignment) -> Objective:
    """What an assignment is worth, with the judge's approval."""
    return decode(day, assignment, engine="region", seed=1).certificate.objective


def planned(
    day: Day,
    start: Assignment,
    rounds: tuple[Round, ...],
    executor: Executor,
    worker: Callable[[Turn], Answer] = work,
    *,
    seconds: float = FAR_AWAY,
    whole: Callable[[Assignment], Assignment] = unchanged,
) -> Planned:
    """The region planned; all that it says on the way is better than what it said before, and true."""
    told: list[News] = []
    ended = solve_region(
        day,
        start,
        rounds=rounds,
        seconds=seconds,
        seed=1,
        executor=executor,
        tell=told.append,
        cancelled=never,
        whole=whole,
        worker=worker,
    )
    values = [value(day, news.assignment) for news in told]
    assert values == [news.objective for news in told]
    assert sorted(values, reverse=True) == values
    assert value(day, ended.assignment) == ended.objective
    return ended


def crashing(turn: Turn) -> Answer:
    raise MemoryError(f"no room for {len(turn.part.visits)} visits")


def killed_once(mark: Path, turn: Turn) -> Answer:
    """Like `work`, but whoever is first is killed."""
    try:
        mark.touch(exist_ok=False)
    except FileExistsError:
        return work(turn)
    kill(getpid(), SIGKILL)
    raise AssertionError


def greedy(turn: Turn) -> Answer:
    """Says that the first therapist serves everybody."""
    first, *others = turn.part.shifts
    orders: dict[int, tuple[int, ...]] = {first: turn.part.visits}
    return Answer(orders=orders | dict.fromkeys(others, ()), iterations=0, days=0, cut_short=False)


@pytest.mark.parametrize("seed", range(6))
def test_groups_never_make_a_plan_worse_and_every_promise_is_kept(seed: int) -> None:
    rng = Random(seed)
    day = Day.of(random_world(rng, rng.randint(25, 45), rng.randint(6, 10)))
    start = inserted(day)
    ended = planned(day, start, (ANNEAL, FOCUS, ANNEAL), Here())
    assert ended.objective <= value(day, start)
    assert (ended.lost, ended.cut_short) == (0, False)


@pytest.mark.parametrize("seed", range(8))
def test_the_days_of_several_plans_are_put_together_as_well_as_they_can_be(seed: int) -> None:
    """Against every choice of one day a shift among those met."""
    rng = Random(seed)
    day = Day.of(random_world(rng, rng.randint(8, 12), 4))
    pooled, met = Pooled(day), []
    for luck in range(5):
        ruin = Ruin.of(day, luck)
        list(ruin.insert_all())
        ruin.anneal(20 * (luck + 1), hot=3.0 * ruin.usual_leg, cold=ruin.usual_leg)
        met.append(ruin.assignment)
        pooled.add(dict(enumerate(ruin.assignment)))
        pooled.add({0: tuple(range(len(day.problem.visits)))})  # a day that hardly keeps its promises
    days = [{(), *(plan[shift] for plan in met)} for shift in range(4)]
    best = min(
        value(day, choice)
        for choice in product(*days)
        if len(set(chain(*choice))) == sum(len(order) for order in choice)
    )
    assert value(day, pooled.choose(met[0], seconds=FAR_AWAY)) == best


def test_nobody_is_in_two_groups_and_a_visit_whose_only_taker_is_taken_has_none() -> None:
    pairs = ["ab", "bc", "cd"]
    problem = Problem(
        horizon=MONDAY,
        shifts=tuple(shift(pair, ("9:00", "10:00"), services=frozenset(pair)) for pair in pairs),
        visits=tuple(visit(name, "door", window("9:00"), service=name[0]) for name in ("a", "a2", "b")),
        travel=roads({("home", "door"): 0}),
    )
    day = Day.of(problem)
    for seed in range(20):
        groups = around(Map(day.world, ((), (), ())), (0, 1, 2), 2, np.random.default_rng(seed))
        assert groups == [(0,), (1,)]


def test_groups_serve_visits_that_insertion_left_out() -> None:
    day = Day.of(made_up_day(8, 48, 1).problem)
    start = inserted(day)
    ended = planned(day, start, (ANNEAL, ANNEAL, FOCUS), Here())
    assert ended.objective.required_left_out < value(day, start).required_left_out


def test_threads_processes_and_one_after_the_other_find_the_same_plan() -> None:
    day = Day.of(made_up_day(8, 48, 2).problem)
    start = inserted(day)
    rounds = (ANNEAL, FOCUS, ANNEAL)
    alone = planned(day, start, rounds, Here())
    with ThreadPoolExecutor(2) as threads:
        assert planned(day, start, rounds, threads) == alone
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
        assert planned(day, start, rounds, processes) == alone


def test_a_group_of_all_is_what_column_generation_proves() -> None:
    day = Day.of(made_up_day(3, 14, 1).problem)
    start = inserted(day)
    proven = generate(day, start, seed=1, seconds=FAR_AWAY, tell=lambda _news: None)
    assert proven.is_optimal
    whole = Round(
        size=3,
        left_out=14,
        most=14,
        is_focused=False,
        annealing=Annealing(iterations=0, hot=1.0, cold=0.2),
        generation=Generation(steps=1000, is_for_more_visits=False),
    )
    assert planned(day, start, (whole,), Here()).objective == value(day, proven.assignment)


def test_groups_that_crash_or_lie_cost_only_themselves() -> None:
    day = Day.of(made_up_day(8, 48, 1).problem)
    start = inserted(day)
    with ThreadPoolExecutor(1) as threads:
        crashed = planned(day, start, (ANNEAL,), threads, crashing)
        lied = planned(day, start, (ANNEAL,), threads, greedy)
    assert crashed.assignment == lied.assignment == start
    assert (crashed.lost, crashed.cut_short) == (crashed.turns, True)


def test_a_worker_that_is_killed_costs_one_round_of_groups(tmp_path: Path) -> None:
    day = Day.of(made_up_day(8, 48, 1).problem)
    start = inserted(day)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
        ended = planned(day, start, (ANNEAL, ANNEAL), processes, partial(killed_once, tmp_path / "killed"))
    assert 0 < ended.lost < ended.turns
    assert ended.cut_short
    assert ended.objective < value(day, start)


def test_what_spans_all_groups_is_taken_where_it_is_better() -> None:
    day = Day.of(made_up_day(8, 48, 1).problem)
    start = inserted(day)
    idle = Round(
        size=4,
        left_out=0,
        most=50,
        is_focused=False,
        annealing=Annealing(iterations=0, hot=1.0, cold=0.2),
        generation=None,
    )
    alone = planned(day, start, (idle,), Here())
    assert alone.assignment == start
    assert planned(day, start, (idle,), Here(), whole=Ruin.of(day, 1).completed).objective < alone.objective
    assert planned(day, start, (idle,), Here(), whole=lambda _: ((),) * 8).assignment == start


def test_a_group_that_hangs_is_not_waited_for_past_the_limit() -> None:
    day, over = Day.of(made_up_day(8, 48, 1).problem), Event()
    start = inserted(day)

    def hanging(turn: Turn) -> Answer:
        over.wait()
        return work(turn)

    with ThreadPoolExecutor(1) as threads:
        ended = planned(day, start, (ANNEAL, ANNEAL), threads, hanging, seconds=0.05)
        over.set()
    assert (ended.assignment, ended.lost, ended.cut_short) == (start, ended.turns, True)


def test_a_day_of_many_therapists_is_planned_in_groups_until_it_is_stopped() -> None:
    world, told = made_up_day(LEAST_SHIFTS, 4 * LEAST_SHIFTS, 1).problem, list[Progress]()

    def has_heard_of_groups() -> bool:
        return bool(told) and told[-1].engine.startswith(GROUPS)

    result = solve(world, SolveParams(time_limit=10.0), told.append, has_heard_of_groups)
    assert check(world, result.plan) == []
    assert result.plan.certificate.objective < told[0].certificate.objective
    assert result.plan.certificate.status == Status.FEASIBLE
    assert result.stats.engine == f"{GROUPS}, bound by {ASSIGNMENT}"
    bound = result.plan.certificate.bound
    assert bound is not None
    assert bound <= result.plan.certificate.objective


def test_a_part_has_the_rows_of_the_whole_and_only_its_own_travel() -> None:
    problem: Problem = random_world(Random(3), 30, 6)
    part = Part.of(problem, (4, 1), (20, 3, 7))
    assert (part.shifts, part.visits) == ((1, 4), (3, 7, 20))
    assert [visit.id for visit in part.day.problem.visits] == [problem.visits[row].id for row in part.visits]
    assert part.inward(((), (20, 3), (), (), (7,), ())) == ((2, 0), (1,))
    assert part.outward(((2, 0), (1,))) == {1: (20, 3), 4: (7,)}
    assert len(part.day.problem.travel.places) <= 5
