"""Counts of searches by day, town and outcome."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from data.store.repositories.base import Repository, insert
from data.store.tables import search_tally as table


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Tally:
    """What is counted: `outcome` is `offered`, `nothing`, or a reason's code; `area` a town, empty elsewhere."""

    date: date
    area: str
    outcome: str


class SearchTallies(Repository):
    def add(self, counts: Mapping[Tally, int]) -> None:
        """Add to what was counted before, in one statement."""
        rows = [
            {
                "practice_id": self._practice_id,
                "date": tally.date,
                "area": tally.area,
                "outcome": tally.outcome,
                "count": count,
            }
            for tally, count in sorted(counts.items())
        ]
        if not rows:
            return
        statement = insert(self._connection, table).values(rows)
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["practice_id", "date", "area", "outcome"],
                set_={"count": table.c.count + statement.excluded.count},
            )
        )

    def between(self, first: date, last: date) -> dict[Tally, int]:
        """The counts of some days, both included."""
        rows = self._all(self._select(table, table.c.date >= first, table.c.date <= last))
        return {Tally(date=row.date, area=row.area, outcome=row.outcome): row._mapping["count"] for row in rows}
