"""The parts of column generation, each against something slower: labelling against every subset of the visits, the
master's simplex method against OR-Tools' own."""

from dataclasses import dataclass
from itertools import count
from random import Random

import numpy as np
import pytest
from ortools.math_opt.python import mathopt

from optimizer.schedule.timeline import Day
from optimizer.solver.columns.bound_kernel import Prices
from optimizer.solver.columns.classes import group
from optimizer.solver.columns.cuts import separate
from optimizer.solver.columns.label_kernel import EVERY, EXACT
from optimizer.solver.columns.master import Master, Stage
from optimizer.solver.columns.pricing import SCALE, Pricer, Route, Workspace, pricers
from optimizer.solver.columns.routes import Routes
from optimizer.solver.exact import IMPOSSIBLE, best_days
from optimizer.solver.exact_kernel import OVERTIME_UNIT
from tests.tiny import tiny_world
from tests.worlds import random_world


@dataclass(frozen=True)
class Market:
    """Random prices, with cuts over three visits each."""

    prices: Prices
    cuts: tuple[frozenset[int], ...]

    def reduced(self, served: frozenset[int], overtime: int, points: int) -> int:
        p = self.prices
        cost = overtime * p.late + points * p.point - p.working - sum(int(p.worth[visit]) for visit in served)
        paid = (int(p.penalty[bit]) for bit, cut in enumerate(self.cuts) if len(cut & served) >= 2)
        return cost + sum(paid)


def market(rng: Random, visits: int, scale: int) -> Market:
    """`scale`: points that a visit is worth, about."""
    cuts = tuple(frozenset(rng.sample(range(visits), 3)) for _ in range(rng.choice((0, 2, 5)) if visits >= 3 else 0))
    inside, penalty = np.zeros((visits, 1), dtype=np.int64), np.zeros(64, dtype=np.int64)
    for bit, cut in enumerate(cuts):
        penalty[bit] = int(rng.uniform(0, scale) * SCALE)
        inside[list(cut)] |= 1 << bit
    worth = np.array([int(rng.uniform(-0.2, 3) * scale * SCALE) for _ in range(visits)])
    # A second of overtime outranks all points, as in the last stage: the timeline sees it the same way.
    late = 1_000_000 * SCALE
    return Market(prices=Prices(worth, SCALE, late, -int(rng.uniform(0, scale) * SCALE), inside, penalty), cuts=cuts)


def check_labelling(day: Day, pricer: Pricer, asked: Market) -> None:
    visits = np.flatnonzero(day.world.fits[pricer.row])
    best: dict[frozenset[int], int] = {}
    for mask, value in enumerate(best_days(day, pricer.row, visits).values.tolist()):
        if mask > 0 and value < IMPOSSIBLE:
            served = frozenset(int(visits[k]) for k in range(len(visits)) if mask >> k & 1)
            best[served] = asked.reduced(served, value // OVERTIME_UNIT, value % OVERTIME_UNIT)
    space = Workspace.of(20_000, len(day.world.visits), 1, [pricer.graph])
    for mode in (EXACT, EVERY):
        found = pricer.price(asked.prices, space, mode=mode, threshold=0, most=4_096)
        assert found.is_complete
        assert found.least == min(0, *best.values(), 0)
        days: dict[frozenset[int], int] = {}
        for route in found.routes:
            served = frozenset(route.visits)
            cost = asked.reduced(served, route.overtime, route.points)
            # The same visits may end with another one, and cost more.
            days[served] = min(cost, days.get(served, cost))
        assert all(cost >= best[served] for served, cost in days.items())
    assert {served: cost for served, cost in best.items() if cost < 0} == days


def check_days(seeds: range) -> None:
    for seed in seeds:
        rng = Random(seed)
        is_tiny = seed % 2 == 0
        world = tiny_world(rng, visits=rng.randint(2, 7), shifts=2) if is_tiny else random_world(rng, 7, 2)
        day = Day.of(world)
        for pricer in pricers(day, group(day.world)):
            check_labelling(day, pricer, market(rng, len(world.visits), 60 if is_tiny else 20_000))


def test_labelling_finds_the_best_day_of_every_set_worth_working() -> None:
    check_days(range(60))


@pytest.mark.slow
def test_labelling_finds_the_best_day_of_every_set_in_thousands_of_markets() -> None:
    check_days(range(1_000, 3_000))


def made_up(rng: Random, visits: int, classes: int, routes: Routes, much: int) -> list[int]:
    return [
        routes.add(
            Route(
                number=rng.randrange(classes),
                visits=tuple(rng.sample(range(visits), rng.randint(1, 6))),
                overtime=0,
                points=rng.randint(4_000, 12_000),
            )
        )
        for _ in range(much)
    ]


def by_glop(stage: Stage, free: list[int], routes: Routes, rows: list[int], cuts: list[tuple[int, int, int]]) -> float:
    model = mathopt.Model()
    left = [model.add_variable(lb=0.0) for _ in stage.left]
    worked = {row: model.add_variable(lb=0.0) for row in dict.fromkeys(rows)}
    for visit, variable in enumerate(left):
        model.add_linear_constraint(
            variable + mathopt.fast_sum(x for row, x in worked.items() if visit in routes.all[row].visits) == 1.0
        )
    for number, most in enumerate(free):
        model.add_linear_constraint(
            mathopt.fast_sum(x for row, x in worked.items() if routes.all[row].number == number) <= float(most)
        )
    for cut in cuts:
        twice = (x for row, x in worked.items() if len(set(cut) & set(routes.all[row].visits)) >= 2)
        model.add_linear_constraint(mathopt.fast_sum(twice) <= 1.0)
    prices = zip(stage.left.tolist(), left, strict=True)
    model.minimize(
        mathopt.fast_sum(price * y for price, y in prices)
        + mathopt.fast_sum(routes.all[row].points * x for row, x in worked.items())
    )
    return mathopt.solve(model, mathopt.SolverType.GLOP).objective_value()


@pytest.mark.parametrize("seed", range(4))
def test_the_master_agrees_with_glop_while_days_and_cuts_are_added(seed: int) -> None:
    rng = Random(seed)
    visits, free = 40, [1] * 6 + [3]
    routes = Routes(visits)
    stage = Stage(left=np.full(visits, 30_000.0), late=0.0, point=1.0)
    master, rows, cuts = Master(stage, free, routes), list[int](), list[tuple[int, int, int]]()
    for _ in count():
        new = made_up(rng, visits, len(free), routes, 60)
        rows += new
        master.add(new)
        solution = master.solve()
        assert solution.value == pytest.approx(by_glop(stage, free, routes, rows, cuts), rel=1e-6)
        worked = np.flatnonzero(solution.worked > 1e-6)
        member = routes.member[np.array(solution.rows)[worked]]
        more = separate(member, solution.worked[worked], cuts, 10)
        master.cut(more)
        cuts += more
        if len(rows) > 500:
            return
