"""Whatever happens to the child, the caller gets the last good plan or a clear error, and no process stays behind."""

import multiprocessing
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from random import Random
from time import monotonic

import pytest

from optimizer.domain.errors import BrokenPlan, Unavailable
from optimizer.schedule.checker import check
from optimizer.solver.child import Solver, solve_in_child
from optimizer.solver.params import Result, SolveParams
from optimizer.solver.warm import warm_up
from tests.faults import dying_solvers
from tests.worlds import random_world

WORLD = random_world(Random(1), visits=6, shifts=2)
HURRIED = SolveParams(time_limit=0.2)

FAR_TOO_LONG = 60.0
"""Seconds after which an answer counts as hanging, on however slow a machine."""

Caller = Callable[[Solver], Result]


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    warm_up(is_small=True)


def alone(solver: Solver) -> Result:
    """As the command line does: the process forks itself."""
    assert threading.active_count() == 1
    return solve_in_child(WORLD, HURRIED, grace=0.3, memory_bytes=1 << 29, solver=solver)


def among_threads(solver: Solver) -> Result:
    """As a web server does: the fork server forks."""
    outcome: list[Result | Exception] = []

    def run() -> None:
        try:
            outcome.append(solve_in_child(WORLD, HURRIED, grace=0.3, memory_bytes=1 << 29, solver=solver))
        except (Unavailable, BrokenPlan) as error:
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(FAR_TOO_LONG)
    (answer,) = outcome
    if isinstance(answer, Exception):
        raise answer
    return answer


@pytest.fixture(params=[alone, among_threads])
def call(request: pytest.FixtureRequest) -> Caller:
    """Both ways to a child; afterwards no child is left, dead or alive."""

    def guarded(solver: Solver) -> Result:
        began = monotonic()
        try:
            return request.param(solver)
        finally:
            assert monotonic() - began < FAR_TOO_LONG
            assert multiprocessing.active_children() == []

    return guarded


@pytest.mark.parametrize(
    "solver",
    [
        dying_solvers.sleeps_in_native_code,
        dying_solvers.spins_without_listening,
        dying_solvers.reads_through_a_null_pointer,
        dying_solvers.aborts,
        dying_solvers.eats_memory,
        dying_solvers.eats_memory_in_native_code,
        dying_solvers.dies_in_the_middle_of_a_sentence,
    ],
    ids=lambda solver: solver.__name__,
)
def test_the_last_good_plan_outlives_a_solver_that(call: Caller, solver: Solver) -> None:
    result = call(solver)
    assert result.stats.cut_short
    assert result.plan.certificate.engine == dying_solvers.ENGINE
    assert check(WORLD, result.plan) == []
    assert all(left.rejections for left in result.plan.unassigned)


@pytest.mark.parametrize(
    "solver",
    [dying_solvers.dies_before_the_first_plan, dying_solvers.hangs_before_the_first_plan],
    ids=lambda solver: solver.__name__,
)
def test_an_error_says_so_when_a_solver(call: Caller, solver: Solver) -> None:
    with pytest.raises(Unavailable) as caught:
        call(solver)
    assert caught.value.code == "solver_failed"


def test_what_the_solver_itself_refuses_reaches_the_caller(call: Caller) -> None:
    with pytest.raises(BrokenPlan) as caught:
        call(dying_solvers.refuses)
    assert (caught.value.detail, caught.value.hint) == ("the judge says no", "look at the judge")


def test_the_next_solve_after_a_death_works() -> None:
    with pytest.raises(Unavailable):
        among_threads(dying_solvers.dies_before_the_first_plan)
    result = solve_in_child(WORLD, SolveParams())
    assert not result.stats.cut_short
    assert check(WORLD, result.plan) == []


def test_a_child_whose_parent_was_killed_ends_by_itself(tmp_path: Path) -> None:
    note = tmp_path / "child"
    program = f"""
import os
from tests.faults import dying_solvers
from tests.faults.test_solver_dies import WORLD
from optimizer.solver.child import solve_in_child
from optimizer.solver.params import SolveParams

def orphan(problem, params, report, cancelled):
    dying_solvers.first_plan(problem, report)
    with open({str(note)!r}, "w") as file:
        file.write("begun")
    os.kill(os.getppid(), 9)
    dying_solvers.sleeps_in_native_code(problem, params, report, cancelled)

solve_in_child(WORLD, SolveParams(time_limit=0.2), grace=0.3, solver=orphan)
"""
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as parent:
        # The orphan holds the other end of this pipe: reading ends when it does.
        output, _ = parent.communicate(timeout=FAR_TOO_LONG)
    assert output == b""
    assert parent.returncode == -signal.SIGKILL
    assert note.read_text() == "begun"
