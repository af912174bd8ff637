"""The tenants themselves."""

from sqlalchemy import select, update

from data.store.convert import practice_from_row, practice_to_row
from data.store.engine import Database
from data.store.repositories.base import insert_once
from data.store.tables import practice as table
from optimizer.domain.errors import Conflict, NotFound
from optimizer.domain.practice import Practice


class Practices:
    """Each call is a transaction of its own: never inside a unit of work that writes, it would wait for itself."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, practice: Practice) -> None:
        """Raises Conflict (`already_exists`)."""
        with self._database.transaction(write=True) as connection:
            if not insert_once(connection, table, practice_to_row(practice)):
                raise Conflict(f"practice {practice.id!r} exists already", code="already_exists")
            connection.commit()

    def put(self, practice: Practice) -> None:
        """Replace the practice with this id. Raises NotFound."""
        with self._database.transaction(write=True) as connection:
            new = {**practice_to_row(practice), "revision": table.c.revision + 1}
            change = update(table).where(table.c.id == practice.id).values(**new)
            if connection.execute(change).rowcount != 1:
                raise NotFound(f"there is no practice {practice.id!r}")
            connection.commit()

    def get(self, id: str) -> Practice:
        """Raises NotFound."""
        with self._database.glance() as connection:
            row = connection.execute(select(table).where(table.c.id == id)).first()
        if row is None:
            raise NotFound(f"there is no practice {id!r}")
        return practice_from_row(row)

    def list(self) -> tuple[Practice, ...]:
        """Every practice, by id."""
        with self._database.transaction(write=False) as connection:
            return tuple(practice_from_row(row) for row in connection.execute(select(table).order_by(table.c.id)))
