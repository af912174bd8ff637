"""Connections and transactions: SQLite by default, PostgreSQL where a practice has grown.

SQLite: write-ahead log, foreign keys on, every commit on the disk. Python's driver would begin a transaction at the
first write only, and with the lock to be upgraded later; so its own BEGIN is switched off and SQLAlchemy's `begin`
event sends ours, as SQLAlchemy's SQLite page ("Using SQLAlchemy to emit BEGIN") describes. A writer says BEGIN
IMMEDIATE, and first takes a lock on a file beside the database, because SQLite's busy handler lets latecomers overtake.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import cast

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from data.store.errors import StoreBusy
from data.store.file_lock import file_lock
from data.store.turns import turn_by_file, turn_by_postgres
from optimizer.domain.errors import InvalidRequest, Unavailable
from optimizer.domain.time import Seconds

PATIENCE: Seconds = 10
"""How long a writer waits for its turn before it is told to come back."""

IDLE: Seconds = 2
"""How long a connection may lie in the pool and still be trusted."""

BEGIN, USED_AT = "rounds_begin", "rounds_used_at"
BUSY_SQLSTATES = frozenset({"55P03", "40P01", "40001", "57014"})  # lock timeout, deadlock, serialization, cancelled


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """One address, with its pool. `file` is where SQLite keeps it, None on PostgreSQL.

    `turns` are connections of their own for `turn_of`, so that nobody who holds a turn waits for those who wait for
    it; on SQLite there are none.
    """

    engine: Engine
    file: Path | None
    patience: Seconds
    turns: Engine | None = None

    @contextmanager
    def transaction(self, *, write: bool) -> Iterator[Connection]:
        """One transaction, rolled back unless the caller commits. A reader sees one moment and can write nothing.

        Raises
        ------
        StoreBusy
            When another writer does not let go, two of them block each other, or every connection is in use.
        Unavailable
            code `store_unavailable`, when the database does not answer.
        """
        with self.writers_turn() if write else nullcontext(), self._connection(**self._options(write=write)) as found:
            found.begin()
            yield found

    @contextmanager
    def glance(self) -> Iterator[Connection]:
        """For a single query: a moment of its own, without the round trips of a transaction. Raises as those do."""
        with self._connection(**({BEGIN: ""} if self.file is not None else {"isolation_level": "AUTOCOMMIT"})) as found:
            yield found

    @contextmanager
    def _connection(self, **options: str | bool) -> Iterator[Connection]:
        try:
            with self.engine.connect() as plain:
                yield plain.execution_options(**options)
        except PoolTimeout as error:
            raise StoreBusy("every connection to the store is taken", retry_after=1) from error
        except OperationalError as error:
            raise explain(error) from error

    @contextmanager
    def writers_turn(self) -> Iterator[None]:
        """The lock in front of SQLite's own; nothing to wait for on PostgreSQL, which locks rows.

        Raises
        ------
        StoreBusy
            When the lock stays taken.
        """
        if self.file is None:
            yield
            return
        with ExitStack() as held:
            try:
                held.enter_context(file_lock(self.file.with_name(f"{self.file.name}.lock"), self.patience))
            except TimeoutError as error:
                detail = f"another writer has held the store for {self.patience} s"
                raise StoreBusy(detail, retry_after=1) from error
            yield

    @contextmanager
    def turn_of(self, key: str) -> Iterator[None]:
        """The turn of a key: one at a time, in all processes. Outside of any transaction.

        Raises
        ------
        InFlight
            When another holds it for half of what a writer waits: that one is waiting itself.
        StoreBusy
            When every connection is in use.
        Unavailable
            code `store_unavailable`, when the database does not answer.
        """
        try:
            with ExitStack() as held:
                if self.file is not None:
                    folder = self.file.with_name(f"{self.file.name}.turns")
                    held.enter_context(turn_by_file(folder, key, max(1, self.patience // 2)))
                if self.turns is not None:
                    held.enter_context(turn_by_postgres(self.turns, key))
                yield
        except PoolTimeout as error:
            raise StoreBusy("every connection to the store is taken", retry_after=1) from error
        except OperationalError as error:
            raise explain(error) from error

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()
        if self.turns is not None:
            self.turns.dispose()

    def _options(self, *, write: bool) -> dict[str, str | bool]:
        if self.file is not None:
            return {BEGIN: "BEGIN IMMEDIATE" if write else "BEGIN"}
        return {} if write else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def connect(url: str, *, patience: Seconds = PATIENCE) -> Database:
    """Prepare a pool for `sqlite:///file` or `postgresql://...`; nothing is opened yet.

    Raises
    ------
    InvalidRequest
        code `unknown_database`, for any other address, and for SQLite without a file.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise InvalidRequest(f"{url!r} is no address of a database", code="unknown_database", hint=HINT) from error
    match parsed.get_backend_name():
        case "sqlite" if parsed.database and parsed.database != ":memory:":
            return _sqlite(parsed.set(drivername="sqlite"), Path(parsed.database), patience)
        case "sqlite":
            raise InvalidRequest("a store in memory is gone at once", code="unknown_database", hint=HINT)
        case "postgresql" | "postgres":
            return _postgresql(parsed.set(drivername="postgresql+psycopg"), patience)
        case other:
            raise InvalidRequest(f"{other!r} is not supported", code="unknown_database", hint=HINT)


