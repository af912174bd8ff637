"""How late therapists say that they are: the last word of a date counts, until it is taken back."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Row

from data.store.page_records import SaidLate
from data.store.repositories.base import Repository
from data.store.tables import said_late as table


class LateWords(Repository):
    """Nothing is lost: a new word stands over the one before, and what is taken back keeps its row."""

    def add(self, word: SaidLate) -> None:
        values = {
            "id": word.id,
            "therapist": word.therapist,
            "date": word.date,
            "seconds": word.seconds,
            "said_at": word.said_at,
            "undone_at": None,
        }
        if not self._add(table, values):
            raise ValueError(f"{word.id!r} was said already")

    def last(self, day: date, therapist: str) -> SaidLate | None:
        """The last word that stands; None where nothing was said, or all was taken back."""
        mine = (table.c.date == day, table.c.therapist == therapist, table.c.undone_at.is_(None))
        query = self._select(table, *mine).order_by(table.c.said_at.desc(), table.c.id).limit(1)
        row = self._one(query)
        return None if row is None else _from_row(row)

    def undo(self, day: date, therapist: str, at: datetime) -> int:
        """Take everything back that was said of a date; says how much that was."""
        mine = (table.c.date == day, table.c.therapist == therapist, table.c.undone_at.is_(None))
        return self._update(table, *mine, values={"undone_at": at})


def _from_row(row: Row[Any]) -> SaidLate:
    return SaidLate(id=row.id, therapist=row.therapist, date=row.date, seconds=row.seconds, said_at=row.said_at)
