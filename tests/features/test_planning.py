"""Runs are leased, tried a few times, and never take the plan before them away."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from api.services import planning
from api.services.planning import LEASE_MARGIN, MAX_ATTEMPTS, Planner, PlanRequest
from api.services.run_watch import RunWatch
from data.demo.solo import SOLO
from data.roads.source import Learned
from optimizer.domain.booking import PlanRun, RunStatus
from optimizer.domain.errors import Conflict, Unavailable
from optimizer.domain.place import Place
from optimizer.domain.time import Horizon
from optimizer.solver.progress import Progress
from optimizer.travel.times import BufferPolicy, TravelTimes
from tests.features.conftest import MONDAY, House

REQUEST = PlanRequest(practice_id=SOLO.practice.id, date=MONDAY)
ELSEWHERE = replace(REQUEST, date=MONDAY + timedelta(days=1))


class RoadsDown:
    """A road engine on another machine that does not answer."""

    name = "down"

    def learn(
        self,
        places: Sequence[Place],  # noqa: ARG002
        others: Sequence[Place] | None = None,  # noqa: ARG002
        *,
        within: float | None = None,  # noqa: ARG002
    ) -> Learned:
        return Learned()

    def travel_times(self, places: Sequence[Place], horizon: Horizon, buffer: BufferPolicy) -> TravelTimes:
        raise Unavailable(f"no travel times between {len(places)} places on {horizon.date} ({buffer.minutes})")


@pytest.fixture
def planner(house: House) -> Planner:
    house.load(SOLO)
    return Planner(store=house.wiring.store, roads=house.wiring.roads, clock=house.wiring.clock)


def latest(house: House) -> PlanRun:
    with house.wiring.store.unit_of_work(house.practice, write=False) as uow:
        found = uow.plan_runs.latest(MONDAY)
    assert found is not None
    return found


def watched(house: House, run: PlanRun) -> PlanRun:
    with house.wiring.store.unit_of_work(house.practice, write=False) as uow:
        return uow.plan_runs.get(run.id)


def abandon(house: House, run: PlanRun, attempts: int) -> None:
    """As a process leaves it that died in that attempt."""
    with house.wiring.store.unit_of_work(house.practice) as uow:
        for _ in range(attempts):
            claimed = uow.plan_runs.claim(house.now, house.now)
            assert claimed is not None
            assert claimed.id == run.id
        uow.commit()


def test_a_plan_is_stored_checked_and_keeps_every_booking_in_sight(house: House, planner: Planner) -> None:
    run = planning.plan_now(REQUEST, planner=planner)
    stored = planning.plan_of(house.practice, run, store=planner.store)
    assert run.status is RunStatus.DONE
    assert stored.plan.certificate.checked
    assert sorted(stored.plan.itineraries[0].order) == [f"demo-2026-11-23-{number}" for number in range(1, 7)]


def test_the_same_day_planned_twice_gives_the_same_plan(house: House, planner: Planner) -> None:
    first, second = (
        planning.plan_of(house.practice, planning.plan_now(REQUEST, planner=planner), store=planner.store).plan
        for _ in range(2)
    )
    assert first == second


def test_a_run_that_fails_says_why_and_leaves_the_plan_before_it(house: House, planner: Planner) -> None:
    before = planning.plan_now(REQUEST, planner=planner)
    failed = planning.plan_now(REQUEST, planner=replace(planner, roads=RoadsDown()))
    assert failed.status is RunStatus.FAILED
    assert failed.problem.startswith("unavailable: no travel times between 7 places")
    with planner.store.unit_of_work(house.practice, write=False) as uow:
        plan = uow.plans.latest(MONDAY)
    assert plan is not None
    assert plan.id == before.plan_id


def test_a_date_is_planned_by_one_run_at_a_time(house: House, planner: Planner) -> None:
    run = planning.request_run(REQUEST, store=planner.store, clock=planner.clock)
    with planner.store.unit_of_work(house.practice) as uow:
        uow.plan_runs.claim(house.now, house.now + LEASE_MARGIN)
        uow.commit()
    with pytest.raises(Conflict) as refused:
        planning.plan_now(REQUEST, planner=planner)
    assert refused.value.code == "run_in_progress"
    assert latest(house).id == run.id


def test_a_run_whose_process_died_is_picked_up_after_its_lease(house: House, planner: Planner) -> None:
    run = planning.request_run(REQUEST, store=planner.store, clock=planner.clock)
    abandon(house, run, attempts=1)
    house.now += timedelta(seconds=1)
    assert planning.run_pending(house.practice, planner=planner) == 1
    assert (latest(house).status, latest(house).attempts) == (RunStatus.DONE, 2)


def test_a_run_that_takes_its_process_down_each_time_is_given_up(house: House, planner: Planner) -> None:
    run = planning.request_run(REQUEST, store=planner.store, clock=planner.clock)
    abandon(house, run, attempts=MAX_ATTEMPTS)
    house.now += timedelta(seconds=1)
    assert planning.run_pending(house.practice, planner=planner) == 0
    assert latest(house).status is RunStatus.FAILED
    assert "given up after 3 attempts" in latest(house).problem


def test_a_run_stopped_while_it_is_solved_keeps_the_best_so_far(house: House, planner: Planner) -> None:
    class StopsTheRun(RoadsDown):
        """The estimate, asked for just when somebody stops the run."""

        def travel_times(self, places: Sequence[Place], horizon: Horizon, buffer: BufferPolicy) -> TravelTimes:
            planning.cancel_run(house.practice, latest(house).id, store=planner.store, clock=planner.clock)
            return planner.roads.travel_times(places, horizon, buffer)

    run = planning.plan_now(REQUEST, planner=replace(planner, roads=StopsTheRun()))
    assert run.status is RunStatus.CANCELLED
    assert run.finished_at is not None
    stored = planning.plan_of(house.practice, run, store=planner.store)
    assert stored.plan.certificate.checked
    assert run.best == stored.plan.certificate


def test_a_run_stopped_before_it_is_claimed_plans_nothing(house: House, planner: Planner) -> None:
    run = planning.request_run(REQUEST, store=planner.store, clock=planner.clock)
    stopped = planning.cancel_run(house.practice, run.id, store=planner.store, clock=planner.clock)
    assert stopped.finished_at is not None
    assert planning.run_pending(house.practice, planner=planner) == 0
    with planner.store.unit_of_work(house.practice, write=False) as uow:
        assert uow.plans.latest(MONDAY) is None


def test_a_watch_tells_the_store_once_a_second_and_hears_that_the_run_was_stopped(
    house: House, planner: Planner
) -> None:
    run = planning.request_run(REQUEST, store=planner.store, clock=planner.clock)
    abandon(house, run, attempts=1)
    heard: list[Progress] = []
    seconds = [0.0]
    watch = RunWatch(
        run=latest(house),
        practice_id=house.practice,
        store=planner.store,
        timer=lambda: seconds[0],
        also=heard.append,
    )
    plan = planning.plan_of(house.practice, planning.plan_now(ELSEWHERE, planner=planner), store=planner.store).plan
    watch.report(Progress(plan=plan, seconds=0.5))
    assert not watch.cancelled()
    assert watched(house, run).best is None
    seconds[0] = 1.0
    assert not watch.cancelled()
    assert watched(house, run).best == plan.certificate
    planning.cancel_run(house.practice, run.id, store=planner.store, clock=planner.clock)
    assert not watch.cancelled()
    seconds[0] = 2.0
    assert watch.cancelled()
    assert watched(house, run).status is RunStatus.CANCELLED
    assert [progress.plan for progress in heard] == [plan]


def test_stopping_a_finished_run_changes_nothing(house: House, planner: Planner) -> None:
    done = planning.plan_now(REQUEST, planner=planner)
    stopped = planning.cancel_run(house.practice, done.id, store=planner.store, clock=planner.clock)
    assert stopped == done
