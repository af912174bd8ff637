"""Set partitioning: days of a pool, each visit on one of them or left out, each crew working as many as it has members.

Wherever days come from (ruin and recreate, OR-Tools routing, column generation), they are chosen among with this.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Self

from ortools.sat.python import cp_model

Terms = Sequence[cp_model.IntVar]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Partitioning:
    """The programme for CP-SAT, without what is to be least.

    Attributes
    ----------
    taken
        For each day whether it is chosen.
    left
        For each visit whether it is left out.
    """

    model: cp_model.CpModel
    taken: Terms
    left: Terms

    @classmethod
    def of(
        cls, days: Sequence[tuple[int, Sequence[int]]], members: Sequence[int], visits: int, hinted: Collection[int]
    ) -> Self:
        """Write the programme.

        Parameters
        ----------
        days
            For each day the number of its crew (a shift, or a class of equal ones) and the numbers of its visits.
        members
            For each crew how many of its days may be chosen.
        visits
            How many visits there are.
        hinted
            The days of a plan that is known: where CP-SAT starts.
        """
        model = cp_model.CpModel()
        taken = [model.new_bool_var("") for _ in days]
        left = [model.new_bool_var("") for _ in range(visits)]
        serves: list[list[cp_model.IntVar]] = [[left_out] for left_out in left]
        works: list[list[cp_model.IntVar]] = [[] for _ in members]
        served: set[int] = set()
        for number, ((crew, on_it), variable) in enumerate(zip(days, taken, strict=True)):
            works[crew].append(variable)
            for visit in on_it:
                serves[visit].append(variable)
            model.add_hint(variable, number in hinted)
            if number in hinted:
                served.update(on_it)
        for visit, choices in enumerate(serves):
            model.add_exactly_one(choices)
            model.add_hint(left[visit], visit not in served)
        for most, choices in zip(members, works, strict=True):
            if most == 1:
                model.add_at_most_one(choices)
            else:
                model.add(sum(choices) <= most)
        return cls(model=model, taken=taken, left=left)

    def most(self, terms: Terms, weights: Sequence[int], most: int) -> None:
        """A weighted sum may be no more than that."""
        self.model.add(cp_model.LinearExpr.weighted_sum(terms, weights) <= most)

    def least(self, terms: Terms, weights: Sequence[int], least: int) -> None:
        """A weighted sum may be no less than that."""
        self.model.add(cp_model.LinearExpr.weighted_sum(terms, weights) >= least)

    def minimize(
        self, terms: Terms, weights: Sequence[int], *, seed: int, effort: float, seconds: float, linearize: int = 1
    ) -> "Solved":
        """Ask CP-SAT, on one thread.

        Parameters
        ----------
        effort
            Limit in CP-SAT's deterministic time, so that a slow machine finds the same.
        seconds
            Limit by the clock.
        linearize
            CP-SAT's `linearization_level`.
        """
        self.model.minimize(cp_model.LinearExpr.weighted_sum(terms, weights))
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = seed
        solver.parameters.linearization_level = linearize
        solver.parameters.max_deterministic_time = effort
        solver.parameters.max_time_in_seconds = max(0.001, seconds)
        return Solved(status=solver.solve(self.model), solver=solver)

    def go_on_from(self, solved: "Solved") -> None:
        """Start the next question where this one ended."""
        self.model.clear_hints()  # type: ignore[no-untyped-call]
        for variable in (*self.taken, *self.left):
            self.model.add_hint(variable, solved.solver.boolean_value(variable))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Solved:
    """What CP-SAT answered."""

    status: cp_model.CpSolverStatus
    solver: cp_model.CpSolver

    @property
    def is_found(self) -> bool:
        return self.status in (cp_model.OPTIMAL, cp_model.FEASIBLE)

    @property
    def is_optimal(self) -> bool:
        return self.status == cp_model.OPTIMAL

    @property
    def is_impossible(self) -> bool:
        return self.status == cp_model.INFEASIBLE

    @property
    def value(self) -> int:
        return round(self.solver.objective_value)

    def chosen(self, days: Terms) -> list[int]:
        """The numbers of the days chosen."""
        return [number for number, variable in enumerate(days) if self.solver.boolean_value(variable)]
