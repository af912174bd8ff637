"""Many processes and one store: one winner each, nothing half, and the dead hold nothing."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from data.store.errors import StoreBusy
from data.store.file_lock import file_lock
from data.store.store import Store, open_store
from optimizer.domain.errors import Conflict
from tests.contract.rivals import (
    NINE,
    PROCESSES,
    Victims,
    at_once,
    careless_promise,
    die_inside,
    kill,
    overlapping_promise,
    series,
    twin,
    wait_in_line,
)
from tests.contract.samples import DAY, NOON, answer, fixed


@pytest.mark.slow
def test_eight_processes_that_lock_look_and_write_have_one_winner_a_day(url: str, store: Store) -> None:
    assert sum(at_once(overlapping_promise, url)) == 50
    with store.unit_of_work("north", write=False) as work:
        bookings = work.bookings.on_days(["taylor"], DAY, DAY + timedelta(days=50))
        versions = work.agendas.versions(["taylor"], DAY, DAY + timedelta(days=50))
    assert Counter(booking.date for booking in bookings) == {DAY + timedelta(days=k): 1 for k in range(50)}
    assert [agenda.version for agenda in versions] == 50 * [1]


@pytest.mark.slow
def test_eight_processes_that_do_not_look_fall_into_the_second_net(url: str, store: Store) -> None:
    assert sum(at_once(careless_promise, url)) == 50
    with store.unit_of_work("north", write=False) as work:
        bookings = work.bookings.on_days(["taylor"], DAY, DAY + timedelta(days=50))
    assert Counter(booking.date for booking in bookings) == {DAY + timedelta(days=k): 1 for k in range(50)}


@pytest.mark.slow
def test_eight_processes_that_lock_many_days_in_any_order_all_get_them(url: str, store: Store) -> None:
    assert at_once(series, url) == PROCESSES * [60]
    with store.unit_of_work("north", write=False) as work:
        versions = [agenda.version for agenda in work.agendas.between(DAY, DAY + timedelta(days=5))]
    assert versions == 60 * [PROCESSES * 20]


@pytest.mark.slow
def test_of_twins_with_one_key_one_writes_and_the_others_learn_of_it(url: str, store: Store) -> None:
    answers = at_once(twin, url)
    with store.unit_of_work("north", write=False) as work:
        for number in range(20):
            kept = work.idempotency.find(f"once {number}")
            assert kept is not None
            heard = {each[number] for each in answers}
            assert kept.body in heard
            assert heard <= {kept.body, "in flight"}
        assert len(work.bookings.on(DAY)) == 20


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_twin_waits_for_the_first_and_is_in_flight_only_when_that_one_commits(url: str, store: Store) -> None:
    """On SQLite the second cannot begin to write before the first has ended."""
    for commits in (True, False):
        key = f"commits: {commits}"
        with ThreadPoolExecutor(1) as pool, open_store(url) as other:
            with store.unit_of_work("north") as first:
                first.idempotency.add(answer(key, body="first"))
                begun = threading.Event()

                def second(key: str = key, begun: threading.Event = begun) -> None:
                    with other.unit_of_work("north") as work:
                        assert work.idempotency.find(key) is None
                        begun.set()
                        work.idempotency.add(answer(key, body="second"))
                        work.commit()

                outcome = pool.submit(second)
                assert begun.wait(10)
                if commits:
                    first.commit()
            if commits:
                with pytest.raises(Conflict) as refusal:
                    outcome.result(10)
                assert refusal.value.code == "in_flight"
            else:
                outcome.result(10)
        with store.unit_of_work("north", write=False) as work:
            kept = work.idempotency.find(key)
            assert kept is not None
            assert kept.body == ("first" if commits else "second")


def test_a_process_killed_in_the_middle_leaves_nothing_half_and_no_lock(url: str, store: Store) -> None:
    with Victims() as victims:
        holder = victims.start(die_inside, url)
        with (
            open_store(url, patience=1) as latecomer,
            pytest.raises(StoreBusy),
            latecomer.unit_of_work("north") as work,
        ):
            work.agendas.lock([("taylor", DAY)], NOON)
        kill([holder])
        with store.unit_of_work("north") as work:
            assert [agenda.version for agenda in work.agendas.lock([("taylor", DAY)], NOON)] == [0]
            assert work.bookings.on(DAY) == ()
            work.bookings.add(fixed("b1", NINE))
            work.commit()
    with store.unit_of_work("north", write=False) as work:
        assert [each.id for each in work.bookings.on(DAY)] == ["b1"]


def test_a_process_killed_while_it_waits_takes_no_turn(url: str, store: Store) -> None:
    with Victims() as victims:
        holder = victims.start(die_inside, url)
        waiting = [victims.start(wait_in_line, url) for _ in range(3)]
        kill([*waiting, holder])
        with store.unit_of_work("north") as work:
            work.bookings.add(fixed("b1", NINE))
            work.commit()
            assert [each.id for each in work.bookings.on(DAY)] == ["b1"]


def test_who_gives_up_waiting_for_a_file_leaves_it_to_the_next(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    with file_lock(file, 5):
        for _ in range(3):
            with pytest.raises(TimeoutError), file_lock(file, 0):
                raise AssertionError("nobody let go")
    with file_lock(file, 5):
        pass


def test_threads_wait_for_a_file_as_processes_do(tmp_path: Path) -> None:
    counter = tmp_path / "counter"
    counter.write_text("0")

    def count(_: int) -> None:
        for _ in range(20):
            with file_lock(tmp_path / "lock", 30):
                counter.write_text(str(int(counter.read_text()) + 1))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count, range(8)))
    assert counter.read_text() == "160"
