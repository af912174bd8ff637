"""Drives that a road engine was asked for: a cache, so whatever is lost of it is asked for again."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete, func, or_, select, tuple_

from data.roads.pairs import Drive
from data.store.engine import Database
from data.store.repositories.base import insert
from data.store.tables import road_pair as table

ROWS = 4_000
"""In one transaction: a booking that waits for it waits some hundredths of a second."""

POINTS = 400
"""In one query; a database takes only so many parameters."""


class RoadPairs:
    """A `data.roads.pairs.PairStore`. Each call is transactions of its own: never inside a unit of work that writes.

    Of no practice: a road is the same for everybody, and nothing here tells who lives at its ends.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, network: str, points: Collection[int]) -> Sequence[Drive]:
        """Every known drive from or to one of the points."""
        found: list[Drive] = []
        with self._database.transaction(write=False) as connection:
            for part in _parts(sorted(points), POINTS):
                touching = or_(table.c.origin.in_(part), table.c.destination.in_(part))
                query = select(table.c.origin, table.c.destination, table.c.seconds, table.c.meters)
                rows = connection.execute(query.where(table.c.network == network, touching))
                found += [(row.origin, row.destination, row.seconds, row.meters) for row in rows]
        return found

    def write(self, network: str, drives: Sequence[Drive], *, today: date, most: int) -> None:
        """Keep drives, the newest figures for each pair; of more than `most` altogether the oldest are forgotten."""
        names = ("origin", "destination", "seconds", "meters")
        for part in _parts(drives, ROWS):
            rows = [{"network": network, "noted_on": today, **dict(zip(names, row, strict=True))} for row in part]
            with self._database.transaction(write=True) as connection:
                new = insert(connection, table)
                fresh = {name: new.excluded[name] for name in ("seconds", "meters", "noted_on")}
                keys = [column.name for column in table.primary_key]
                connection.execute(new.on_conflict_do_update(index_elements=keys, set_=fresh), rows)
                connection.commit()
        self._forget(most)

    def touch(self, network: str, points: Collection[int], *, today: date) -> None:
        """Say that the drives among these points are still wanted."""
        for part in _parts(sorted(points), POINTS):
            with self._database.transaction(write=True) as connection:
                wanted = (table.c.network == network, table.c.origin.in_(part), table.c.noted_on < today)
                connection.execute(table.update().where(*wanted).values(noted_on=today))
                connection.commit()

    def count(self) -> int:
        """How many drives are kept, of every network."""
        with self._database.transaction(write=False) as connection:
            return int(connection.scalar(select(func.count()).select_from(table)) or 0)

    def _forget(self, most: int) -> None:
        while (over := self.count() - most) > 0:
            with self._database.transaction(write=True) as connection:
                oldest = select(*table.primary_key).order_by(table.c.noted_on).limit(min(over, ROWS))
                connection.execute(delete(table).where(tuple_(*table.primary_key).in_(oldest)))
                connection.commit()


def _parts(things: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    return (things[begin : begin + size] for begin in range(0, len(things), size))
