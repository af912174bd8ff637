"""The schema: made step by step, each step whole or not at all; any other release's schema is refused."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from data.store.engine import connect
from data.store.errors import SchemaMissing, SchemaOld, SchemaTooNew, StoreBusy
from data.store.migrate import VERSIONS, alone, migrate
from data.store.schema import HEAD
from data.store.store import open_store
from data.store.tables import metadata
from tests.contract.samples import NORTH

NEXT = f"{int(HEAD) + 1:04}"
EVERY_STEP = tuple(f"{step:04}" for step in range(1, int(HEAD) + 1))
STEP = f'''
import sqlalchemy as sa
from alembic import op

revision = "{NEXT}"
down_revision = "{HEAD}"

def upgrade():
    op.create_table("half", sa.Column("id", sa.Text, primary_key=True))
    op.execute("UPDATE practice SET name = 'half'")
    op.add_column("practice", sa.Column("half", sa.Text))
'''  # noqa: S608  # a step of our own


@pytest.fixture
def next_step(tmp_path: Path) -> Path:
    """A folder with a step after the last one."""
    folder = tmp_path / "versions"
    folder.mkdir()
    (folder / "next_step.py").write_text(STEP)
    return folder


def test_migrating_makes_the_store_and_doing_it_again_changes_nothing(empty_url: str) -> None:
    assert migrate(empty_url) == EVERY_STEP
    assert migrate(empty_url) == ()
    with open_store(empty_url) as store:
        store.check()
        assert store.practices.list() == ()


def test_the_steps_lead_to_the_revision_that_this_release_opens() -> None:
    assert ScriptDirectory(str(VERSIONS.parent), version_locations=[str(VERSIONS)]).get_current_head() == HEAD


def test_the_steps_build_the_tables_that_the_code_reads(url: str) -> None:
    with connect(url).engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_a_store_that_is_not_there_is_refused_and_not_made(empty_url: str, tmp_path: Path) -> None:
    with pytest.raises(SchemaMissing) as refusal:
        open_store(empty_url)
    assert "rounds db upgrade" in refusal.value.hint
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_missing_is_made(tmp_path: Path) -> None:
    migrate(f"sqlite:///{tmp_path / 'var' / 'rounds' / 'rounds.db'}")
    assert (tmp_path / "var" / "rounds" / "rounds.db").exists()


def test_a_step_that_fails_leaves_nothing_half_and_can_be_tried_again(url: str, next_step: Path) -> None:
    with open_store(url) as store:
        store.practices.create(NORTH)
    broken = (next_step / "next_step.py").read_text() + "    raise RuntimeError('the power went')\n"
    (next_step / "next_step.py").write_text(broken)

    with pytest.raises(RuntimeError, match="the power went"):
        migrate(url, versions=(VERSIONS, next_step))

    with open_store(url) as store:
        assert store.practices.get("north") == NORTH
    with connect(url).engine.connect() as connection:
        assert not inspect(connection).has_table("half")
        assert "half" not in {column["name"] for column in inspect(connection).get_columns("practice")}

    (next_step / "next_step.py").write_text(STEP)
    assert migrate(url, versions=(VERSIONS, next_step)) == (NEXT,)
    with connect(url).engine.connect() as connection:
        assert inspect(connection).has_table("half")
        assert connection.scalar(text("SELECT name FROM practice")) == "half"


def test_a_first_migration_that_fails_later_keeps_the_steps_before(empty_url: str, next_step: Path) -> None:
    (next_step / "next_step.py").write_text(STEP + "    raise RuntimeError('the power went')\n")
    with pytest.raises(RuntimeError, match="the power went"):
        migrate(empty_url, versions=(VERSIONS, next_step))
    with open_store(empty_url) as store:
        assert store.practices.list() == ()


def test_a_step_that_breaks_references_is_rolled_back_on_sqlite(migrated_sqlite: Path, next_step: Path) -> None:
    url = f"sqlite:///{migrated_sqlite.with_name('broken.db')}"
    migrate(url)
    orphan = "INSERT INTO service VALUES ('nobody', 'swedish', 'Swedish', '{}')"
    (next_step / "next_step.py").write_text(STEP + f'    op.execute("{orphan}")\n')
    with pytest.raises(RuntimeError, match="broken references in service"):
        migrate(url, versions=(VERSIONS, next_step))
    with open_store(url) as store:
        store.check()


def test_a_newer_schema_is_refused_by_opening_and_by_migrating(url: str, next_step: Path) -> None:
    migrate(url, versions=(VERSIONS, next_step))
    for attempt in (open_store, migrate):
        with pytest.raises(SchemaTooNew, match=NEXT) as refusal:
            attempt(url)
        assert "newer release" in refusal.value.hint


def test_an_older_schema_is_refused_until_it_is_upgraded(url: str) -> None:
    with connect(url).engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    with pytest.raises(SchemaOld) as refusal:
        open_store(url)
    assert refusal.value.hint == "run `rounds db upgrade`"


def test_a_migration_waits_for_another_one(url: str) -> None:
    with alone(connect(url)), pytest.raises(StoreBusy):
        migrate(url, patience=1)
    assert migrate(url) == ()


def test_two_processes_may_migrate_at_once_and_one_does_it(empty_url: str) -> None:
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        applied = list(pool.map(migrate, [empty_url, empty_url]))
    assert sorted(applied) == [(), EVERY_STEP]
