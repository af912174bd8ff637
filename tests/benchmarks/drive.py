"""Drive a plan through the day as roads really are, and see who is late.

Knows nothing of timelines or tables: therapists leave home when their plan says, drive as long as it takes at that
hour, wait for an early client, treat, and drive on at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from optimizer.domain.time import MINUTE
from optimizer.schedule.evaluate import evaluate
from optimizer.schedule.problem import Problem
from tests.benchmarks.engines.engine import Orders
from tests.benchmarks.rush_hour import Roads

LATE = 10 * MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Driven:
    """What became of a plan: seconds after its window for each visit, negative when in time, and seconds after the
    shift's end for each therapist."""

    lateness: tuple[float, ...]
    overtime: tuple[float, ...]

    @property
    def served(self) -> int:
        return len(self.lateness)

    @property
    def late(self) -> int:
        """Visits that start more than ten minutes too late."""
        return sum(seconds > LATE for seconds in self.lateness)

    @property
    def worst_minutes(self) -> float:
        return max(0.0, *self.lateness) / MINUTE if self.lateness else 0.0


def drive(problem: Problem, roads: Roads, orders: Orders, leave_at: Mapping[str, float]) -> Driven:
    """Drive every therapist's order; places stand in the travel table as they do in `roads`."""
    row, visits = problem.travel.index, problem.visit_index
    lateness, overtime = [], []
    for shift in problem.shifts:
        order = orders.get(shift.id, ())
        if not order or shift.start_place is None or shift.end_place is None:
            continue
        here, now = row[shift.start_place.id], leave_at[shift.id]
        for name in order:
            visit = problem.visits[visits[name]]
            there = row[visit.place.id]
            ready = now + roads.drive(here, there, now) + visit.lead
            start = min(max(ready, w.earliest) for w in visit.starts if ready <= w.latest or w is visit.starts[-1])
            lateness.append(start - visit.starts[-1].latest)
            here, now = there, start + visit.tail
        overtime.append(now + roads.drive(here, row[shift.end_place.id], now) - shift.ends)
    return Driven(lateness=tuple(lateness), overtime=tuple(overtime))


def departures(believed: Problem, orders: Orders) -> dict[str, float]:
    """When each therapist leaves home according to what the plan believes."""
    return {day.shift.id: float(day.leave_at) for day in evaluate(believed, orders).plan}
