"""The plan of a whole region as groups change it, and what it is worth."""

from collections.abc import Mapping

import numpy as np

from optimizer.domain.itinerary import Objective
from optimizer.schedule.timeline import Day, Timeline
from optimizer.schedule.world import LEFT_OUT, Ints
from optimizer.solver.assignment import Assignment


class Standing:
    """An assignment with its figures; only the days that change are timed again."""

    def __init__(self, day: Day, assignment: Assignment) -> None:
        self._day = day
        self._orders = [()] * len(assignment)  # type: list[tuple[int, ...]]
        self._figures: Ints = np.zeros((len(assignment), 2), dtype=np.int64)
        self._is_served = np.zeros(len(day.problem.visits), dtype=np.bool_)
        self._put(dict(enumerate(assignment)))

    @property
    def assignment(self) -> Assignment:
        return tuple(self._orders)

    @property
    def left_out(self) -> list[int]:
        """Visits in no day, those of the highest price first."""
        rows = np.flatnonzero(~self._is_served)
        price = self._day.world.visits[rows, LEFT_OUT : LEFT_OUT + 2]
        order: list[int] = rows[np.lexsort((rows, -price[:, 1], -price[:, 0]))].tolist()
        return order

    @property
    def objective(self) -> Objective:
        required, optional = self._day.world.visits[~self._is_served, LEFT_OUT : LEFT_OUT + 2].sum(axis=0).tolist()
        overtime, points = self._figures.sum(axis=0).tolist()
        return Objective(
            required_left_out=required, optional_left_out=optional, promises_moved=0, overtime=overtime, cost=points
        )

    def take(self, orders: Mapping[int, tuple[int, ...]]) -> bool:
        """Exchange some days where that is better; false, and nothing has changed, where it is not."""
        before, old = self.objective, {shift: self._orders[shift] for shift in orders}
        if dict(orders) == old or not self._is_possible(orders):
            return False
        self._put(orders)
        if self.objective < before:
            return True
        self._put(old)
        return False

    def _is_possible(self, orders: Mapping[int, tuple[int, ...]]) -> bool:
        """Whether the days keep their promises and take no visit from a day outside them, nor any twice."""
        visits = [visit for order in orders.values() for visit in order]
        mine = {visit for shift in orders for visit in self._orders[shift]}
        return (
            len(set(visits)) == len(visits)
            and all(visit in mine or not self._is_served[visit] for visit in visits)
            and all(self._day.world.fits[shift, list(order)].all() for shift, order in orders.items())
            and all(Timeline.of(self._day, shift, order).is_feasible for shift, order in orders.items())
        )

    def _put(self, orders: Mapping[int, tuple[int, ...]]) -> None:
        for shift in orders:
            self._is_served[list(self._orders[shift])] = False
        for shift, order in orders.items():
            timeline = Timeline.of(self._day, shift, order)
            self._orders[shift] = order
            self._figures[shift] = (timeline.overtime, timeline.cost) if order else (0, 0)
            self._is_served[list(order)] = True
