"""Solvers that fail the way native code does: each does its part of the work first, or none of it."""

import ctypes
import faulthandler
import os
import signal

import numpy as np

from optimizer.domain.errors import BrokenPlan
from optimizer.schedule.problem import Problem
from optimizer.schedule.timeline import Day
from optimizer.solver.decode import decode
from optimizer.solver.params import Result, SolveParams
from optimizer.solver.progress import Cancelled, Progress, Report

ENGINE = "the engine that fails"


def first_plan(problem: Problem, report: Report) -> None:
    """Everybody stays at home: the poorest plan there is."""
    faulthandler.disable()
    plan = decode(Day.of(problem), ((),) * len(problem.shifts), engine=ENGINE, seed=1)
    report(Progress(plan=plan, seconds=0.0))


def sleeps_in_native_code(problem: Problem, _params: SolveParams, report: Report, _cancelled: Cancelled) -> Result:
    first_plan(problem, report)
    libc = ctypes.PyDLL(None)
    while True:
        # PyDLL keeps the interpreter lock: no other thread of the child ever runs again.
        libc.sleep(3600)


def spins_without_listening(problem: Problem, _params: SolveParams, report: Report, _cancelled: Cancelled) -> Result:
    first_plan(problem, report)
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP, signal.SIGALRM}:
        if number not in (32, 33):
            signal.signal(number, signal.SIG_IGN)
    while True:
        pass


def reads_through_a_null_pointer(
    problem: Problem, _params: SolveParams, report: Report, _cancelled: Cancelled
) -> Result:
    first_plan(problem, report)
    ctypes.string_at(0)
    raise AssertionError("unreachable")


def aborts(problem: Problem, _params: SolveParams, report: Report, _cancelled: Cancelled) -> Result:
    first_plan(problem, report)
    os.abort()


def dies_before_the_first_plan(
    _problem: Problem, _params: SolveParams, _report: Report, _cancelled: Cancelled
) -> Result:
    faulthandler.disable()
    os.abort()


def hangs_before_the_first_plan(
    _problem: Problem, _params: SolveParams, _report: Report, _cancelled: Cancelled
) -> Result:
    while True:
        ctypes.PyDLL(None).sleep(3600)


def eats_memory(problem: Problem, _params: SolveParams, report: Report, _cancelled: Cancelled) -> Result:
    first_plan(problem, report)
    eaten = []
    while True:
        eaten.append(np.ones(1 << 24))


def eats_memory_in_native_code(problem: Problem, _params: SolveParams, report: Report, _cancelled: Cancelled) -> Result:
    first_plan(problem, report)
    libc = ctypes.CDLL(None)
    libc.malloc.restype = ctypes.c_void_p
    libc.malloc.argtypes = (ctypes.c_size_t,)
    while True:
        block = libc.malloc(1 << 27)
        if not block:
            # What C++ does when an allocation fails and nobody catches it.
            os.abort()
        ctypes.memset(block, 1, 1 << 27)


def dies_in_the_middle_of_a_sentence(
    problem: Problem, _params: SolveParams, report: Report, _cancelled: Cancelled
) -> Result:
    """Half a message in the pipe, the length of a whole one announced."""
    first_plan(problem, report)
    descriptor = report.__self__.fileno()  # type: ignore[attr-defined]
    os.write(descriptor, (1 << 20).to_bytes(4, "big") + b"half a plan")
    os.abort()


def refuses(_problem: Problem, _params: SolveParams, _report: Report, _cancelled: Cancelled) -> Result:
    raise BrokenPlan("the judge says no", hint="look at the judge")
