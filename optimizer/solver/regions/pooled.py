"""The days that groups of all rounds have ended with, and the best choice among them: set partitioning over the whole.

Groups of one round meet each other's days only by way of the next round. What two of them found at different times
fits together now and then, as in Rochat and Taillard (1995), "Probabilistic diversification and intensification in
local search for vehicle routing": a good plan is made of days of several good plans.
"""

from collections.abc import Mapping

from optimizer.schedule.timeline import Day, Timeline
from optimizer.solver.assignment import Assignment, Column

KEPT = 60
"""Days of one shift that are remembered, the last ones."""
FEW = 5
"""One new day for so many shifts is worth a choice."""
EFFORT = 0.5
"""CP-SAT's deterministic seconds for each tier."""


class Pooled:
    """The days met, by shift."""

    def __init__(self, day: Day) -> None:
        self._day = day
        self._days: dict[int, dict[tuple[int, ...], Column]] = {}
        self._new = 0

    def add(self, orders: Mapping[int, tuple[int, ...]]) -> None:
        """Remember orders by shift; whoever found them, only days that keep their promises count."""
        for shift, order in orders.items():
            known = self._days.setdefault(shift, {})
            met = known.pop(order, None)
            column = met or self._column(shift, order)
            if column is not None:
                self._new += met is None
                known[order] = column
                if len(known) > KEPT:
                    del known[next(iter(known))]

    @property
    def is_worth_it(self) -> bool:
        """Whether enough days are new since the last choice: it takes as long as a group's turn."""
        return self._new * FEW >= len(self._day.problem.shifts)

    def choose(self, best: Assignment, *, seconds: float) -> Assignment:
        """The best plan made of these days and those of `best`; the same for the same days, but for the clock."""
        # Imported here: CP-SAT brings pandas along.
        from optimizer.solver.pool import best_choice

        self.add(dict(enumerate(best)))
        self._new = 0
        days = [column for known in self._days.values() for column in known.values()]
        return best_choice(self._day, days, best, effort=EFFORT, seconds=seconds)

    def _column(self, shift: int, order: tuple[int, ...]) -> Column | None:
        if not order or len(set(order)) < len(order) or not self._day.world.fits[shift, list(order)].all():
            return None
        timeline = Timeline.of(self._day, shift, order)
        if not timeline.is_feasible:
            return None
        return Column(shift=shift, visits=order, overtime=timeline.overtime, points=timeline.cost)
