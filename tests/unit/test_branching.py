"""Branch and bound over days against CP-SAT, which knows neither its bounds nor its decisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
import pytest

from optimizer.solver.columns import branching
from optimizer.solver.columns.branching import Tree
from optimizer.solver.columns.choice import Caps, choose
from optimizer.solver.columns.classes import ShiftClass
from optimizer.solver.columns.master import Cut, Floor, Master, Stage
from optimizer.solver.columns.pricing import Route
from optimizer.solver.columns.routes import Routes

FAR_ABOVE = 1 << 40


@dataclass(frozen=True)
class Market:
    """Days to choose among."""

    stage: Stage
    classes: tuple[ShiftClass, ...]
    routes: Routes
    rows: list[int]
    cuts: list[Cut]

    def tree(self, below: int, *, stopped: bool = False) -> Tree:
        master = Master(self.stage, [len(one.members) for one in self.classes], self.routes)
        master.cut(self.cuts)
        return Tree(master, self.classes, self.routes, self.rows, below=below, stop=lambda: stopped)

    def best(self, below: int, caps: Caps | None = None) -> int | None:
        """What CP-SAT finds: the least value of at most `below`; None where there is none."""
        found = choose(
            self.stage,
            self.classes,
            self.routes,
            self.rows,
            below=below,
            spare=None,
            caps=caps,
            hint=(),
            effort=60.0,
            seconds=60.0,
            seed=1,
        )
        assert found is not None
        assert found.is_proven
        # Nothing chosen is a plan as well: everything is left out.
        nothing = int(self.stage.left.sum())
        if not found.rows and (nothing > below or self.is_broken((), caps)):
            return None
        return self.value(found.rows)

    def is_broken(self, rows: Sequence[int], caps: Caps | None) -> bool:
        left = self.left(rows)
        too_few = any(floor.weights[left].sum() < floor.least for floor in self.stage.floors)
        late = sum(self.routes.all[row].overtime for row in rows)
        return too_few or (caps is not None and not caps.allow(left, late))

    def value(self, rows: Sequence[int]) -> int:
        days = [self.routes.all[row] for row in rows]
        visits = [visit for day in days for visit in day.visits]
        assert len(visits) == len(set(visits))
        for number, one in enumerate(self.classes):
            assert sum(day.number == number for day in days) <= len(one.members)
        of_days = sum(int(self.stage.late) * day.overtime + int(self.stage.point) * day.points for day in days)
        return of_days + int(self.stage.left[self.left(rows)].sum())

    def left(self, rows: Sequence[int]) -> np.ndarray:
        left = np.ones(len(self.stage.left), dtype=np.bool_)
        left[[visit for row in rows for visit in self.routes.all[row].visits]] = False
        return left


def market(rng: Random) -> Market:
    visits, crews = rng.randint(4, 14), rng.randint(1, 4)
    weights = np.array([float(rng.choice((1, 1, 2))) for _ in range(visits)])
    least = rng.choice((0, 0, 1, 2))
    stage = Stage(
        left=np.array([float(rng.randint(20, 60)) for _ in range(visits)]),
        late=float(rng.choice((0, 1, 3))),
        point=1.0,
        floors=(Floor(weights=weights, least=float(least)),) if least else (),
    )
    first, classes = 0, []
    for _ in range(crews):
        members = rng.choice((1, 1, 1, 2, 3))
        classes.append(ShiftClass(members=tuple(range(first, first + members))))
        first += members
    routes = Routes(visits)
    for _ in range(rng.randint(5, 90)):
        served = rng.sample(range(visits), rng.randint(1, min(5, visits)))
        points = sum(rng.randint(2, 25) for _ in served)
        routes.add(
            Route(number=rng.randrange(crews), visits=tuple(served), overtime=rng.choice((0, 0, 0, 7)), points=points)
        )
    cuts = list({tuple(sorted(rng.sample(range(visits), 3))) for _ in range(rng.choice((0, 4, 10)))})
    return Market(stage=stage, classes=tuple(classes), routes=routes, rows=routes.in_use(), cuts=cuts)


@pytest.mark.parametrize("seed", range(150))
def test_the_best_choice_is_the_one_that_cp_sat_finds(seed: int) -> None:
    rng = Random(seed)
    given = market(rng)
    least = given.best(FAR_ABOVE)
    assert least is not None
    for below in (FAR_ABOVE, least + rng.randint(1, 9), least, least - 1, least - 7):
        found = given.tree(below).search(None)
        if found is None:
            assert any(len(one.members) > 1 for one in given.classes)
            continue
        assert found.is_proven
        assert found.is_found == (below >= least)
        if found.is_found:
            assert given.value(found.rows) == least
            assert not given.is_broken(found.rows, None)


def test_equal_shifts_are_seldom_undecided() -> None:
    asked = [market(Random(seed)).tree(FAR_ABOVE).search(None) for seed in range(150)]
    assert sum(found is None for found in asked) <= 5


@pytest.mark.parametrize("seed", range(60))
def test_a_plan_that_breaks_the_caps_settles_nothing(seed: int) -> None:
    rng = Random(seed)
    given = market(rng)
    caps = Caps(
        left_out=[(np.ones(len(given.stage.left), dtype=np.int64), rng.randint(0, 4))], overtime=rng.choice((0, 7))
    )
    least = given.best(FAR_ABOVE, caps)
    found = given.tree(FAR_ABOVE).search(caps)
    if found is not None:
        assert found.is_found == (least is not None)
        if least is not None:
            assert given.value(found.rows) == least
            assert not given.is_broken(found.rows, caps)


def test_nothing_is_proven_when_it_is_stopped_or_has_looked_at_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    hard = next(one for one in map(market, map(Random, range(150))) if _nodes(one) > 1)
    stopped = hard.tree(FAR_ABOVE, stopped=True).search(None)
    assert stopped is not None
    assert not stopped.is_proven
    monkeypatch.setattr(branching, "MOST_NODES", 1)
    ended = hard.tree(FAR_ABOVE).search(None)
    assert ended is not None
    assert not ended.is_proven


def _nodes(given: Market) -> int:
    tree = given.tree(FAR_ABOVE)
    tree.search(None)
    return tree.nodes
