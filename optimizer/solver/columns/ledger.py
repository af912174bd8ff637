"""What a generation knows: the best assignment, what is proven of it, the days met, and when to stop."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from time import monotonic

import numpy as np

from optimizer.domain.itinerary import Objective
from optimizer.schedule.timeline import Day, Timeline
from optimizer.schedule.world import LEFT_OUT
from optimizer.solver.assignment import Assignment, Column
from optimizer.solver.columns.classes import group, hand_out
from optimizer.solver.columns.master import Stage
from optimizer.solver.columns.pricing import Route
from optimizer.solver.columns.routes import Routes
from optimizer.solver.columns.simplex_kernel import Floats

Helper = Callable[[Assignment, Assignment], tuple[Assignment, Sequence[Column]]]
"""From the best assignment, and the one to go on from, to the best that it knows then, and days met."""

NOTHING = Objective(required_left_out=0, optional_left_out=0, promises_moved=0, overtime=0, cost=0)


class Ledger:
    """Offer it plans and bounds; it keeps the best and tells of each better one."""

    def __init__(
        self,
        day: Day,
        start: Assignment,
        *,
        until: float,
        cancelled: Callable[[], bool],
        incoming: Callable[[], Sequence[Column]],
        helper: Helper,
        told: Callable[["Ledger"], None],
    ) -> None:
        self.day, self.until = day, until
        self.classes = group(day.world)
        self.routes = Routes(len(day.problem.visits))
        self.is_stopped = False
        self.bound: Objective | None = None
        self._number = {row: number for number, one in enumerate(self.classes) for row in one.members}
        self._cancelled, self._incoming, self._helper, self._told = cancelled, incoming, helper, told
        self.assignment, self.objective = start, self._measured(start)
        told(self)

    @property
    def is_proven(self) -> bool:
        return self.bound == self.objective

    def stop(self) -> bool:
        """Whether the clock or a cancellation ends the work; once true it stays true."""
        self.is_stopped = self.is_stopped or self._cancelled() or monotonic() > self.until
        return self.is_stopped

    def meet(self, columns: Sequence[Column]) -> list[int]:
        """The numbers of days that another search has met."""
        return [
            self.routes.add(
                Route(
                    number=self._number[column.shift],
                    visits=column.visits,
                    overtime=column.overtime,
                    points=column.points,
                )
            )
            for column in columns
        ]

    def hear(self) -> list[int]:
        """The numbers of days that came in since the last time."""
        return self.meet(self._incoming())

    def ask(self) -> bool:
        """Let the helper go on from the best assignment; true when it found a better one."""
        return self.heed(self.helped(None))

    def helped(self, start: Assignment | None) -> tuple[Assignment, Sequence[Column]]:
        """What the helper makes of a start, or of the best; others may work beside it, but not on the ledger."""
        return self._helper(self.assignment, self.assignment if start is None else start)

    def heed(self, answer: tuple[Assignment, Sequence[Column]]) -> bool:
        """Take the helper's answer; true when it is better."""
        assignment, columns = answer
        self.meet(columns)
        return self._offer(assignment)

    def take(self, rows: Sequence[int]) -> bool:
        """Offer the assignment made of some days; true when it is better."""
        return self._offer(self.assigned(rows))

    def assigned(self, rows: Sequence[int]) -> Assignment:
        """Some days handed out to the shifts."""
        days = [(self.routes.all[row].number, self.routes.all[row].visits) for row in rows]
        return hand_out(self.classes, len(self.day.problem.shifts), days)

    def _offer(self, assignment: Assignment) -> bool:
        objective = self._measured(assignment)
        if objective >= self.objective:
            return False
        self.assignment, self.objective = assignment, objective
        self._told(self)
        return True

    def prove(self, **tiers: int) -> None:
        """A proven lower limit, tier by tier; tiers that are not named are zero."""
        bound = min(replace(NOTHING, **tiers), self.objective)
        if self.bound is None or bound > self.bound:
            self.bound = bound
            self._told(self)

    def days(self) -> list[int]:
        """The numbers of the days of the best assignment."""
        known = (self.routes.known(self._number[row], order) for row, order in enumerate(self.assignment) if order)
        return [row for row in known if row is not None]

    def left_out(self, weights: Floats) -> int:
        """The weights of the visits that the best assignment leaves out."""
        return round(float(weights[self._is_left(self.assignment)].sum()))

    def value(self, stage: Stage) -> int:
        """What the best assignment is worth in a stage."""
        of_days = int(stage.late) * self.objective.overtime + int(stage.point) * self.objective.cost
        return self.left_out(stage.left) + of_days

    def _is_left(self, assignment: Assignment) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
        left = np.ones(len(self.day.world.visits), dtype=np.bool_)
        left[[visit for order in assignment for visit in order]] = False
        return left

    def _measured(self, assignment: Assignment) -> Objective:
        """The objective of an assignment; its days are met on the way."""
        overtime, points = 0, 0
        for row, order in enumerate(assignment):
            if order:
                timeline = Timeline.of(self.day, row, order)
                overtime, points = overtime + timeline.overtime, points + timeline.cost
                self.meet([Column(shift=row, visits=order, overtime=timeline.overtime, points=timeline.cost)])
        left = self.day.world.visits[self._is_left(assignment)]
        return Objective(
            required_left_out=int(left[:, LEFT_OUT].sum()),
            optional_left_out=int(left[:, LEFT_OUT + 1].sum()),
            promises_moved=0,
            overtime=overtime,
            cost=points,
        )
