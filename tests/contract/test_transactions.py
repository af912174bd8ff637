"""One unit of work is one transaction: all or nothing, one writer of a day at a time."""

import contextlib
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError

from data.store.engine import connect
from data.store.errors import StoreBusy
from data.store.store import Store, open_store
from optimizer.domain.errors import InvalidRequest, NotFound, Unavailable
from tests.contract.samples import DAY, NORTH, SWEDISH, booking


def test_what_is_not_committed_never_happened(store: Store) -> None:
    with store.unit_of_work("north") as work:
        work.services.put(SWEDISH)
    with contextlib.suppress(NotFound), store.unit_of_work("north") as work:
        work.bookings.add(booking("b1"))
        work.bookings.put(booking("b2"))  # not there
        work.commit()
    with store.unit_of_work("north", write=False) as work:
        assert work.services.list() == ()
        assert work.bookings.list() == ()


def test_a_unit_of_work_that_reads_cannot_write(store: Store) -> None:
    with (
        pytest.raises((DBAPIError, Unavailable), match=r"read.?only"),
        store.unit_of_work("north", write=False) as work,
    ):
        work.services.put(SWEDISH)
    with store.unit_of_work("north") as work:
        work.services.put(SWEDISH)
        work.commit()


def test_a_reader_sees_one_moment_while_others_write(store: Store) -> None:
    with store.unit_of_work("north", write=False) as reader:
        assert reader.services.list() == ()
        with store.unit_of_work("north") as writer:
            writer.services.put(SWEDISH)
            writer.commit()
        assert reader.services.list() == ()
    with store.unit_of_work("north", write=False) as reader:
        assert reader.services.list() == (SWEDISH,)


def test_an_unknown_practice_has_nothing_and_can_be_given_nothing(store: Store) -> None:
    with store.unit_of_work("east", write=False) as work:
        assert work.services.list() == ()
        with pytest.raises(NotFound):
            work.practice()
    with pytest.raises(IntegrityError), store.unit_of_work("east") as work:
        work.services.put(SWEDISH)


def test_names_and_numbers_of_clients_stay_out_of_the_errors_of_the_database(store: Store) -> None:
    with pytest.raises(DBAPIError) as refusal, store.unit_of_work("east") as work:
        work.bookings.add(booking())
    assert "Example" not in str(refusal.value)
    assert "555" not in str(refusal.value)


def test_a_day_counts_every_change_made_under_its_lock(url: str, store: Store) -> None:
    changes, together = 8, threading.Barrier(4, timeout=30)

    def change(_: int) -> None:
        with open_store(url) as own:
            together.wait()
            for _ in range(changes):
                with own.unit_of_work("north") as work:
                    (agenda,) = work.agendas.lock([("taylor", DAY)])
                    work.bookings.add(booking(f"after version {agenda.version}"))
                    work.agendas.bump([("taylor", DAY)])
                    work.commit()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(change, range(4)))
    with store.unit_of_work("north", write=False) as work:
        assert work.agendas.get("taylor", DAY).version == 4 * changes
        assert len(work.bookings.on(DAY)) == 4 * changes


def test_days_locked_in_opposite_orders_do_not_wait_for_each_other_forever(url: str, store: Store) -> None:
    together = threading.Barrier(2, timeout=30)

    def lock(names: list[str]) -> None:
        with open_store(url) as own:
            together.wait()
            for _ in range(20):
                with own.unit_of_work("north") as work:
                    work.agendas.bump((name, DAY) for name in names)
                    work.commit()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lock, [["taylor", "kim"], ["kim", "taylor"]]))
    with store.unit_of_work("north", write=False) as work:
        assert [agenda.version for agenda in work.agendas.between(DAY, DAY)] == [40, 40]


def test_a_day_that_stays_locked_is_busy_and_says_to_come_back(url: str, store: Store) -> None:
    with store.unit_of_work("north") as holder, open_store(url, patience=1) as latecomer:
        holder.agendas.lock([("taylor", DAY)])
        with pytest.raises(StoreBusy) as refusal, latecomer.unit_of_work("north") as work:
            work.agendas.lock([("taylor", DAY)])
    assert (refusal.value.code, refusal.value.retry_after) == ("store_busy", 1)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_writers_of_sqlite_queue_at_a_file_lock_and_readers_pass_by(url: str, store: Store) -> None:
    with connect(url).writers_turn(), open_store(url, patience=1) as latecomer:
        with latecomer.unit_of_work("north", write=False) as work:
            assert work.practice() == NORTH
        with pytest.raises(StoreBusy, match="for 1 s"), latecomer.unit_of_work("north"):
            pass
    with store.unit_of_work("north") as work:
        assert work.practice() == NORTH


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_two_days_of_one_practice_are_written_at_the_same_time_on_postgresql(store: Store) -> None:
    with store.unit_of_work("north") as one, store.unit_of_work("north") as other:
        one.agendas.bump([("taylor", DAY)])
        other.agendas.bump([("kim", DAY)])
        other.commit()
        one.commit()


def test_sqlite_keeps_every_commit_on_the_disk_and_checks_its_references(tmp_path: Path, migrated_sqlite: Path) -> None:
    file = tmp_path / "rounds.db"
    file.write_bytes(migrated_sqlite.read_bytes())
    with connect(f"sqlite:///{file}").transaction(write=True) as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }
        # IMMEDIATE: the write lock is held before anything is written.
        with sqlite3.connect(file, timeout=0) as rival, pytest.raises(sqlite3.OperationalError, match="locked"):
            rival.execute("BEGIN IMMEDIATE")
        rival.close()
    assert settings == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": 10_000}


def test_a_postgresql_that_is_not_there_is_unavailable_and_its_password_stays_unsaid() -> None:
    with pytest.raises(Unavailable) as refusal:
        open_store("postgresql://planner:hunter2@/rounds?host=/nowhere")
    assert refusal.value.code == "store_unavailable"
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize("address", ["rounds.db", "mysql://host/rounds", "sqlite://", "sqlite:///:memory:", ""])
def test_an_address_that_is_no_store_is_refused_with_a_hint(address: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        open_store(address)
    assert refusal.value.code == "unknown_database"
    assert "sqlite:///path/to/rounds.db" in refusal.value.hint
