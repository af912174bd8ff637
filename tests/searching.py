"""The search for long days, on a day of any size."""

from time import monotonic

from optimizer.schedule.timeline import Day
from optimizer.solver.assignment import Assignment
from optimizer.solver.long_days import search
from optimizer.solver.progress import never
from optimizer.solver.ruin import Ruin

FAR_AWAY = 3600.0
"""Seconds: no clock stops the search."""


def searched(day: Day, *, seconds: float = 20.0, seed: int = 1) -> Assignment:
    """What the search finds by itself with the work that so many seconds pay for."""
    ruin = Ruin.of(day, seed)
    for _ in ruin.insert_all():
        pass
    search(ruin, seconds, lambda _best, _engine: None, until=monotonic() + FAR_AWAY, stop=never)
    return ruin.assignment
