"""Plan runs are jobs: claimed once, picked up again when a worker dies, fenced off from a worker that comes back."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from data.store.store import Store, open_store
from optimizer.domain.booking import RunStatus
from optimizer.domain.errors import Conflict, NotFound
from optimizer.domain.itinerary import Certificate, Objective, Status
from tests.contract.samples import DAY, NOON, run

LEASE = timedelta(minutes=1)


REACHED = Certificate(
    status=Status.FEASIBLE,
    objective=Objective(required_left_out=50, optional_left_out=0, promises_moved=0, overtime=0, cost=70),
    bound=Objective(required_left_out=0, optional_left_out=0, promises_moved=0, overtime=0, cost=60),
    engine="search",
    seed=1,
    checked=True,
    seconds=1.5,
)


def test_a_run_comes_back_equal(store: Store) -> None:
    done = run(
        status=RunStatus.DONE,
        attempts=2,
        started_at=NOON,
        finished_at=NOON + LEASE,
        plan_id="p1",
        problem="late",
        best=REACHED,
    )
    with store.unit_of_work("north") as work:
        work.plan_runs.add(run())
        assert work.plan_runs.get("r1") == run()
        with pytest.raises(Conflict):
            work.plan_runs.add(run())
        work.plan_runs.add(replace(done, id="r2"))
        assert work.plan_runs.get("r2") == replace(done, id="r2")
        with pytest.raises(NotFound):
            work.plan_runs.get("r9")
        with pytest.raises(NotFound):
            work.plan_runs.put(run("r9"))


def test_the_latest_run_of_a_date_is_the_one_requested_last(store: Store) -> None:
    with store.unit_of_work("north") as work:
        assert work.plan_runs.latest(DAY) is None
        work.plan_runs.add(run("r1", requested_at=NOON + LEASE))
        work.plan_runs.add(run("r2"))
        work.plan_runs.add(run("r3", date=DAY + timedelta(days=1), requested_at=NOON + 2 * LEASE))
        latest = work.plan_runs.latest(DAY)
        assert latest is not None
        assert latest.id == "r1"


def test_the_oldest_queued_run_is_claimed_first_and_each_only_once(store: Store) -> None:
    with store.unit_of_work("north") as work:
        work.plan_runs.add(run("young", requested_at=NOON))
        work.plan_runs.add(run("old", requested_at=NOON - LEASE))
        work.plan_runs.add(run("done", requested_at=NOON - 2 * LEASE, status=RunStatus.DONE))
        claimed = [work.plan_runs.claim(NOON, NOON + LEASE) for _ in range(3)]
    assert [each and each.id for each in claimed] == ["old", "young", None]
    assert claimed[1] == run("young", status=RunStatus.RUNNING, attempts=1, started_at=NOON, lease_until=NOON + LEASE)


def test_a_run_is_claimed_again_when_its_lease_is_over_and_not_a_moment_before(store: Store) -> None:
    over = NOON + LEASE
    with store.unit_of_work("north") as work:
        work.plan_runs.add(run())
        work.plan_runs.claim(NOON, over)
        assert work.plan_runs.claim(over - timedelta(microseconds=1), over + LEASE) is None
        again = work.plan_runs.claim(over, over + LEASE)
        assert again is not None
        assert (again.id, again.attempts, again.lease_until) == ("r1", 2, over + LEASE)


def test_a_worker_that_lost_its_lease_cannot_overwrite_the_next_attempt(store: Store) -> None:
    with store.unit_of_work("north") as work:
        work.plan_runs.add(run())
        first = work.plan_runs.claim(NOON, NOON + LEASE)
        second = work.plan_runs.claim(NOON + LEASE, NOON + 2 * LEASE)
        assert first is not None
        assert second is not None
        with pytest.raises(Conflict, match="is in its attempt 2, not 1") as refusal:
            work.plan_runs.put(replace(first, status=RunStatus.FAILED))
        assert refusal.value.code == "lease_lost"
        work.plan_runs.put(replace(second, status=RunStatus.DONE))
        assert work.plan_runs.get("r1").status is RunStatus.DONE


def _claim_all(url: str) -> list[str]:
    claimed: list[str] = []
    with open_store(url) as own:
        while True:
            with own.unit_of_work("north") as work:
                mine = work.plan_runs.claim(NOON, NOON + LEASE)
                work.commit()
            if mine is None:
                return claimed
            claimed.append(mine.id)


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_two_workers_never_get_the_same_run(url: str, store: Store, kind: str) -> None:
    names = [f"r{k:02}" for k in range(40)]
    with store.unit_of_work("north") as work:
        for name in names:
            work.plan_runs.add(run(name))
        work.commit()
    pool = (
        ThreadPoolExecutor(4)
        if kind == "threads"
        else ProcessPoolExecutor(4, mp_context=multiprocessing.get_context("spawn"))
    )
    with pool as workers:
        claimed = [name for each in workers.map(_claim_all, [url] * 4) for name in each]
    assert sorted(claimed) == names


def test_what_a_run_has_reached_is_noted_while_it_runs_in_this_attempt_and_changes_nothing_else(store: Store) -> None:
    with store.unit_of_work("north") as work:
        work.plan_runs.add(run())
        assert not work.plan_runs.note(run(), REACHED)
        claimed = work.plan_runs.claim(NOON, NOON + LEASE)
        assert claimed is not None
        assert work.plan_runs.note(claimed, REACHED)
        assert work.plan_runs.get("r1") == replace(claimed, best=REACHED)
        assert not work.plan_runs.note(replace(claimed, attempts=2), None)
        work.plan_runs.put(replace(claimed, status=RunStatus.CANCELLED))
        assert not work.plan_runs.note(claimed, REACHED)
        assert work.plan_runs.get("r1").status is RunStatus.CANCELLED
