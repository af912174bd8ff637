"""Which schema this release works with, and refusing any other."""

from sqlalchemy import inspect, text

from data.store.engine import Database
from data.store.errors import SchemaMissing, SchemaOld, SchemaTooNew

HEAD = "0014"
"""The revision this release works with. Revisions are four digits and count up."""


def require_current(database: Database) -> None:
    """Look, and change nothing; a missing SQLite file is not created.

    Raises
    ------
    SchemaMissing, SchemaOld, SchemaTooNew
        With a hint.
    """
    where = database.engine.url.render_as_string(hide_password=True)
    revision = current_revision(database)
    if revision is None:
        raise SchemaMissing(f"there is no store at {where}", hint="run `rounds db upgrade` to create it")
    if revision > HEAD:
        raise SchemaTooNew(f"the store at {where} is at {revision}, this release knows {HEAD}", hint=NEWER_HINT)
    if revision < HEAD:
        detail = f"the store at {where} is at {revision}, this release needs {HEAD}"
        raise SchemaOld(detail, hint="run `rounds db upgrade`")


NEWER_HINT = "a newer release has upgraded it: install that release, or restore a backup"


def current_revision(database: Database) -> str | None:
    """The revision the store is at, None where nothing has been created."""
    if database.file is not None and not database.file.exists():
        return None
    with database.transaction(write=False) as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision
