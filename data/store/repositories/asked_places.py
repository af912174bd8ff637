"""Distinct places asked about with one key, an hour at a time."""

from dataclasses import dataclass

from sqlalchemy import case, func, select

from data.store.repositories.base import Repository
from data.store.tables import asked_place as table


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How many distinct places: by one session, and with the key by all of its sessions together."""

    by_session: int
    with_key: int


class AskedPlaces(Repository):
    """`hour` counts hours since 1970; `session` and `place` are digests, so that nobody's search can be read here."""

    def note(self, key_id: str, hour: int, session: str, place: str) -> bool:
        """Remember that a place was asked about; False where it is known already."""
        return self._add(table, {"key_id": key_id, "hour": hour, "session": session, "place": place})

    def count(self, key_id: str, hour: int, session: str) -> Asked:
        mine = func.coalesce(func.sum(case((table.c.session == session, 1), else_=0)), 0)
        query = select(mine.label("mine"), func.count().label("every")).where(
            self._mine(table), table.c.key_id == key_id, table.c.hour == hour
        )
        row = self._connection.execute(query).one()
        return Asked(by_session=int(row.mine), with_key=int(row.every))

    def purge(self, before: int) -> int:
        """Forget the hours before that one; says how many places were forgotten."""
        return self._delete(table, table.c.hour < before)
