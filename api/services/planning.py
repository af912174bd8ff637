"""Plan a date: request a run, claim it, solve it, publish its plan.

The stored run is the job. Whoever claims it holds a lease; a process that dies leaves the lease behind, and the next
one picks the run up. A run that fails leaves the plan before it in place.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING

from api.services.day_problem import StoredDay, day_problem, places_of
from api.services.receipt import Receipt, no_receipt
from api.services.run_watch import RunWatch
from data.roads.source import TravelSource
from data.store.records import StoredPlan
from optimizer.domain.booking import PlanRun, RunStatus
from optimizer.domain.errors import BrokenPlan, Conflict, Fault, InvalidRequest, NotFound, RoundsError
from optimizer.domain.itinerary import Plan
from optimizer.domain.time import Seconds

if TYPE_CHECKING:
    from data.store.store import Store
    from data.store.unit_of_work import UnitOfWork
    from optimizer.solver.progress import Progress, Report

Clock = Callable[[], datetime]

MAX_ATTEMPTS = 3
"""A run that has taken its process down this often is not tried again."""

LEASE_MARGIN = timedelta(seconds=30)
"""On top of the time limit: reading, travel times, the child's start, checking, storing.

The child is killed a second after its limit, so a longer margin would only keep a date locked after a crash.
"""

UNFINISHED = (RunStatus.QUEUED, RunStatus.RUNNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRequest:
    """Plan this date. `therapists` empty means everyone who works that day; `time_limit` is in seconds."""

    practice_id: str
    date: date
    therapists: tuple[str, ...] = ()
    time_limit: Seconds = 2
    seed: int = 1


def _unheard(_progress: "Progress") -> None:
    """Nobody watches."""


@dataclass(frozen=True, kw_only=True)
class Planner:
    """What planning leans on. `report` hears how a search gets on, in the thread that waits for it; `timer` gives
    seconds, from anywhere."""

    store: "Store"
    roads: TravelSource
    clock: Clock
    report: "Report" = _unheard
    timer: Callable[[], float] = monotonic


def request_run(
    request: PlanRequest, *, store: "Store", clock: Clock, receipt: Receipt[PlanRun] = no_receipt
) -> PlanRun:
    """Queue a run for whoever claims it next.

    Raises
    ------
    InvalidRequest
        code `unknown_therapist`.
    """
    run = _new_run(request, clock(), status=RunStatus.QUEUED)
    with store.unit_of_work(request.practice_id) as uow:
        _known_therapists(request, uow)
        uow.plan_runs.add(run)
        receipt(uow, run)
        uow.commit()
    return run


def plan_now(request: PlanRequest, *, planner: Planner) -> PlanRun:
    """Run at once, in this process; the answer is the finished run.

    Raises
    ------
    Conflict
        code `run_in_progress`, when another run of the date holds its lease.
    """
    now = planner.clock()
    run = _new_run(request, now, status=RunStatus.RUNNING)
    with planner.store.unit_of_work(request.practice_id) as uow:
        _known_therapists(request, uow)
        _hold_the_date(uow, request.date)
        latest = uow.plan_runs.latest(request.date)
        if latest is not None and _is_leased(latest, now):
            raise Conflict(
                f"another run is planning {request.date}",
                code="run_in_progress",
                hint="wait for it; should its process have died, the date is free again after its lease",
            )
        uow.plan_runs.add(run)
        uow.commit()
    return _execute(run, practice_id=request.practice_id, planner=planner)


def run_pending(practice_id: str, *, planner: Planner) -> int:
    """Claim and execute runs until none is left; how many."""
    count = 0
    while (run := _claim(practice_id, planner=planner)) is not None:
        _execute(run, practice_id=practice_id, planner=planner)
        count += 1
    return count


def cancel_run(practice_id: str, run_id: str, *, store: "Store", clock: Clock) -> PlanRun:
    """Stop a run. A finished run stays as it is; one that is being searched keeps the best plan so far, which is there
    when `finished_at` is: within seconds, unless its process has died.

    Raises
    ------
    NotFound
    """
    with store.unit_of_work(practice_id) as uow:
        run = uow.plan_runs.get(run_id)
        _hold_the_date(uow, run.date)
        run = uow.plan_runs.get(run_id)
        if run.status in UNFINISHED:
            finished_at = clock() if run.status is RunStatus.QUEUED else None
            run = replace(run, status=RunStatus.CANCELLED, finished_at=finished_at, lease_until=None)
            uow.plan_runs.put(run)
        uow.commit()
    return run


def _claim(practice_id: str, *, planner: Planner) -> PlanRun | None:
    """The next run to execute, with a lease of its own length. Runs that were tried too often are given up."""
    while True:
        now = planner.clock()
        with planner.store.unit_of_work(practice_id) as uow:
            run = uow.plan_runs.claim(now, now + LEASE_MARGIN)
            if run is None:
                return None
            exhausted = run.attempts > MAX_ATTEMPTS
            if exhausted:
                problem = f"given up after {MAX_ATTEMPTS} attempts that ended without an answer"
                run = replace(run, status=RunStatus.FAILED, finished_at=now, lease_until=None, problem=problem)
            else:
                run = replace(run, lease_until=now + timedelta(seconds=run.time_limit) + LEASE_MARGIN)
            uow.plan_runs.put(run)
            uow.commit()
        if not exhausted:
            return run


def _execute(run: PlanRun, *, practice_id: str, planner: Planner) -> PlanRun:
    """Solve a claimed run and store what came of it."""
    try:
        plan = _solve(run, practice_id=practice_id, planner=planner)
    except RoundsError as error:
        return _finish(run, None, f"{error.code}: {error.detail}", practice_id=practice_id, planner=planner)
    return _finish(run, plan, "", practice_id=practice_id, planner=planner)


def _solve(run: PlanRun, *, practice_id: str, planner: Planner) -> Plan:
    # Imported here: the solver brings OR-Tools, and most commands never solve.
    from optimizer.schedule.checker import check
    from optimizer.solver.child import solve_in_child
    from optimizer.solver.params import SolveParams

    with planner.store.unit_of_work(practice_id, write=False) as uow:
        wanted = [
            pattern for pattern in uow.patterns.list() if not run.therapists or pattern.therapist.id in run.therapists
        ]
        day = StoredDay(
            practice=uow.practice(),
            date=run.date,
            services=uow.services.list(),
            patterns=tuple(wanted),
            bookings=uow.bookings.on(run.date),
        )
        known = uow.plans.published(run.date) or uow.plans.latest(run.date)
    # Before the table is made, and outside of any transaction. What the engine cannot tell is estimated and says so.
    planner.roads.learn(places_of(day))
    problem = day_problem(day, planner.roads)
    start = {} if known is None else {itinerary.shift.id: itinerary.order for itinerary in known.plan}
    watch = RunWatch(run=run, practice_id=practice_id, store=planner.store, timer=planner.timer, also=planner.report)
    params = SolveParams(time_limit=run.time_limit, seed=run.seed, start=start)
    plan = solve_in_child(problem, params, report=watch.report, cancelled=watch.cancelled).plan
    broken = check(problem, plan)
    if broken:
        raise BrokenPlan("; ".join(violation.detail for violation in broken[:5]))
    return replace(plan, certificate=replace(plan.certificate, checked=True))


def _finish(run: PlanRun, plan: Plan | None, problem: str, *, practice_id: str, planner: Planner) -> PlanRun:
    """Store the plan and the run's end in one transaction; a run stopped meanwhile stays cancelled, with its plan."""
    now = planner.clock()
    with planner.store.unit_of_work(practice_id) as uow:
        _hold_the_date(uow, run.date)
        current = uow.plan_runs.get(run.id)
        is_stopped = current.status is RunStatus.CANCELLED
        if not (is_stopped or current.status is RunStatus.RUNNING) or current.attempts != run.attempts:
            return current
        done = replace(current, finished_at=now, lease_until=None)
        if plan is None:
            done = replace(done, status=current.status if is_stopped else RunStatus.FAILED, problem=problem)
        else:
            stored = StoredPlan(id=_new_id("plan"), run_id=run.id, date=run.date, created_at=now, plan=plan)
            uow.plans.add(stored)
            status = current.status if is_stopped else RunStatus.DONE
            done = replace(done, status=status, plan_id=stored.id, best=plan.certificate)
        uow.plan_runs.put(done)
        uow.commit()
    return done


