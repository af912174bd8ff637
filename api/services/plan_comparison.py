"""What publishing a draft would change: who goes where else, when, and what it saves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from api.feeds.timetable import Captions
from api.services.board_day import BoardDay, board_day
from api.services.hand_moves import Added, driving
from data.roads.source import TravelSource
from data.store.records import StoredPlan
from optimizer.domain.itinerary import Itinerary, Unassigned
from optimizer.domain.time import MINUTE, Seconds

if TYPE_CHECKING:
    from data.store.store import Store
    from optimizer.solver.replanning import Moved

TOLERANCE: Seconds = MINUTE
"""Starts that differ by less are the same to a planner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A date in figures; seconds. `left_out` counts visits on nobody's day."""

    visits: int
    left_out: int
    hands_on: Seconds
    driving: Seconds
    waiting: Seconds
    overtime: Seconds


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The day as it stands beside a stored plan of it.

    `moved` have another therapist or start, or none any more; `added` are on nobody's day now; `unchanged` counts the
    others. `left_out` are the visits the plan found no room for.
    """

    plan: StoredPlan
    day: BoardDay
    captions: Captions
    before: Figures
    after: Figures
    moved: "tuple[Moved, ...]"
    added: "tuple[Moved, ...]"
    unchanged: int
    left_out: tuple[Unassigned, ...]

    @property
    def difference(self) -> Added:
        """What the plan takes more; negative where it saves."""
        return Added(
            driving=self.after.driving - self.before.driving,
            waiting=self.after.waiting - self.before.waiting,
            overtime=self.after.overtime - self.before.overtime,
        )


def compare(practice_id: str, plan_id: str, *, store: "Store", roads: TravelSource, now: datetime) -> Comparison:
    """Compare a stored plan with the day as it stands.

    Raises
    ------
    NotFound
    """
    # Imported here: the solver takes long to import.
    from optimizer.solver.replanning import Current, moves

    with store.unit_of_work(practice_id, write=False) as uow:
        stored = uow.plans.get(plan_id)
    day = board_day(practice_id, stored.date, store=store, roads=roads, now=now)
    standing = [row.day.itinerary for row in day.rows if row.day.itinerary is not None]
    moved, added = moves(Current.of(standing), stored.plan, TOLERANCE)
    served = sum(len(each.stops) for each in standing)
    return Comparison(
        plan=stored,
        day=day,
        captions=day.captions,
        before=_figures(standing, left_out=len(day.loose)),
        after=_figures(stored.plan.itineraries, left_out=len(stored.plan.unassigned)),
        moved=moved,
        added=added,
        unchanged=served - len(moved),
        left_out=stored.plan.unassigned,
    )


def _figures(days: Sequence[Itinerary], *, left_out: int) -> Figures:
    stops = [stop for day in days for stop in day.stops]
    return Figures(
        visits=sum(not stop.visit.busy for stop in stops),
        left_out=left_out,
        hands_on=sum(stop.visit.hands_on for stop in stops),
        driving=sum(map(driving, days)),
        waiting=sum(day.waiting for day in days),
        overtime=sum(day.overtime for day in days),
    )
