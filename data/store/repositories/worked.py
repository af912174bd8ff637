"""What was worked, in figures: summed from the published plans without making days of them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from data.store.repositories.base import Repository
from data.store.tables import itinerary, plan
from optimizer.domain.time import Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class DayWorked:
    """One therapist's published date. `driving` is with buffers."""

    date: date
    therapist: str
    visits: int
    hands_on: Seconds
    driving: Seconds


class Worked(Repository):
    def between(self, first: date, last: date) -> tuple[DayWorked, ...]:
        """Every therapist's published days with visits, both dates included, by date and therapist."""
        published = (
            select(plan.c.date, itinerary.c.therapist, itinerary.c.details)
            .join_from(
                plan,
                itinerary,
                (itinerary.c.practice_id == plan.c.practice_id) & (itinerary.c.plan_id == plan.c.id),
            )
            .where(self._mine(plan), plan.c.published_at.is_not(None), plan.c.date >= first, plan.c.date <= last)
            .order_by(plan.c.date, itinerary.c.therapist)
        )
        return tuple(
            _summed(row.date, row.therapist, row.details["steps"])
            for row in self._all(published)
            if row.details["steps"]
        )


def _summed(day: date, therapist: str, steps: list[dict[str, Any]]) -> DayWorked:
    visits = [step["visit"] for step in steps if step["type"] == "visit" and not step["visit"].get("busy", False)]
    drives = [step for step in steps if step["type"] == "drive"]
    return DayWorked(
        date=day,
        therapist=therapist,
        visits=len(visits),
        hands_on=sum(visit["session"] for visit in visits),
        driving=sum(step["travel"] + step["buffer"] for step in drives),
    )
