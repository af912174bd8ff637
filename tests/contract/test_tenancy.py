"""Two practices with the same ids everywhere: neither reads nor writes the other's rows."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from data.store.records import KnownKey
from data.store.store import Store
from data.store.unit_of_work import UnitOfWork
from optimizer.domain.booking import RunStatus
from optimizer.domain.errors import NotFound
from optimizer.domain.promise import HoldStatus
from tests.contract.samples import (
    DAY,
    NOON,
    NORTH,
    SWEDISH,
    answer,
    booking,
    entry,
    fixed,
    held,
    hold,
    key,
    pattern,
    run,
    stored_plan,
    token,
)

AFTERNOON = NOON + timedelta(hours=25)
CHANGES = 2
"""What filling a practice does to Taylor's day: a booking and a hold that nobody sees apart, then a plan."""


@pytest.fixture
def only_north(store: Store) -> Store:
    """North has one of each thing; south has nothing."""
    with store.unit_of_work("north") as work:
        _fill(work, "north")
        work.commit()
    return store


def _fill(work: UnitOfWork, mark: str) -> None:
    """One of each thing, under the same ids in every practice, told apart by `mark`."""
    work.services.put(replace(SWEDISH, name=mark))
    work.patterns.put(pattern(name=mark))
    work.bookings.add(booking(notes=mark))
    work.bookings.add(fixed("b2", uid=None, notes=mark))
    work.holds.add(hold(visits=(held(AFTERNOON),), client_ref=mark))
    work.plan_runs.add(run(problem=mark))
    stored = stored_plan(run_id="r1")
    work.plans.add(replace(stored, plan=replace(stored.plan, roads=mark)))
    work.plans.publish("p1", NOON)
    work.idempotency.add(answer(body=mark))
    work.feeds.create(token(practice=mark), secret_hash=f"feed of {mark}")
    work.audit.add(entry(actor=mark))


def _marks(work: UnitOfWork) -> list[str]:
    """What each read of each repository says of whose row it is."""
    by_uid, kept = work.bookings.by_uid("b1@example.org"), work.idempotency.find("once")
    latest, published, latest_run = work.plans.latest(DAY), work.plans.published(DAY), work.plan_runs.latest(DAY)
    live = [
        work.holds.get("h1"),
        *work.holds.live_on([("taylor", DAY)], NOON),
        *work.holds.live_between(["taylor"], DAY, DAY, NOON),
    ]
    head = work.plans.head(DAY)
    return [
        *(service.name for service in work.services.list()),
        work.services.get("swedish").name,
        *(each.therapist.name for each in work.patterns.list()),
        work.patterns.get("taylor").therapist.name,
        work.bookings.get("b1").notes,
        by_uid.notes if by_uid else "",
        *(each.notes for each in work.bookings.on(DAY)),
        *(each.notes for each in work.bookings.on_days(["taylor"], DAY, DAY)),
        *(each.notes for each in work.bookings.on_agendas([("taylor", DAY)])),
        *(each.notes for each in work.bookings.unplaced(DAY, DAY)),
        *(each.notes for each in work.bookings.list()),
        *(each.client_ref for each in live),
        work.plan_runs.get("r1").problem,
        latest_run.problem if latest_run else "",
        work.plans.get("p1").plan.roads,
        latest.plan.roads if latest else "",
        published.plan.roads if published else "",
        head.roads if head else "",
        *(head.roads for head in work.plans.published_between(DAY, DAY)),
        kept.body if kept else "",
        *(each.practice_id for each in work.feeds.list("taylor")),
        *(each.actor for each in work.audit.list()),
    ]


def test_the_same_ids_in_two_practices_are_different_things(only_north: Store) -> None:
    with only_north.unit_of_work("south") as work:
        _fill(work, "south")
        work.commit()
    for practice in ("north", "south"):
        with only_north.unit_of_work(practice, write=False) as work:
            marks = _marks(work)
            assert len(marks) == 26
            assert set(marks) == {practice}
            assert [agenda.version for agenda in work.agendas.between(DAY, DAY)] == [CHANGES]
            assert [agenda.version for agenda in work.agendas.versions(["taylor"], DAY, DAY)] == [CHANGES]


MISSING: list[Callable[[UnitOfWork], object]] = [
    lambda work: work.services.get("swedish"),
    lambda work: work.services.remove("swedish"),
    lambda work: work.patterns.get("taylor"),
    lambda work: work.patterns.remove("taylor"),
    lambda work: work.bookings.get("b1"),
    lambda work: work.bookings.put(booking()),
    lambda work: work.holds.get("h1"),
    lambda work: work.holds.put(hold()),
    lambda work: work.plan_runs.get("r1"),
    lambda work: work.plan_runs.put(run()),
    lambda work: work.plans.get("p1"),
    lambda work: work.plans.publish("p1", NOON),
    lambda work: work.feeds.revoke("t1", NOON),
    lambda work: work.feeds.create(token(practice="south"), secret_hash="of a therapist of north"),
]

