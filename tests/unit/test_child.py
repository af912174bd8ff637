"""A child process that does its work: same answer as without one, from any thread, in parallel."""

import threading
from concurrent.futures import ThreadPoolExecutor
from random import Random

from optimizer.domain.errors import InvalidRequest
from optimizer.domain.itinerary import Status
from optimizer.solver.child import solve_in_child, start_ahead
from optimizer.solver.params import SolveParams
from optimizer.solver.solve import solve
from tests.worlds import random_world

SMALL = random_world(Random(2), visits=8, shifts=1)
LARGE = random_world(Random(3), visits=16, shifts=3, wishes=False)


def test_a_child_finds_what_solving_here_finds() -> None:
    assert solve_in_child(SMALL, SolveParams()).plan == solve(SMALL, SolveParams()).plan


def test_a_large_day_comes_back_from_the_child_with_its_statistics() -> None:
    result = solve_in_child(LARGE, SolveParams(time_limit=30.0))
    assert result.plan == solve(LARGE, SolveParams(time_limit=30.0)).plan
    assert result.plan.certificate.status is Status.OPTIMAL
    assert result.stats.iterations > 0
    assert not result.stats.cut_short


def test_threads_of_a_server_solve_at_the_same_time() -> None:
    start_ahead()
    before = set(threading.enumerate())  # another test's may be about to end
    with ThreadPoolExecutor(4) as pool:
        plans = list(pool.map(lambda _: solve_in_child(SMALL, SolveParams()).plan, range(4)))
    assert plans == [plans[0]] * 4
    assert set(threading.enumerate()) <= before


def test_errors_of_the_domain_survive_the_pipe() -> None:
    import pickle

    error = InvalidRequest("no", code="bad_day", hint="try another")
    again = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (again.detail, again.code, again.hint) == ("no", "bad_day", "try another")
