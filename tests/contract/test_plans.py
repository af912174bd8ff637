"""Plans: kept whole, one of a date published, agendas told."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from data.store.records import Agenda
from data.store.store import Store, open_store
from optimizer.domain.errors import Conflict, NotFound
from tests.contract.samples import DAY, NOON, plan, run, stored_plan

LATER = NOON + timedelta(hours=1)


def test_a_plan_comes_back_equal_down_to_the_last_step(store: Store) -> None:
    with store.unit_of_work("north") as work:
        work.plan_runs.add(run())
        work.plans.add(stored_plan("p1", "taylor", "kim", run_id="r1"))
        work.commit()
    with store.unit_of_work("north", write=False) as work:
        assert work.plans.get("p1") == stored_plan("p1", "taylor", "kim", run_id="r1")


def test_a_plan_cannot_be_added_twice_nor_as_published(store: Store) -> None:
    with store.unit_of_work("north") as work:
        work.plans.add(stored_plan("p1"))
        with pytest.raises(Conflict):
            work.plans.add(stored_plan("p1"))
        with pytest.raises(ValueError, match="cannot be added as published"):
            work.plans.add(stored_plan("p2", published_at=NOON))


def test_publishing_a_plan_takes_the_place_of_the_one_before(store: Store) -> None:
    with store.unit_of_work("north") as work:
        work.plans.add(stored_plan("p1"))
        work.plans.add(stored_plan("p2", created_at=LATER))
        work.plans.publish("p2", NOON)
        published = work.plans.publish("p1", LATER)
        work.commit()
    with store.unit_of_work("north", write=False) as work:
        assert work.plans.published(DAY) == published == stored_plan("p1", published_at=LATER)
        assert work.plans.get("p2").published_at is None
        latest = work.plans.latest(DAY)
        assert latest is not None
        assert latest.id == "p2"


def test_publishing_counts_up_every_agenda_of_the_old_and_the_new_plan(store: Store) -> None:
    with store.unit_of_work("north") as work:
        work.plans.add(stored_plan("p1", "taylor", "kim"))
        work.plans.add(stored_plan("p2", "kim", "ana"))
        work.plans.publish("p1", NOON)
        work.plans.publish("p2", LATER)
        work.plans.publish("p2", LATER)
        versions = {agenda.therapist: agenda.version for agenda in work.agendas.between(DAY, DAY)}
    assert versions == {"taylor": 2, "kim": 2, "ana": 1}


def test_a_publication_rolled_back_leaves_plan_and_agendas_as_they_were(store: Store) -> None:
    with store.unit_of_work("north") as work:
        work.plans.add(stored_plan("p1"))
        work.plans.publish("p1", NOON)
        work.commit()
    with store.unit_of_work("north") as work:
        work.plans.add(stored_plan("p2"))
        work.plans.publish("p2", LATER)
    with store.unit_of_work("north", write=False) as work:
        published = work.plans.published(DAY)
        assert published is not None
        assert published.id == "p1"
        assert work.agendas.get("taylor", DAY) == Agenda(therapist="taylor", date=DAY, version=1)


def test_an_unknown_plan_is_not_found(store: Store) -> None:
    with store.unit_of_work("north") as work:
        with pytest.raises(NotFound):
            work.plans.get("p9")
        with pytest.raises(NotFound):
            work.plans.publish("p9", NOON)
        assert work.plans.latest(DAY) is None
        assert work.plans.published(DAY) is None


def test_the_plan_that_counts_is_the_published_one_else_the_latest(store: Store) -> None:
    with store.unit_of_work("north") as work:
        assert work.plans.head(DAY) is None
        work.plans.add(stored_plan("p1", "taylor", "kim"))
        work.plans.add(stored_plan("p2", "taylor", created_at=LATER))
        head = work.plans.head(DAY)
        assert head is not None
        assert (head.id, head.published_at) == ("p2", None)
        assert work.plans.published_between(DAY, DAY) == ()
        work.plans.publish("p1", LATER)
        head = work.plans.head(DAY)
        assert head is not None
        assert (head.id, head.published_at, head.roads) == ("p1", LATER, "estimate")
        assert head.horizon == plan().horizon
        assert head.left_out == {left.visit.id for left in plan().unassigned}
        assert work.plans.published_between(DAY, DAY) == (head,)
        assert work.plans.published_between(DAY - timedelta(days=7), DAY - timedelta(days=1)) == ()


def test_one_day_of_a_plan_is_read_without_the_others(store: Store) -> None:
    both = plan("taylor", "kim")
    with store.unit_of_work("north") as work:
        work.plans.add(stored_plan("p1", "taylor", "kim"))
        assert work.itineraries.of("p1") == both.itineraries
        assert work.itineraries.find("p1", "kim") == both.itineraries[1]
        assert work.itineraries.find("p1", "ana") is None
        assert work.itineraries.of_plans(["p1", "p2"], "kim") == {"p1": both.itineraries[1]}
        assert work.itineraries.of("p2") == ()


def test_of_many_plans_published_at_once_one_stays(url: str, store: Store) -> None:
    names = [f"p{k}" for k in range(6)]
    with store.unit_of_work("north") as work:
        for name in names:
            work.plans.add(stored_plan(name, "taylor", "kim"))
        work.commit()

    together = threading.Barrier(len(names), timeout=30)

    def publish(name: str) -> None:
        with open_store(url) as own:
            together.wait()
            with own.unit_of_work("north") as work:
                work.plans.publish(name, NOON)
                work.commit()

    with ThreadPoolExecutor(len(names)) as pool:
        assert list(pool.map(publish, names)) == [None] * len(names)
    with store.unit_of_work("north", write=False) as work:
        assert sum(work.plans.get(name).published_at is not None for name in names) == 1
        assert work.agendas.get("kim", DAY).version == len(names)
