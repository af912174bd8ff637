"""Have queued runs executed beside the requests, and those that a lost process left behind taken up again."""

from concurrent.futures import Future
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from api.services import planning
from api.services.planning import Planner
from optimizer.domain.booking import PlanRun, RunStatus

if TYPE_CHECKING:
    from api.wiring import Wiring

STALLED_AFTER = timedelta(seconds=15)
"""A run nobody has claimed for so long was taken in by a process that is gone."""


def wake(parts: "Wiring", practice_id: str) -> None:
    """Have the queued runs executed beside the requests."""
    planner = Planner(store=parts.store, roads=parts.roads, clock=parts.clock)
    parts.executor.submit(planning.run_pending, practice_id, planner=planner).add_done_callback(_report)


def has_stalled(run: PlanRun, now: datetime) -> bool:
    """Does nobody work on a run that should be worked on?"""
    if run.status is RunStatus.QUEUED:
        return run.requested_at + STALLED_AFTER < now
    return run.status is RunStatus.RUNNING and run.lease_until is not None and run.lease_until < now


def _report(done: "Future[int]") -> None:
    """A run that raised is a bug of ours: its lease brings it back, its log says why it is slow."""
    error = done.exception()
    if error is not None:
        structlog.get_logger().error("plan_run_crashed", kind=type(error).__name__, exc_info=error)