EMPTY: list[Callable[[UnitOfWork], object]] = [
    lambda work: work.services.list(),
    lambda work: work.patterns.list(),
    lambda work: work.bookings.on(DAY),
    lambda work: work.bookings.on_days(["taylor"], DAY, DAY),
    lambda work: work.bookings.on_agendas([("taylor", DAY)]),
    lambda work: work.bookings.unplaced(DAY, DAY),
    lambda work: work.bookings.place(DAY, {"b1": "taylor", "b2": None}),
    lambda work: work.holds.live_on([("taylor", DAY)], NOON),
    lambda work: work.holds.live_between(["taylor"], DAY, DAY, NOON),
    lambda work: work.holds.purge(before=NOON + timedelta(days=1)),
    lambda work: work.bookings.list(),
    lambda work: work.bookings.by_uid("b1@example.org"),
    lambda work: work.plan_runs.latest(DAY),
    lambda work: work.plan_runs.claim(NOON, NOON + timedelta(minutes=1)),
    lambda work: work.plans.latest(DAY),
    lambda work: work.plans.published(DAY),
    lambda work: work.plans.head(DAY),
    lambda work: work.plans.published_between(DAY, DAY),
    lambda work: work.itineraries.of("p1"),
    lambda work: work.itineraries.find("p1", "taylor"),
    lambda work: work.itineraries.of_plans(["p1"], "taylor"),
    lambda work: work.agendas.between(DAY, DAY),
    lambda work: work.agendas.versions(["taylor"], DAY, DAY),
    lambda work: work.idempotency.find("once"),
    lambda work: work.idempotency.purge(before=NOON + timedelta(days=1)),
    lambda work: work.feeds.list("taylor"),
    lambda work: work.audit.list(),
    lambda work: work.asked_places.count("k1", 7, "anna").with_key,
    lambda work: work.asked_places.purge(before=8),
]


def test_what_another_practice_has_does_not_exist(only_north: Store) -> None:
    with only_north.unit_of_work("south") as work:
        for ask in MISSING:
            with pytest.raises(NotFound):
                ask(work)
        for look in EMPTY:
            assert not look(work)
        assert work.agendas.get("taylor", DAY).version == 0


def test_writing_in_one_practice_leaves_the_other_as_it_was(only_north: Store) -> None:
    with only_north.unit_of_work("south") as work:
        _fill(work, "south")
        work.bookings.put(booking(notes="changed"))
        work.bookings.place(DAY, {"b1": "kim", "b2": None})
        work.holds.put(hold(status=HoldStatus.RELEASED))
        work.agendas.lock([("taylor", DAY)], NOON + timedelta(days=1))
        work.holds.purge(before=NOON + timedelta(days=1))
        work.plan_runs.put(run(status=RunStatus.CANCELLED))
        work.agendas.bump([("taylor", DAY)])
        work.feeds.revoke("t1", NOON)
        work.patterns.remove("taylor")
        work.services.remove("swedish")
        work.idempotency.purge(before=NOON + timedelta(days=1))
        work.commit()
    with only_north.unit_of_work("north", write=False) as work:
        assert set(_marks(work)) == {"north"}
        assert work.agendas.get("taylor", DAY).version == CHANGES
        assert work.plan_runs.get("r1").status is RunStatus.QUEUED
    assert only_north.feed_tokens.find_by_hash("feed of north") == token(practice="north")


def test_a_plan_cannot_name_another_practices_run(only_north: Store) -> None:
    with (
        pytest.raises(NotFound, match="'r1'"),
        only_north.unit_of_work("south") as work,
    ):
        work.plans.add(stored_plan(run_id="r1"))


def test_a_token_of_another_practice_is_not_kept(only_north: Store) -> None:
    with only_north.unit_of_work("south") as work, pytest.raises(ValueError, match="another practice"):
        work.feeds.create(token("t2", practice="north"), secret_hash="any")


def test_keys_are_listed_and_revoked_only_by_their_practice(store: Store) -> None:
    store.keys.create(key("k1", "north"), secret_hash="of north")
    store.keys.create(key("k1", "south"), secret_hash="of south")
    assert store.keys.list("north") == (key("k1", "north"),)
    store.keys.revoke("south", "k1", NOON)
    assert store.keys.find_by_hash("of north") == KnownKey(key=key("k1", "north"), zone=NORTH.zone)
    assert store.keys.find_by_hash("of south") is None


def test_another_practices_therapist_of_the_same_name_may_be_busy_at_the_same_time(only_north: Store) -> None:
    with only_north.unit_of_work("south") as work:
        work.bookings.add(fixed("b9"))
        work.holds.add(hold("h9", held(AFTERNOON)))
        work.commit()
