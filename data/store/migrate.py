"""Creating and upgrading the schema: each step one transaction, on SQLite too.

Apart from `schema.py`, because whoever only opens a store need not wait for Alembic's import.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, MigrationInfo
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from data.store.engine import PATIENCE, Database, connect
from data.store.errors import SchemaTooNew
from data.store.schema import NEWER_HINT, current_revision
from optimizer.domain.time import Seconds

VERSIONS = Path(__file__).parent / "migrations" / "versions"
ADVISORY_LOCK = 7_466_833  # any number, the same in every release


def migrate(url: str, *, versions: Sequence[Path] = (VERSIONS,), patience: Seconds = PATIENCE) -> tuple[str, ...]:
    """Bring the store to the schema of this release, and create it where there is none.

    Two processes may do it at once: one waits for the other, and finds nothing left to do.

    Parameters
    ----------
    url
        As in `data.store.store.open_store`. A missing directory of an SQLite file is made.
    versions
        Folders of steps.
    patience
        How long to wait for another process that is migrating, or for writers, before StoreBusy.

    Returns
    -------
    tuple of str
        The revisions applied, in order; empty where the store was current.

    Raises
    ------
    SchemaTooNew
        When a newer release has been here.
    InvalidRequest, Unavailable
        As `open_store`.
    """
    database = connect(url, patience=patience)
    if database.file is not None:
        database.file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with alone(database):
            return _upgrade(database, versions)
    finally:
        database.engine.dispose()


@contextmanager
def alone(database: Database) -> Iterator[None]:
    """Keep every other migration of this store out; on SQLite every writer too.

    Raises
    ------
    StoreBusy
        When one of them does not let go.
    """
    if database.file is not None:
        with database.writers_turn():
            yield
        return
    with database.transaction(write=True) as guard:
        guard.execute(text(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})"))
        yield


def _upgrade(database: Database, versions: Sequence[Path]) -> tuple[str, ...]:
    config = Config()
    config.set_main_option("script_location", str(VERSIONS.parent))
    script = ScriptDirectory(str(VERSIONS.parent), version_locations=[str(folder) for folder in versions])
    revision = current_revision(database)
    if revision is not None and revision not in {step.revision for step in script.walk_revisions()}:
        where = database.engine.url.render_as_string(hide_password=True)
        raise SchemaTooNew(f"the store at {where} is at {revision}, which this release does not know", hint=NEWER_HINT)
    applied: list[str] = []

    def steps(heads: Any, _: MigrationContext) -> Any:
        return script._upgrade_revs("head", heads)  # what `alembic upgrade` itself calls

    def on_step(
        ctx: MigrationContext,
        step: MigrationInfo,
        heads: Collection[Any],
        run_args: Mapping[str, Any],
    ) -> None:
        del heads, run_args
        _require_sound_references(ctx.connection)
        applied.append(str(step.up_revision_id))

    with EnvironmentContext(config, script, fn=steps) as environment, database.engine.connect() as connection:
        _prepare(connection)
        environment.configure(
            connection=connection, transaction_per_migration=True, transactional_ddl=True, on_version_apply=on_step
        )
        with environment.begin_transaction():
            environment.run_migrations()
    return tuple(applied)


def _prepare(connection: Connection) -> None:
    """What SQLite takes only outside a transaction; so it goes past SQLAlchemy, which would begin one.

    The write-ahead log is a property of the file and stays. Foreign keys are off while tables are rebuilt (rebuilding
    one would delete what refers to it) and checked at the end of each step.
    """
    if connection.dialect.name != "sqlite":
        return
    cursor = connection.connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA foreign_keys = OFF")
    cursor.close()


def _require_sound_references(connection: Connection | None) -> None:
    if connection is None or connection.dialect.name != "sqlite":
        return
    if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall():
        tables = sorted({row[0] for row in broken})
        raise RuntimeError(f"a migration step left broken references in {', '.join(tables)}")
