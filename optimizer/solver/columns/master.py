"""The master programme: how much of each known day to work so that every visit is served once or left out.

A linear programme over days (set partitioning), by GLOP through MathOpt, which keeps its basis while days and cuts are
added (`pywraplp` would rebuild it at each solve).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.math_opt.python import mathopt

from optimizer.solver.columns.classes import ShiftClass
from optimizer.solver.columns.routes import Routes

Floats = NDArray[np.float64]

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
    worked: Floats
    """`[route in the master]`, in the order of `Master.rows`."""
    left: Floats
    """`[visit]`"""
    worth: Floats
    """`[visit]`"""
    working: Floats
    """`[class]`"""
    floors: Floats
    cuts: Floats


class Master:
    """A programme for one stage; it starts with no days."""

    def __init__(self, stage: Stage, classes: Sequence[ShiftClass], routes: Routes) -> None:
        self.stage, self.rows, self.cuts = stage, list[int](), list[Cut]()
        self._routes = routes
        self._model = model = mathopt.Model()
        self._visits = [model.add_linear_constraint(lb=1.0, ub=1.0) for _ in stage.left]
        self._classes = [model.add_linear_constraint(ub=float(len(one.members))) for one in classes]
        self._floors = [model.add_linear_constraint(lb=floor.least) for floor in stage.floors]
        self._cuts: list[mathopt.LinearConstraint] = []
        self._worked: list[mathopt.Variable] = []
        self._left = [model.add_variable(lb=0.0) for _ in stage.left]
        for visit, (variable, price) in enumerate(zip(self._left, stage.left.tolist(), strict=True)):
            model.objective.set_linear_coefficient(variable, price)
            self._visits[visit].set_coefficient(variable, 1.0)
            for row, floor in zip(self._floors, stage.floors, strict=True):
                if floor.weights[visit]:
                    row.set_coefficient(variable, float(floor.weights[visit]))
        self._solver = mathopt.IncrementalSolver(model, mathopt.SolverType.GLOP)
        self._parameters = mathopt.SolveParameters(threads=1)

    def add(self, rows: Sequence[int]) -> None:
        """Add days by their numbers."""
        routes, model = self._routes, self._model
        member = routes.member
        for row in rows:
            route = routes.all[row]
            variable = model.add_variable(lb=0.0)
            price = self.stage.late * route.overtime + self.stage.point * route.points
            if price:
                model.objective.set_linear_coefficient(variable, price)
            for visit in route.visits:
                self._visits[visit].set_coefficient(variable, 1.0)
            self._classes[route.number].set_coefficient(variable, 1.0)
            self._worked.append(variable)
            self.rows.append(row)
        if self.cuts and rows:
            triples = np.array(self.cuts)
            twice = member[np.array(rows)][:, triples].sum(axis=2) >= 2
            first = len(self._worked) - len(rows)
            for k, cut in zip(*np.nonzero(twice), strict=True):
                self._cuts[cut].set_coefficient(self._worked[first + k], 1.0)

    def cut(self, cuts: Sequence[Cut]) -> None:
        """Add subset-row cuts."""
        member = self._routes.member[np.array(self.rows, dtype=np.int64)]
        for triple in cuts:
            row = self._model.add_linear_constraint(ub=1.0)
            for k in np.flatnonzero(member[:, list(triple)].sum(axis=1) >= 2):
                row.set_coefficient(self._worked[k], 1.0)
            self._cuts.append(row)
            self.cuts.append(triple)

    def fix(self, places: Sequence[int], least: float) -> None:
        """Demand at least this much of some days (their places in `rows`); 0 frees them."""
        for place in places:
            self._worked[place].lower_bound = least

    def solve(self) -> Solution:
        """Solve it from the last basis.

        Raises
        ------
        RuntimeError
            When GLOP does not find the optimum: every programme has one, so this is a fault of ours.
        """
        result = self._solver.solve(params=self._parameters)
        if result.termination.reason is not mathopt.TerminationReason.OPTIMAL:
            raise RuntimeError(f"the master programme ended {result.termination}")
        duals, values = result.dual_values, result.variable_values
        return Solution(
            value=result.objective_value(),
            worked=np.array(values(self._worked)),
            left=np.array(values(self._left)),
            worth=np.array(duals(self._visits)),
            working=np.array(duals(self._classes)),
            floors=np.array(duals(self._floors)),
            cuts=np.array(duals(self._cuts)),
        )
