"""Solve in a child process: a crash, a hang or a runaway memory in native code costs one attempt, never the caller.

The child sends every better plan through a pipe, so the caller has the last good one whatever happens afterwards.

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
from math import ceil
from multiprocessing.connection import Connection
from multiprocessing.context import ForkContext, ForkServerContext
from pathlib import Path
from time import monotonic

from optimizer.domain.errors import RoundsError, Unavailable
from optimizer.domain.itinerary import Plan
from optimizer.schedule.problem import Problem
from optimizer.schedule.timeline import Day
from optimizer.solver.decode import explained
from optimizer.solver.params import LEAST_FOR_REASONS, Result, SolveParams, Stats
from optimizer.solver.solve import solve

Solver = Callable[[Problem, SolveParams, Callable[[Plan], None]], Result]


def solve_in_child(
    problem: Problem,
    params: SolveParams,
    *,
    grace: float = 1.0,
    memory_bytes: int = 2 << 30,
    solver: Solver = solve,
) -> Result:
    """Solve a day in a child process that is killed `grace` seconds after its time limit.

    Parameters
    ----------
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
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(
        target=_serve, args=(sender, solver, problem, params, seconds, memory_bytes), name="rounds solver", daemon=True
    )
    try:
        child.start()
    except (OSError, EOFError) as error:
        receiver.close()
        raise Unavailable(f"no child process to solve in: {error}", code="solver_failed") from error
    finally:
        sender.close()
    started, reasons_until = monotonic(), monotonic() + params.time_limit
    watchdog = threading.Timer(seconds, child.kill)
    watchdog.start()
    try:
        return _timed(_listen(problem, receiver, started, reasons_until))
    finally:
        watchdog.cancel()
        watchdog.join()
        child.kill()
        child.join()
        child.close()
        receiver.close()


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


def _listen(problem: Problem, receiver: Connection, started: float, reasons_until: float) -> Result:
    """What the child says until it is done or dead; a dead one's last plan gets its reasons here, if time is left."""
    best: Plan | None = None
    plans = 0
    try:
        while True:
            match receiver.recv():
                case Result() as result:
                    return result
                case Plan() as plan:
                    best, plans = plan, plans + 1
                case RoundsError() as error:
                    raise error
    except (EOFError, OSError):
        # The pipe ends, perhaps in the middle of a message, when the child is dead.
        pass
    if best is None:
        raise Unavailable("the search died before its first plan", code="solver_failed")
    plan = explained(Day.of(problem), best, until=max(reasons_until, monotonic() + LEAST_FOR_REASONS))
    seconds = monotonic() - started
    return Result(
        plan=plan,
        stats=Stats(engine=best.certificate.engine, seconds=seconds, plans=plans, cut_short=True),
    )


def _timed(result: Result) -> Result:
    """The same, with the time it took in the plan's certificate."""
    certificate = replace(result.plan.certificate, seconds=result.stats.seconds)
    return replace(result, plan=replace(result.plan, certificate=certificate))


def _serve(
    sender: Connection, solver: Solver, problem: Problem, params: SolveParams, seconds: float, memory_bytes: int
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
        sender.send(solver(problem, params, sender.send))
    except RoundsError as error:
        sender.send(error)
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
