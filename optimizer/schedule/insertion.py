"""Does one more visit fit this day, and where? Success and failure are both answers."""

from dataclasses import dataclass

import numpy as np

from optimizer.domain.reason import Rejection
from optimizer.domain.time import Seconds
from optimizer.schedule.day_kernel import blank_sheet
from optimizer.schedule.insertion_kernel import NO_POSITION, best_position
from optimizer.schedule.refusal import explain
from optimizer.schedule.timeline import Timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class Insertion:
    """Where a visit fits and what it adds.

    `position` counts the visits served before it, `start` is when its session would start, `timeline` the day with it.
    """

    position: int
    start: Seconds
    added_overtime: Seconds
    added_cost: int
    timeline: Timeline


def insert(timeline: Timeline, visit: int) -> Insertion | None:
    """The cheapest insertion of a visit (its row), None where it does not fit: `try_insert` says why."""
    world, shift = timeline.day.world, timeline.shift
    if not world.fits[shift, visit]:
        return None
    sheet = blank_sheet(len(timeline.order) + 1, len(timeline.day.problem.shifts[shift].breaks))
    position = best_position(world, shift, timeline.order, timeline.earliest, timeline.latest, visit, sheet)
    if position == NO_POSITION:
        return None
    longer = Timeline.of(timeline.day, shift, np.insert(timeline.order, position, visit))
    return Insertion(
        position=position,
        start=int(longer.sheet.stops[position, 1]),
        added_overtime=longer.overtime - timeline.overtime,
        added_cost=longer.cost - timeline.cost,
        timeline=longer,
    )


def try_insert(timeline: Timeline, visit: int) -> Insertion | Rejection:
    """The cheapest place for a visit (its row) in a feasible day, or the rule that stands in the way."""
    return insert(timeline, visit) or explain(timeline, visit)[0]