HINT = "use sqlite:///path/to/rounds.db or postgresql://user@host/database"


def _sqlite(url: URL, file: Path, patience: Seconds) -> Database:
    # hide_parameters: what a statement carries (names, phones) must not reach a log by way of an exception.
    engine = create_engine(
        url, hide_parameters=True, pool_timeout=patience, pool_use_lifo=True, connect_args={"timeout": patience}
    )
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return Database(engine=engine, file=file, patience=patience)


def _on_connect(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None
    for pragma in ("foreign_keys = ON", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}")


def _on_begin(connection: Connection) -> None:
    begin = connection.get_execution_options().get(BEGIN, "BEGIN IMMEDIATE")
    if not begin:
        return
    # Neither can fail, and SQLAlchemy's way would take longer than the query that follows.
    plain = cast(sqlite3.Connection, connection.connection.driver_connection)
    plain.execute(f"PRAGMA query_only = {'ON' if begin == 'BEGIN' else 'OFF'}")
    if begin == "BEGIN":
        plain.execute(begin)
    else:
        connection.exec_driver_sql(begin)


def _postgresql(url: URL, patience: Seconds) -> Database:
    engine = _pool(url, patience, lock_timeout=patience)
    # Half the patience of the first, who may just have begun to wait: so that it is the twin who comes back.
    turns = _pool(url, patience, lock_timeout=max(1, patience // 2)).execution_options(isolation_level="AUTOCOMMIT")
    return Database(engine=engine, file=None, patience=patience, turns=turns)


def _pool(url: URL, patience: Seconds, *, lock_timeout: Seconds) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_timeout=patience,
        # One connection that knows every statement, and not five that are told each of them in turn.
        pool_use_lifo=True,
        connect_args={
            "connect_timeout": patience,
            "prepare_threshold": 1,
            "options": f"-c lock_timeout={lock_timeout}s -c timezone=UTC",
        },
    )
    event.listen(engine, "checkin", _on_checkin)
    event.listen(engine, "checkout", _on_checkout)
    return engine


def _on_checkin(_: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
    record.info[USED_AT] = monotonic()


def _on_checkout(connection: DBAPIConnection, record: ConnectionPoolEntry, _: PoolProxiedConnection) -> None:
    """A connection that was idle is tried before it is used: PostgreSQL may have been restarted meanwhile."""
    if monotonic() - record.info.get(USED_AT, -IDLE) < IDLE:
        return
    import psycopg

    try:
        connection.cursor().execute("SELECT 1")
        connection.rollback()
    except psycopg.OperationalError as error:
        raise InvalidatePoolError from error


def explain(error: OperationalError) -> Exception:
    """The error of ours that says it; a statement that is simply wrong stays what it is."""
    problem = error.orig
    if isinstance(problem, sqlite3.Error):
        name = problem.sqlite_errorname
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            return StoreBusy("another writer holds the store", retry_after=1)
        if name == "SQLITE_ERROR":
            return error
    # Read by name: whoever stays on SQLite need not wait for psycopg's import.
    elif getattr(problem, "sqlstate", None) in BUSY_SQLSTATES:
        return StoreBusy("other writers hold what this one needs", retry_after=1)
    return Unavailable(f"the store does not answer: {problem}", code="store_unavailable")
