"""What a practice's own drives have taught: every version, and the one in use."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update

from data.store.convert import learned_from_json, learned_to_json, practice_from_row, practice_to_row
from data.store.records import LearnedVersion
from data.store.repositories.base import Repository
from data.store.tables import learned_roads as table
from data.store.tables import practice
from optimizer.domain.driving import LearnedRoads
from optimizer.domain.errors import Conflict, NotFound


class LearnedVersions(Repository):
    def list(self) -> tuple[LearnedVersion, ...]:
        """By version, forgotten ones too."""
        rows = self._all(self._select(table).order_by(table.c.version))
        return tuple(_from_row(row) for row in rows)

    def add(self, version: LearnedVersion) -> None:
        """Keep a version. Raises Conflict (`already_exists`) when its number is taken."""
        values = {
            "version": version.learned.version,
            "learned_at": version.learned_at,
            "report": version.report,
            "details": learned_to_json(version.learned),
        }
        if not self._add(table, values):
            raise Conflict(f"version {version.learned.version} was learned meanwhile", code="already_exists")

    def forget(self, version: int, at: datetime) -> None:
        """It is not gone back to any more; the row stays."""
        self._update(table, table.c.version == version, values={"forgotten_at": at})

    def use(self, learned: LearnedRoads | None) -> None:
        """From now on the practice drives by this, by nothing learned with None. Raises NotFound."""
        query = select(practice).where(practice.c.id == self._practice_id).with_for_update()
        row = self._one(query)
        if row is None:
            raise NotFound(f"there is no practice {self._practice_id!r}")
        stored = practice_from_row(row)
        changed = replace(stored, policies=replace(stored.policies, learned=learned))
        new = {**practice_to_row(changed), "revision": practice.c.revision + 1}
        self._connection.execute(update(practice).where(practice.c.id == self._practice_id).values(**new))


def _from_row(row: Row[Any]) -> LearnedVersion:
    return LearnedVersion(
        learned=learned_from_json(row.details),
        learned_at=row.learned_at,
        report=row.report,
        forgotten_at=row.forgotten_at,
    )
