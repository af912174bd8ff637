"""Solve in a child process: a crash, a hang or a runaway memory in native code costs one attempt, never the caller.

The child sends every better plan and bound through a pipe, so the caller has the last good ones whatever happens
afterwards; a caller who has heard enough says so through the same pipe.

Where the child comes from decides what a cold start costs. A process with one thread (the command line) forks itself:
about 10 ms, and all that is loaded stays loaded. In a process with more threads a fork may copy a lock that is held, so
there a fork server, started once and warmed up, forks in its place: about 30 ms each time, about two seconds once.
"""

import multiprocessing
import multiprocessing.forkserver
import resource
import signal
import threading
from collections.abc import Callable
from dataclasses import replace
from math import ceil, inf
from multiprocessing.connection import Connection
from multiprocessing.context import ForkContext, ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from time import monotonic

from optimizer.domain.errors import RoundsError, Unavailable
from optimizer.schedule.problem import Problem
from optimizer.schedule.timeline import Day
from optimizer.solver.decode import explained
from optimizer.solver.params import LEAST_FOR_REASONS, Result, SolveParams, Stats
from optimizer.solver.progress import Cancelled, Progress, Report, never, unheard
from optimizer.solver.solve import solve

Solver = Callable[[Problem, SolveParams, Report, Cancelled], Result]

STOP = b"stop"
"""All that a parent ever says to its child."""

LOOK_EVERY = 0.1
"""Seconds between two looks at whether the caller has heard enough."""


def solve_in_child(
    problem: Problem,
    params: SolveParams,
    *,
    report: Report = unheard,
    cancelled: Cancelled = never,
    grace: float = 1.0,
    memory_bytes: int = 2 << 30,
    solver: Solver = solve,
) -> Result:
    """Solve a day in a child process that is killed `grace` seconds after its time limit.

    Parameters
    ----------
    report
        Hears, in this process, every better plan and every higher bound.
    cancelled
        Asked about ten times a second, in this process; true ends the search with the best so far. A child that does
        not end by itself within `grace` seconds is killed.
    memory_bytes
        How much address space the child may take beyond what it starts with.
    solver
        What the child runs; importable by its name.

    Returns
    -------
    Result
        The child's; or, when the child died or was killed, its last good plan (status feasible, cut short).

    Raises
    ------
    Unavailable
        With code `solver_failed`, when the child died before its first plan.
    RoundsError
        What the solver itself raised.
    """
    context, seconds = _context(problem), params.time_limit + grace
    ours, theirs = context.Pipe()
    child = context.Process(
        target=_serve, args=(theirs, solver, problem, params, seconds, memory_bytes), name="rounds solver", daemon=True
    )
    try:
        child.start()
    except (OSError, EOFError) as error:
        ours.close()
        raise Unavailable(f"no child process to solve in: {error}", code="solver_failed") from error
    finally:
        theirs.close()
    started, reasons_until = monotonic(), monotonic() + params.time_limit
    watchdog = threading.Timer(seconds, child.kill)
    watchdog.start()
    try:
        heard = _listen(ours, child, report=report, cancelled=cancelled, grace=grace)
        return _timed(heard if isinstance(heard, Result) else _last_of(problem, heard, started, reasons_until))
    finally:
        watchdog.cancel()
        watchdog.join()
        child.kill()
        child.join()
        child.close()
        ours.close()


def start_ahead() -> None:
    """Start the fork server of this process now, so that the first solve does not wait for it.

    Call it after a pre-forking web server has forked its workers: a fork server belongs to one process.
    """
    _fork_server()
    multiprocessing.forkserver.ensure_running()


def _context(problem: Problem) -> ForkContext | ForkServerContext:
    if threading.active_count() > 1:
        return _fork_server()
    from optimizer.solver.exact import MOST_VISITS
    from optimizer.solver.warm import warm_up

    warm_up(len(problem.visits) <= MOST_VISITS)
    return multiprocessing.get_context("fork")


def _fork_server() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["optimizer.solver.preload"])
    return context


def _listen(
    ours: Connection, child: BaseProcess, *, report: Report, cancelled: Cancelled, grace: float
) -> Result | list[Progress]:
    """What the child says until it is done; all that it has said when it dies first."""
    heard: list[Progress] = []
    kill_at = inf
    try:
        while True:
            if kill_at == inf and cancelled():
                kill_at = monotonic() + grace
                ours.send_bytes(STOP)
            if not ours.poll(LOOK_EVERY):
                if monotonic() > kill_at:
                    child.kill()
                continue
            match ours.recv():
                case Result() as result:
                    return result
                case Progress() as progress:
                    heard.append(progress)
                    report(progress)
                case RoundsError() as error:
                    raise error
    except (EOFError, OSError):
        # The pipe ends, perhaps in the middle of a message, when the child is dead.
        return heard


def _last_of(problem: Problem, heard: list[Progress], started: float, reasons_until: float) -> Result:
    """The last plan and bound of a child that died, with reasons if there is time for them."""
    if not heard:
        raise Unavailable("the search died before its first plan", code="solver_failed")
    plan = explained(Day.of(problem), heard[-1].plan, until=max(reasons_until, monotonic() + LEAST_FOR_REASONS))
    seconds = monotonic() - started
    stats = Stats(engine=plan.certificate.engine, seconds=seconds, plans=len(heard), cut_short=True)
    return Result(plan=plan, stats=stats)


def _timed(result: Result) -> Result:
    """The same, with the time it took in the plan's certificate."""
    certificate = replace(result.plan.certificate, seconds=result.stats.seconds)
    return replace(result, plan=replace(result.plan, certificate=certificate))


def _serve(
    theirs: Connection, solver: Solver, problem: Problem, params: SolveParams, seconds: float, memory_bytes: int
) -> None:
    """The child's life."""
    # Interrupts are the parent's to handle; the alarm ends a child whose parent is gone, even inside native code.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(ceil(seconds) + 1)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _limit_memory(memory_bytes)
    try:
        theirs.send(solver(problem, params, theirs.send, theirs.poll))
    except RoundsError as error:
        theirs.send(error)
    except MemoryError:
        # The parent has the last good plan; a traceback would need the memory that is not there.
        return


def _limit_memory(memory_bytes: int) -> None:
    """Cap the address space, counted from what is mapped already: LLVM and BLAS map far more than they use."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        mapped = int(statm.read_text().split()[0]) * resource.getpagesize()
        limit = mapped + memory_bytes
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
