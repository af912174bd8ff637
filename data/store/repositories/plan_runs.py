"""Requests to plan. The row is the job: whoever claims it works on it until the lease is over."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, and_, or_

from data.store.convert import certificate_from_json, certificate_to_json
from data.store.repositories.base import Repository
from data.store.tables import plan_run as table
from optimizer.domain.booking import PlanRun, RunStatus
from optimizer.domain.errors import Conflict, NotFound
from optimizer.domain.itinerary import Certificate


def _to_row(run: PlanRun) -> dict[str, Any]:
    return {
        "id": run.id,
        "date": run.date,
        "status": run.status.value,
        "requested_at": run.requested_at,
        "therapists": list(run.therapists),
        "time_limit": run.time_limit,
        "seed": run.seed,
        "attempts": run.attempts,
        "lease_until": run.lease_until,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "plan_id": run.plan_id,
        "problem": run.problem,
        "best": certificate_to_json(run.best) if run.best is not None else None,
    }


def _from_row(row: Row[Any]) -> PlanRun:
    return PlanRun(
        id=row.id,
        date=row.date,
        status=RunStatus(row.status),
        requested_at=row.requested_at,
        therapists=tuple(row.therapists),
        time_limit=row.time_limit,
        seed=row.seed,
        attempts=row.attempts,
        lease_until=row.lease_until,
        started_at=row.started_at,
        finished_at=row.finished_at,
        plan_id=row.plan_id,
        problem=row.problem,
        best=certificate_from_json(row.best) if row.best is not None else None,
    )


class PlanRuns(Repository):
    def add(self, run: PlanRun) -> None:
        """Raises Conflict (`already_exists`) when the id is taken."""
        if not self._add(table, _to_row(run)):
            raise Conflict(f"plan run {run.id!r} exists already", code="already_exists")

    def get(self, id: str) -> PlanRun:
        """Raises NotFound."""
        row = self._one(self._select(table, table.c.id == id))
        if row is None:
            raise NotFound(f"there is no plan run {id!r}")
        return _from_row(row)

    def put(self, run: PlanRun) -> None:
        """Replace the run with this id.

        `attempts` fences off the past: a worker whose lease ran out, and whose run somebody else has claimed since,
        cannot overwrite the later attempt.

        Raises
        ------
        NotFound
            When there is no such run.
        Conflict
            code `lease_lost`, when the run has been claimed again.
        """
        if self._update(table, table.c.id == run.id, table.c.attempts == run.attempts, values=_to_row(run)):
            return
        stored = self.get(run.id)
        raise Conflict(
            f"plan run {run.id!r} is in its attempt {stored.attempts}, not {run.attempts}", code="lease_lost"
        )

    def note(self, run: PlanRun, best: Certificate | None) -> bool:
        """Say how good the best plan of a running run is; false when it runs no more, or in another attempt.

        Nothing else of the run is written, so that nobody who stops it meanwhile is overwritten.
        """
        running = table.c.status == RunStatus.RUNNING.value
        values = {"best": None if best is None else certificate_to_json(best)}
        return bool(self._update(table, table.c.id == run.id, table.c.attempts == run.attempts, running, values=values))

    def claim(self, now: datetime, lease_until: datetime) -> PlanRun | None:
        """Take the oldest run that is queued, or running with its lease over; None where nothing is to be done.

        The claimed run is RUNNING, with one attempt more. Two claimers never get the same one: on PostgreSQL a row
        that is being claimed is skipped, on SQLite writers take turns. How often a run may fail is the caller's rule.
        """
        abandoned = and_(table.c.status == RunStatus.RUNNING.value, table.c.lease_until <= now)
        waiting = or_(table.c.status == RunStatus.QUEUED.value, abandoned)
        row = self._one(
            self._select(table, waiting)
            .order_by(table.c.requested_at, table.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if row is None:
            return None
        self._update(
            table,
            table.c.id == row.id,
            values={
                "status": RunStatus.RUNNING.value,
                "attempts": row.attempts + 1,
                "started_at": now,
                "lease_until": lease_until,
            },
        )
        return self.get(row.id)

    def latest(self, day: date) -> PlanRun | None:
        """The run of a date that was requested last."""
        newest = self._select(table, table.c.date == day).order_by(table.c.requested_at.desc(), table.c.id.desc())
        row = self._one(newest.limit(1))
        return None if row is None else _from_row(row)
