"""The master programme: how much of each known day to work so that every visit is served once or left out.

A linear programme over days (set partitioning), solved by `simplex_kernel` from the last basis while days and cuts are
added: GLOP, kept warm by MathOpt, took most of a generation's time. Every row has a column that satisfies it alone (a
visit left out, a spare shift, a cut broken at a high price), so there is always a basis to go on from.
"""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.solver.columns.routes import Routes
from optimizer.solver.columns.simplex_kernel import AGE, GOOD, PIVOTS, SOLVED, Floats, Programme, fault, invert, pivot

Cut = tuple[int, int, int]
"""Three visits: at most one day may have two or more of them (Jepsen et al. 2008)."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Floor:
    """Proven: the weights of visits left out add up to at least this."""

    weights: Floats
    least: float


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Stage:
    """What is minimised: prices of a visit left out (`left[visit]`), of a second of overtime and of a point."""

    left: Floats
    late: float
    point: float
    floors: tuple[Floor, ...] = ()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Solution:
    """A solved master: its value, how much of each day is worked, and the prices of its rows."""

    value: float
    rows: tuple[int, ...]
    """The days of the master when it was solved."""
    worked: Floats
    """`[day]`, in the order of `rows`."""
    left: Floats
    """`[visit]`"""
    worth: Floats
    """`[visit]`"""
    working: Floats
    """`[class]`"""
    floors: Floats
    cuts: Floats


MOST_PASSES = 40
"""Times that a basis is looked at in one solve; prices that are not quite the best are good enough then."""
SHAKE = 1e-5
"""How much right sides are perturbed."""
ROUNDING = 1e-8
"""A level this far below zero is one by rounding only."""


class Master:
    """A programme for one stage; it starts with no days."""

    def __init__(self, stage: Stage, free: Sequence[int], routes: Routes) -> None:
        """`free[class]`: how many of its members may work."""
        self.stage, self.rows, self.cuts = stage, list[int](), list[Cut]()
        self._routes, self._classes = routes, len(free)
        self._dear = 20.0 * (1.0 + float(stage.left.max(initial=0.0)))
        self._decided = set[int]()
        self._known = set[int]()
        visits, floors = len(stage.left), len(stage.floors)
        self._right = np.concatenate(
            [
                np.ones(visits),
                [float(count) for count in free],
                [floor.least for floor in stage.floors],
            ]
        )
        self._basis = np.arange(visits + len(free) + floors, dtype=np.int32)
        self._programme: Programme | None = None
        self._worked: Floats = np.zeros(0)

    def twin(self, routes: Routes) -> "Master":
        """The same programme, where this one stands, over a twin of its routes."""
        twin = copy(self)
        twin.rows, twin.cuts, twin._routes = list(self.rows), list(self.cuts), routes
        twin._decided, twin._known, twin._basis = set(self._decided), set(self._known), self._basis.copy()
        if self._programme is not None:
            twin._programme = Programme._make(part.copy() for part in self._programme)
        return twin

    def add(self, rows: Sequence[int]) -> int:
        """Add days by their numbers; answers how many were not there yet."""
        new = [row for row in dict.fromkeys(rows) if row not in self._known]
        self._known.update(new)
        self.rows += new
        if new and self._programme is not None:
            p, days, cost = self._programme, self._columns(new), self._costs(new)
            self._programme = p._replace(
                first=np.concatenate([p.first, p.first[-1] + np.cumsum([len(rows) for rows in days])]),
                row=np.concatenate([p.row, np.array([row for rows in days for row in rows], dtype=np.int32)]),
                entry=np.concatenate([p.entry, np.ones(sum(map(len, days)))]),
                cost=np.concatenate([p.cost, cost]),
                is_passed=np.concatenate([p.is_passed, np.zeros(len(new), dtype=np.bool_)]),
            )
        return len(new)

    def trim(self, most: int) -> None:
        """Keep of the days only the basic ones and those with the least reduced costs, `most` in all."""
        p, logical = self._programme, self._logical
        if p is None or len(self.rows) <= most:
            return
        reduced = p.cost - np.add.reduceat(p.price[p.row] * p.entry, p.first[:-1])
        reduced[p.basis] = -np.inf
        kept = np.sort(np.argsort(reduced[logical:], kind="stable")[:most])
        place = np.full(len(p.cost), -1, dtype=np.int32)
        place[:logical] = np.arange(logical)
        place[logical + kept] = logical + np.arange(len(kept))
        self.rows = [self.rows[k] for k in kept.tolist()]
        self._known = set(self.rows)
        self._basis, self._worked, self._programme = place[p.basis], self._worked[kept[kept < len(self._worked)]], None

    def decide(self, rows: Sequence[int], impossible: NDArray[np.bool_]) -> None:
        """Pay for some days being worked, so much that they are, and look no more at those (`[day]`) that cannot be.

        The basis stays: going on from it takes a fraction of the pivots of a programme without these days.
        """
        self._decided.update(rows)
        self._reprice()
        if self._programme is not None:
            self._programme.is_passed[self._logical :] |= impossible

    def only(self, rows: Sequence[int]) -> None:
        """Go on with just these days, from the basis without any."""
        self.rows, self._programme = list(dict.fromkeys(rows)), None
        self._known = set(self.rows)
        self._begin_again()

    def restricted(
        self, banned: NDArray[np.bool_], served: NDArray[np.bool_], basis: NDArray[np.int32] | None
    ) -> Solution:
        """Solve it where some days (`[day]`) may not be worked and some visits (`[visit]`) not be left out.

        Both are possible at a price, so that any basis of another such restriction is one to begin from; where the
        price is paid nothing else is possible.
        """
        p = self._programme or self._build()
        p.cost[: len(served)] = self.stage.left + self._dear * served
        p.cost[self._logical :] = self._costs(self.rows) + self._dear * banned
        if basis is not None:
            p.basis[:] = basis
        p.is_passed[: self._logical] = False
        p.is_passed[self._logical :] = banned
        p.is_passed[p.basis] = True
        p.state[AGE] = PIVOTS
        self._programme = p
        return self.solve()

    @property
    def basis(self) -> NDArray[np.int32]:
        """The basis of the last solution, as `restricted` takes it."""
        return self._basis.copy()

    def _reprice(self) -> None:
        if self._programme is not None:
            self._programme.cost[self._logical :] = self._costs(self.rows)

    def cut(self, cuts: Sequence[Cut]) -> None:
        """Add subset-row cuts; those that the last solution breaks begin with being broken at a price."""
        if not cuts:
            return
        logical, count = self._logical, len(cuts)
        # Days added since are not worked yet.
        solved = np.array(self.rows[: len(self._worked)], dtype=np.int64)
        twice = self._routes.member[solved][:, np.array(cuts)].sum(axis=2) >= 2
        is_broken = self._worked @ twice > 1.0
        self._basis = np.where(self._basis >= logical, self._basis + 2 * count, self._basis).astype(np.int32)
        # A cut's two columns stand together: its spare part, then how much it is broken.
        self._basis = np.concatenate([self._basis, logical + 2 * np.arange(count) + is_broken]).astype(np.int32)
        self._right = np.concatenate([self._right, np.ones(count)])
        self.cuts += cuts
        self._programme = None

    def solve(self) -> Solution:
        """Solve it from the last basis, or nearly: any prices make a valid bound."""
        p = self._programme or self._build()
        tolerance = 1e-7 + 2e-12 * float(p.cost.max(initial=0.0))
        work, picked, scores = np.empty(len(self._right)), np.empty(GOOD, dtype=np.int64), np.empty(GOOD)
        for _ in range(MOST_PASSES):
            if not self._refresh(p, work):
                self._begin_again()
                p = self._build()
            elif pivot(p, tolerance, work, picked, scores) == SOLVED:
                break
        self._programme, self._basis = p, p.basis
        return self._solution(p)

    def _begin_again(self) -> None:
        """The basis without any day: every visit left out."""
        upper = self._logical - 2 * len(self.cuts)
        self._basis = np.concatenate([np.arange(upper), np.arange(upper, self._logical, 2)]).astype(np.int32)

    @property
    def _logical(self) -> int:
        """Columns that are no days: they come first."""
        return len(self.stage.left) + self._classes + len(self.stage.floors) + 2 * len(self.cuts)

    def _build(self) -> Programme:
        """The arrays of the programme, the basis as it was."""
        stage, visits, classes = self.stage, len(self.stage.left), self._classes
        columns: list[list[int]] = [[row] for row in range(visits + classes + len(stage.floors))]
        entries: list[list[float]] = [[1.0] for _ in columns]
        for number, floor in enumerate(stage.floors):
            entries[visits + classes + number] = [-1.0]
            for visit in np.flatnonzero(floor.weights).tolist():
                columns[visit].append(visits + classes + number)
                entries[visit].append(float(floor.weights[visit]))
        first_cut = visits + classes + len(stage.floors)
        for number in range(len(self.cuts)):
            columns += [[first_cut + number], [first_cut + number]]
            entries += [[1.0], [-1.0]]
        days = self._columns(self.rows)
        entries += [[1.0] * len(rows) for rows in days]
        columns += days
        cost = np.zeros(len(columns))
        cost[:visits] = stage.left
        cost[first_cut + 1 : self._logical : 2] = self._dear
        cost[self._logical :] = self._costs(self.rows)
        is_passed = np.zeros(len(columns), dtype=np.bool_)
        is_passed[self._basis] = True
        size = len(self._right)
        shake = np.random.default_rng(1).uniform(SHAKE / 2, SHAKE, size)
        return Programme(
            first=np.concatenate([[0], np.cumsum([len(rows) for rows in columns])]).astype(np.int64),
            row=np.array([row for rows in columns for row in rows], dtype=np.int32),
            entry=np.array([entry for each in entries for entry in each], dtype=np.float64),
            cost=cost,
            right=self._right + shake,
            basis=self._basis.copy(),
            is_passed=is_passed,
            inverse=np.empty((size, size)),
            level=np.empty(size),
            price=np.empty(size),
            state=np.array([0, PIVOTS], dtype=np.int64),
        )

    def _columns(self, rows: Sequence[int]) -> list[list[int]]:
        """The rows of the programme in which some days stand."""
        visits = len(self.stage.left)
        days = [[*route.visits, visits + route.number] for route in (self._routes.all[row] for row in rows)]
        if self.cuts and days:
            first = visits + self._classes + len(self.stage.floors)
            member = self._routes.member[np.array(rows, dtype=np.int64)]
            for place, cut in zip(*np.nonzero(member[:, np.array(self.cuts)].sum(axis=2) >= 2), strict=True):
                days[place].append(first + int(cut))
        return days

    def _costs(self, rows: Sequence[int]) -> Floats:
        late, points = self._routes.figures(rows)
        costs: Floats = self.stage.late * late + self.stage.point * points
        if self._decided:
            costs[[place for place, row in enumerate(rows) if row in self._decided]] -= self._dear
        return costs

    def _refresh(self, p: Programme, work: Floats) -> bool:
        """Levels and prices of the basis, the inverse anew where it is off; false when it is singular."""
        if p.state[AGE] < PIVOTS:
            p.level[:] = p.inverse.T @ p.right
        if p.state[AGE] >= PIVOTS or fault(p, work) > ROUNDING:
            matrix, other = np.empty_like(p.inverse), np.empty_like(p.inverse)
            if not invert(p, matrix, other, np.empty((4, len(self._right)), dtype=np.int64)):
                return False
            p.level[:] = p.inverse.T @ p.right
        is_below = p.level < -ROUNDING
        if is_below.any():
            # Perturbed otherwise, the basis is feasible again: right sides matter to no price.
            lot = np.random.default_rng(len(p.level)).uniform(0.5, 1.0, len(p.level))
            p.level[:] = np.where(is_below, SHAKE * lot, p.level)
            p.right[:] = 0.0
            for place, column in enumerate(p.basis.tolist()):
                span = slice(p.first[column], p.first[column + 1])
                p.right[p.row[span]] += p.entry[span] * p.level[place]
        p.price[:] = p.inverse @ p.cost[p.basis]
        return True

    def _solution(self, p: Programme) -> Solution:
        visits, classes, floors = len(self.stage.left), self._classes, len(self.stage.floors)
        values = np.zeros(len(p.cost))
        values[p.basis] = p.inverse.T @ self._right
        self._worked = values[self._logical :]
        sections = np.split(p.price, np.cumsum([visits, classes, floors]))
        return Solution(
            value=float(p.price @ self._right) + self._dear * len(self._decided),
            rows=tuple(self.rows),
            worked=self._worked,
            left=values[:visits],
            worth=sections[0],
            working=sections[1],
            floors=sections[2],
            cuts=sections[3],
        )
