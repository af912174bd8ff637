"""What every repository does the same way: stay inside its practice."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, bindparam, delete, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from data.store.tables import practice

Values = Mapping[str, Any]
"""Column names and what goes into them."""


def insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ON CONFLICT, which the two databases spell the same but SQLAlchemy does not."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


@cache
def adding(dialect: str, table: Table) -> ReturningInsert[Any]:
    """Add rows but those of which a unique key (or an exclusion) is taken; answers the last column of each one's key.

    Written once a table: to write a statement takes longer than to send it.
    """
    into = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    return into.on_conflict_do_nothing().returning(list(table.primary_key)[-1])


@cache
def by_key(table: Table) -> Select[Any]:
    """The row of a practice (`of`) with this `key`, which its primary key ends with; written once a table."""
    return select(table).where(table.c.practice_id == bindparam("of"), list(table.primary_key)[-1] == bindparam("key"))


def on_agendas(table: Table) -> ColumnElement[bool]:
    """Rows on any of the (therapist, date) `days` given with the query."""
    return tuple_(table.c.therapist, table.c.date).in_(bindparam("days", expanding=True))


def insert_once(connection: Connection, table: Table, values: Values) -> bool:
    """Insert, or answer False where a unique key is taken. The transaction stays usable on both databases."""
    return connection.execute(adding(connection.dialect.name, table), values).first() is not None


class Repository:
    """Reads and writes the rows of one practice, inside the transaction of its unit of work."""

    def __init__(self, connection: Connection, practice_id: str) -> None:
        self._connection = connection
        self._practice_id = practice_id

    def _mine(self, table: Table) -> ColumnElement[bool]:
        mine: ColumnElement[bool] = table.c.practice_id == self._practice_id
        return mine

    def _select(self, table: Table, *where: ColumnElement[bool]) -> Select[Any]:
        return select(table).where(self._mine(table), *where)

    def _one(self, query: Select[Any], **given: Any) -> Row[Any] | None:
        return self._connection.execute(query, given).first()

    def _all(self, query: Select[Any], **given: Any) -> Sequence[Row[Any]]:
        return self._connection.execute(query, given).all()

    def _keyed(self, table: Table, key: str) -> Row[Any] | None:
        """The row of this practice whose primary key ends with this."""
        return self._one(by_key(table), of=self._practice_id, key=key)

    def _revise(self) -> None:
        """Count up the practice's revision; before the change, so that everybody takes these locks in one order."""
        change = update(practice).where(practice.c.id == self._practice_id).values(revision=practice.c.revision + 1)
        self._connection.execute(change)

    def _add(self, table: Table, values: Values) -> bool:
        """Insert, or answer False where a unique key is taken."""
        return insert_once(self._connection, table, {"practice_id": self._practice_id, **values})

    def _put(self, table: Table, values: Values) -> None:
        """Insert, or replace the row with the same primary key."""
        keys = {column.name for column in table.primary_key}
        changes = {name: value for name, value in values.items() if name not in keys}
        statement = insert(self._connection, table).values(practice_id=self._practice_id, **values)
        self._connection.execute(statement.on_conflict_do_update(index_elements=sorted(keys), set_=changes))

    def _update(self, table: Table, *where: ColumnElement[bool], values: Values) -> int:
        """How many rows were changed."""
        return self._connection.execute(update(table).where(self._mine(table), *where).values(**values)).rowcount

    def _delete(self, table: Table, *where: ColumnElement[bool]) -> int:
        """How many rows are gone."""
        return self._connection.execute(delete(table).where(self._mine(table), *where)).rowcount