def _new_run(request: PlanRequest, now: datetime, *, status: RunStatus) -> PlanRun:
    started = status is RunStatus.RUNNING
    return PlanRun(
        id=_new_id("run"),
        date=request.date,
        status=status,
        requested_at=now,
        therapists=request.therapists,
        time_limit=request.time_limit,
        seed=request.seed,
        attempts=1 if started else 0,
        started_at=now if started else None,
        lease_until=now + timedelta(seconds=request.time_limit) + LEASE_MARGIN if started else None,
    )


def _is_leased(run: PlanRun, now: datetime) -> bool:
    return run.status is RunStatus.RUNNING and run.lease_until is not None and run.lease_until > now


def _known_therapists(request: PlanRequest, uow: "UnitOfWork") -> None:
    known = {pattern.therapist.id for pattern in uow.patterns.list()}
    faults = [
        Fault(pointer=f"/therapists/{row}", code="unknown_therapist", detail=f"there is no therapist {name!r}")
        for row, name in enumerate(request.therapists)
        if name not in known
    ]
    if faults:
        raise InvalidRequest("unknown therapists", code="unknown_therapist", faults=faults)


def _hold_the_date(uow: "UnitOfWork", day: date) -> None:
    """Two transactions that start, end or stop runs of one date wait for each other."""
    uow.agendas.lock((pattern.therapist.id, day) for pattern in uow.patterns.list())


def _new_id(kind: str) -> str:
    return f"{kind}_{uuid.uuid4().hex}"


def plan_of(practice_id: str, run: PlanRun, *, store: "Store") -> StoredPlan:
    """The plan a finished run made.

    Raises
    ------
    NotFound
        When it made none.
    """
    if run.plan_id is None:
        raise NotFound(f"run {run.id} made no plan")
    with store.unit_of_work(practice_id, write=False) as uow:
        return uow.plans.get(run.plan_id)
