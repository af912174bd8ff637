"""The one object that the rest of Rounds opens."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from data.store.engine import PATIENCE, Database, connect
from data.store.repositories.feeds import FeedTokens
from data.store.repositories.geocoding import Geocoding
from data.store.repositories.keys import Keys
from data.store.repositories.outside_feeds import FeedHealth
from data.store.repositories.page_sessions import PageSessions
from data.store.repositories.practices import Practices
from data.store.repositories.road_pairs import RoadPairs
from data.store.repositories.sign_in_addresses import SignInAddresses
from data.store.schema import require_current
from data.store.unit_of_work import UnitOfWork
from optimizer.domain.time import Seconds


class Store:
    """An open store. Safe to share between threads; a forked process opens its own.

    Attributes
    ----------
    practices, keys, feed_tokens, page_sessions, sign_in_addresses, feed_health, road_pairs, geocoding
        What is asked across practices: the tenants, whom a secret or an e-mail address belongs to, how many calendars
        are behind, how long the roads are, and where addresses lie.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.practices = Practices(database)
        self.keys = Keys(database)
        self.feed_tokens = FeedTokens(database)
        self.page_sessions = PageSessions(database)
        self.sign_in_addresses = SignInAddresses(database)
        self.feed_health = FeedHealth(database)
        self.road_pairs = RoadPairs(database)
        self.geocoding = Geocoding(database)

    @contextmanager
    def unit_of_work(self, practice_id: str, *, write: bool = True) -> Iterator[UnitOfWork]:
        """One transaction of one practice, rolled back unless `commit()` is called.

        Parameters
        ----------
        write
            False for a transaction that only reads: it sees one moment, waits for nobody, and cannot write.

        Raises
        ------
        StoreBusy
            When other writers do not let go in time.
        Unavailable
            When the database does not answer.
        """
        with self._database.transaction(write=write) as connection:
            yield UnitOfWork(connection, practice_id)

    @contextmanager
    def glance(self, practice_id: str) -> Iterator[UnitOfWork]:
        """For single questions, each with a moment of its own: without the round trips of a transaction.

        Raises as `unit_of_work` does.
        """
        with self._database.glance() as connection:
            yield UnitOfWork(connection, practice_id)

    @contextmanager
    def turn_of(self, key: str) -> Iterator[None]:
        """One at a time with this key, in all processes: for the twins of a request, before they write.

        Raises
        ------
        InFlight
            When another holds it for half of what a writer waits.
        StoreBusy, Unavailable
        """
        with self._database.turn_of(key):
            yield

    def check(self) -> None:
        """Is the store there, with the schema of this release? Raises Unavailable (see `data.store.errors`)."""
        require_current(self._database)

    def close(self) -> None:
        """Close every connection."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_store(url: str, *, patience: Seconds = PATIENCE) -> Store:
    """Open what `data.store.schema.migrate` has created.

    Parameters
    ----------
    url
        `sqlite:///relative.db`, `sqlite:////absolute.db` or `postgresql://user@host/database`.
    patience
        How long a writer waits for others before StoreBusy.

    Raises
    ------
    InvalidRequest
        code `unknown_database`.
    SchemaMissing, SchemaOld, SchemaTooNew
        When the schema is not the one of this release.
    Unavailable
        When the database does not answer.
    """
    store = Store(connect(url, patience=patience))
    try:
        store.check()
    except BaseException:
        store.close()
        raise
    return store
