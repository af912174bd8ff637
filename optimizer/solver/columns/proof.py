"""The order of work: how many visits must be left out first, then what the rest costs; better plans on the way."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from math import gcd
from time import monotonic

import numpy as np

from optimizer.domain.itinerary import Objective
from optimizer.schedule.timeline import Day, Timeline
from optimizer.schedule.world import BACK_BY, BEGINS, ENDS, LEFT_OUT, ROAD_POINTS, WAIT_POINTS
from optimizer.solver.assignment import Assignment, Column
from optimizer.solver.columns.choice import choose
from optimizer.solver.columns.classes import group, hand_out
from optimizer.solver.columns.cuts import separate
from optimizer.solver.columns.master import Floor, Master, Solution, Stage
from optimizer.solver.columns.pricing import SCALE, Route, TooLarge, Workspace, pricers
from optimizer.solver.columns.rounds import Converged, Team, converge
from optimizer.solver.columns.routes import Routes

THREADS = 2
MOST_LABELS = 1 << 20
"""Labels of one thread: 130 MB with 180 visits."""
MOST_CUTS = 256
CUTS_A_ROUND = 25
NOTHING = Objective(required_left_out=0, optional_left_out=0, promises_moved=0, overtime=0, cost=0)


class Proof:
    """A generation at work: the best assignment, what is proven, and the days met."""

    def __init__(
        self,
        day: Day,
        start: Assignment,
        *,
        seed: int,
        until: float,
        cancelled: Callable[[], bool],
        incoming: Callable[[], Sequence[Column]],
    ) -> None:
        self._day, self._seed, self._until = day, seed, until
        self._cancelled, self._incoming = cancelled, incoming
        self._classes = group(day.world)
        self._number = {row: number for number, one in enumerate(self._classes) for row in one.members}
        self.routes, self.labels = Routes(len(day.problem.visits)), 0
        self.assignment, self.objective = start, self._measure(start)
        self.bound: Objective | None = None
        self._told: Callable[[], None] = lambda: None
        self._stopped = False

    def run(self, columns: Sequence[Column], told: Callable[[], None]) -> bool:
        """Work until proven or stopped; answers whether the clock or a cancellation ended it."""
        self._told = told
        told()
        self._meet(columns)
        try:
            found = pricers(self._day, self._classes)
        except TooLarge:
            return False
        nodes = max((len(pricer.graph.opens) for pricer in found), default=0)
        threads = min(THREADS, max(1, len(found)))
        spaces = tuple(
            Workspace.of(MOST_LABELS, len(self._day.problem.visits), MOST_CUTS // 64, nodes) for _ in range(threads)
        )
        with ThreadPoolExecutor(threads) as executor:
            self._team = Team(classes=self._classes, pricers=found, spaces=spaces, threads=executor)
            self._prove()
        return self._stopped

    def pool(self) -> tuple[Column, ...]:
        """The days met, each for the first shift of its class."""
        return tuple(
            Column(
                shift=self._classes[route.number].row,
                visits=route.visits,
                overtime=route.overtime,
                points=route.points,
            )
            for route in self.routes.all
        )

    def _prove(self) -> None:
        required, optional = (self._day.world.visits[:, LEFT_OUT + tier].astype(np.float64) for tier in (0, 1))
        least = self._least_left_out(required, (), self.objective.required_left_out)
        self._raise_bound(_tiers(least, 0, 0, 0, 0))
        floors = [Floor(weights=required, least=least)]
        closed = least == self.objective.required_left_out
        more = 0
        if closed and optional.any():
            more = self._least_left_out(optional, tuple(floors), self.objective.optional_left_out)
            self._raise_bound(_tiers(least, more, 0, 0, 0))
            floors.append(Floor(weights=optional, least=more))
        self._cheapest(floors)

    def _least_left_out(self, weights: np.ndarray, floors: tuple[Floor, ...], reached: int) -> int:
        """A proven lower limit of the weights left out, closed by better plans where they are found."""
        grid = gcd(*weights.astype(np.int64).tolist())
        if reached == 0 or grid == 0:
            return 0
        above = float(weights.sum()) + 1.0
        left = weights + sum(above * floor.weights for floor in floors)
        base = sum(int(above * floor.least) for floor in floors)
        stage = Stage(left=left, late=0.0, point=0.0, floors=floors)
        master = self._master(stage)
        best = 0

        def ceiling(value: float) -> int:
            return int(np.ceil((value - base) / grid - 1e-6)) * grid

        while True:
            ended = self._converge(
                master,
                lambda bound, value: (
                    ceiling(bound / SCALE) >= self._left_out(weights) or ceiling(bound / SCALE) >= ceiling(value)
                ),
            )
            best = max(best, ceiling(ended.bound / SCALE))
            if best >= self._left_out(weights) or self._stop():
                return best
            self._improve(stage, ended, master, base + self._left_out(weights) - grid, 1.0)
            if best >= self._left_out(weights) or not self._cut(master, ended.solution):
                return best

    def _left_out(self, weights: np.ndarray) -> int:
        served = {visit for order in self.assignment for visit in order}
        return int(sum(weight for visit, weight in enumerate(weights) if visit not in served))

    def _final(self, floors: Sequence[Floor]) -> Stage:
        """The last stage: points, with prices for overtime and visits left out that outrank them."""
        world = self._day.world
        points = max(1, int(world.shifts[:, ROAD_POINTS : WAIT_POINTS + 1].max()))
        span = int((world.shifts[:, BACK_BY] - world.shifts[:, BEGINS]).max())
        extra = int((world.shifts[:, BACK_BY] - world.shifts[:, ENDS]).max())
        late = 1000.0 * points
        big = span * points + late * extra + float(world.preference.max(initial=0))
        required, optional = (world.visits[:, LEFT_OUT + tier].astype(np.float64) for tier in (0, 1))
        left = np.zeros(len(world.visits))
        for weights in (optional, required):
            if weights.any():
                unit = np.ceil(big / weights[weights > 0].min())
                left += unit * weights
                big += unit * weights.sum()
        return Stage(left=left, late=late, point=1.0, floors=tuple(floors))

    def _cheapest(self, floors: Sequence[Floor]) -> None:
        stage = self._final(floors)
        master = self._master(stage)
        while not self._stop():
            ended = self._converge(master, lambda bound, value: self._closes(stage, bound, value))
            self._note_bound(stage, ended)
            if self.bound == self.objective or self._stop():
                return
            self._improve(stage, ended, master, self._value(stage) - 1, 2.0)
            self._note_bound(stage, ended)
            if self.bound == self.objective:
                return
            if not self._cut(master, ended.solution):
                return

    def _closes(self, stage: Stage, bound: int, value: float) -> bool:
        return bound / SCALE > self._value(stage) - 1 + 1e-6 or np.ceil(bound / SCALE) >= np.ceil(value - 1e-6)

    def _value(self, stage: Stage) -> int:
        served = {visit for order in self.assignment for visit in order}
        left = sum(int(price) for visit, price in enumerate(stage.left) if visit not in served)
        return left + int(stage.late) * self.objective.overtime + int(stage.point) * self.objective.cost

    def _note_bound(self, stage: Stage, ended: Converged) -> None:
        """What the bound of the last stage says about points, when every tier above is closed."""
        reached = self.objective
        if (
            self.bound is None
            or (self.bound.required_left_out, self.bound.optional_left_out)
            != (
                reached.required_left_out,
                reached.optional_left_out,
            )
            or reached.overtime
        ):
            return
        above = self._value(stage) - reached.cost
        points = -(-ended.bound // SCALE) - above
        if points > self.bound.cost:
            self._raise_bound(_tiers(reached.required_left_out, reached.optional_left_out, 0, 0, points))

    def _raise_bound(self, bound: Objective) -> None:
        if self.bound is None or bound > self.bound:
            self.bound = min(bound, self.objective)
            self._told()

    def _improve(self, stage: Stage, ended: Converged, master: Master, below: int, effort: float) -> bool:
        """A better assignment of days already met, worth at most `below` in this stage, by CP-SAT."""
        rows = self.routes.in_use()
        if ended.tags is not None:
            least = np.array(ended.least)[[self.routes.all[row].number for row in rows]]
            spare = ended.tags.reduced(stage, self.routes, master.cuts, rows) - np.minimum(0, least)
            rows = [row for row, more in zip(rows, spare, strict=True) if more <= below * SCALE - ended.bound]
        hint = [row for number, order in self._days() if (row := self.routes.known(number, order)) is not None]
        chosen = choose(
            stage,
            self._classes,
            self.routes,
            rows,
            below=below,
            hint=hint,
            effort=effort,
            seconds=self._until - monotonic(),
            seed=self._seed,
        )
        if chosen is None or not chosen.rows:
            return False
        days = [(self.routes.all[row].number, self.routes.all[row].visits) for row in chosen.rows]
        return self._offer(hand_out(self._classes, len(self._day.problem.shifts), days))

    def _days(self) -> list[tuple[int, tuple[int, ...]]]:
        return [(self._number[row], order) for row, order in enumerate(self.assignment) if order]

    def _cut(self, master: Master, solution: Solution) -> bool:
        """Add cuts; false when there are none to add."""
        worked = np.flatnonzero(solution.worked > 1e-6)
        member = self.routes.member[np.array(master.rows, dtype=np.int64)[worked]]
        room = min(CUTS_A_ROUND, MOST_CUTS - len(master.cuts))
        cuts = separate(member, solution.worked[worked], master.cuts, room)
        master.cut(cuts)
        return bool(cuts)

    def _master(self, stage: Stage) -> Master:
        master = Master(stage, self._classes, self.routes)
        master.add(self.routes.in_use())
        return master

    def _converge(self, master: Master, goal: Callable[[int, float], bool]) -> Converged:
        ended = converge(master, self._team, self.routes, goal=goal, stop=self._stop, most=20)
        self.labels += ended.labels
        return ended

    def _stop(self) -> bool:
        self._stopped = self._stopped or self._cancelled() or monotonic() > self._until
        return self._stopped

    def _meet(self, columns: Sequence[Column]) -> None:
        for column in columns:
            self.routes.add(
                Route(
                    number=self._number[column.shift],
                    visits=column.visits,
                    overtime=column.overtime,
                    points=column.points,
                )
            )

    def _offer(self, assignment: Assignment) -> bool:
        objective = self._measure(assignment)
        if objective < self.objective:
            self.assignment, self.objective = assignment, objective
            self._told()
            return True
        return False

    def _measure(self, assignment: Assignment) -> Objective:
        """The objective of an assignment; its days are met on the way."""
        world, overtime, points, served = self._day.world, 0, 0, set[int]()
        for row, order in enumerate(assignment):
            if order:
                timeline = Timeline.of(self._day, row, order)
                overtime, points = overtime + timeline.overtime, points + timeline.cost
                served.update(order)
                self.routes.add(
                    Route(number=self._number[row], visits=order, overtime=timeline.overtime, points=timeline.cost)
                )
        left = np.ones(len(world.visits), dtype=np.bool_)
        left[list(served)] = False
        return Objective(
            required_left_out=int(world.visits[left, LEFT_OUT].sum()),
            optional_left_out=int(world.visits[left, LEFT_OUT + 1].sum()),
            promises_moved=0,
            overtime=overtime,
            cost=points,
        )


def _tiers(required: int, optional: int, moved: int, overtime: int, cost: int) -> Objective:
    return Objective(
        required_left_out=required, optional_left_out=optional, promises_moved=moved, overtime=overtime, cost=cost
    )
