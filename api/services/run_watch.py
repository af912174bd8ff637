"""A run while it is searched: what it has reached is stored, and whether somebody has stopped it is looked up."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from optimizer.domain.booking import PlanRun
from optimizer.domain.errors import Unavailable
from optimizer.domain.itinerary import Certificate

if TYPE_CHECKING:
    from data.store.store import Store
    from optimizer.solver.progress import Progress, Report

EVERY = 1.0
"""Seconds between two looks at the store."""


@dataclass(slots=True, kw_only=True)
class RunWatch:
    """The `report` and `cancelled` of a run's search, in the process that waits for it.

    Parameters
    ----------
    timer
        Seconds from anywhere, such as `time.monotonic`.
    also
        Hears all that the watch hears.
    """

    run: PlanRun
    practice_id: str
    store: "Store"
    timer: Callable[[], float]
    also: "Report"
    _looked_at: float = field(init=False)
    _best: Certificate | None = field(default=None, init=False)
    _is_stopped: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self._looked_at = self.timer()

    def report(self, progress: "Progress") -> None:
        self._best = progress.told
        self.also(progress)

    def cancelled(self) -> bool:
        """Whether somebody stopped the run, or claimed it anew; asks the store about once a second."""
        if not self._is_stopped and self.timer() - self._looked_at >= EVERY:
            self._is_stopped = not self._note()
            self._looked_at = self.timer()
        return self._is_stopped

    def _note(self) -> bool:
        """Store what is reached; false when the run is not this attempt's any more."""
        try:
            with self.store.unit_of_work(self.practice_id) as uow:
                is_ours = uow.plan_runs.note(self.run, self._best)
                uow.commit()
        except Unavailable:
            # A store that is busy or down now is asked again: the search goes on meanwhile.
            return True
        return is_ours
