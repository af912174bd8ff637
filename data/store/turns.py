"""One at a time: whoever repeats a request waits for the first, in whatever process that is being answered.

A turn is no part of a transaction, and is held before one begins: a first request may wait long for its day, and its
twin learns of it meanwhile. It ends with its process, however that ends. Should two ever hold one turn (a lock file
taken away under a waiter, a connection lost), the key of the stored answer still lets only one of them write.
"""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from data.store.errors import InFlight
from data.store.file_lock import file_lock
from optimizer.domain.time import Seconds

TAKE = text("SELECT pg_advisory_lock(hashtextextended(:key, 0))")
LET_GO = text("SELECT pg_advisory_unlock(hashtextextended(:key, 0))")
LOCK_TIMEOUT = "55P03"


@contextmanager
def turn_by_file(folder: Path, key: str, patience: Seconds) -> Iterator[None]:
    """A turn among the processes of one machine: a locked file named by the key.

    Raises
    ------
    InFlight
        When another keeps it for longer than `patience`.
    """
    folder.mkdir(exist_ok=True)
    file = folder / hashlib.sha256(key.encode()).hexdigest()[:32]
    with ExitStack() as held:
        try:
            held.enter_context(file_lock(file, patience))
        except TimeoutError as error:
            raise in_flight() from error
        try:
            yield
        finally:
            file.unlink(missing_ok=True)


@contextmanager
def turn_by_postgres(engine: Engine, key: str) -> Iterator[None]:
    """A turn among all who use one database: an advisory lock of a session, waited for by its `lock_timeout`.

    Raises
    ------
    InFlight
        When another keeps it for longer than that.
    sqlalchemy.exc.OperationalError, sqlalchemy.exc.TimeoutError
        When the database does not answer, or every connection for turns is taken.
    """
    with engine.connect() as connection:
        try:
            connection.execute(TAKE, {"key": key})
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) == LOCK_TIMEOUT:
                raise in_flight() from error
            raise
        try:
            yield
        finally:
            connection.execute(LET_GO, {"key": key})


def in_flight() -> InFlight:
    """The refusal of a request while its twin is being answered."""
    return InFlight(
        "a request with this Idempotency-Key is being answered",
        hint="repeat it with the same key, for the answer that the first gets",
        retry_after=1,
    )
