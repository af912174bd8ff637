"""Promises that lapse. Each change counts up the agendas it touches."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, insert, select, update

from data.store.convert import held_visit_from_row, held_visit_to_row, hold_from_row, hold_to_row
from data.store.repositories.agendas import Agendas
from data.store.repositories.base import Repository, on_agendas
from data.store.tables import held_visit as visit_table
from data.store.tables import hold as table
from optimizer.domain.errors import Conflict, NotFound
from optimizer.domain.promise import Hold, HoldStatus

HOLDS = (
    select(table, visit_table.c.details)
    .join_from(
        table,
        visit_table,
        (visit_table.c.practice_id == table.c.practice_id) & (visit_table.c.hold_id == table.c.id),
        isouter=True,
    )
    .where(table.c.practice_id == bindparam("of"))
    .order_by(table.c.id, visit_table.c.position)
)
"""With their visits, one to a row."""

LIVE = HOLDS.where(table.c.status == HoldStatus.LIVE.value, table.c.expires_at > bindparam("now"))

WITH_A_VISIT = select(visit_table.c.hold_id).where(visit_table.c.practice_id == bindparam("of"))

# Asked by every hold and every confirmation, and so written once.
BY_ID = HOLDS.where(table.c.id == bindparam("id"))
LIVE_ON = LIVE.where(table.c.id.in_(WITH_A_VISIT.where(on_agendas(visit_table))))
CONFIRM = (
    update(table)
    .where(table.c.practice_id == bindparam("of"), table.c.id == bindparam("hold"))
    .values(status=HoldStatus.CONFIRMED.value)
)
ADD_VISITS = insert(visit_table)


class Holds(Repository):
    """Whoever adds a hold has locked its days (`agendas.lock`) and looked at them again."""

    def __init__(self, connection: Connection, practice_id: str, agendas: Agendas) -> None:
        super().__init__(connection, practice_id)
        self._agendas = agendas

    def add(self, hold: Hold) -> None:
        """Keep a hold, all of its visits.

        Raises
        ------
        Conflict
            code `slot_taken`, when another promise of the therapist has that very time; `already_exists`, when the id
            is taken. Nothing of the hold is kept then.
        """
        if not self._add(table, hold_to_row(hold)):
            raise Conflict(f"hold {hold.id!r} exists already", code="already_exists")
        self._agendas.bump(_days(hold))
        try:
            self._agendas.net.of_new_hold(hold)
        except Conflict:
            self._delete(table, table.c.id == hold.id)
            raise
        self._write_visits(hold)

    def get(self, id: str) -> Hold:
        """The hold, whatever became of it. Raises NotFound."""
        found = self._holds(BY_ID, id=id)
        if not found:
            raise NotFound(f"there is no hold {id!r}")
        return found[0]

    def put(self, hold: Hold) -> None:
        """Replace the hold with this id. Confirm it before its bookings are added: it stands in their way.

        Raises
        ------
        NotFound
            When there is no such hold.
        Conflict
            code `slot_taken`, when a hold that had lapsed is made live again and its time is gone.
        """
        before = self.get(hold.id)
        with self._connection.begin_nested():
            self._agendas.bump({*_days(before), *_days(hold)})
            self._update(table, table.c.id == hold.id, values=hold_to_row(hold))
            if before.visits != hold.visits:
                self._delete(visit_table, visit_table.c.hold_id == hold.id)
                self._write_visits(hold)
            self._agendas.net.of_hold(hold)

    def confirm(self, hold: Hold) -> None:
        """Let a hold that was read under its lock become bookings; they are added next."""
        self._agendas.bump(_days(hold))
        self._connection.execute(CONFIRM, {"of": self._practice_id, "hold": hold.id})
        self._agendas.net.clear_hold(hold.id)

    def live_on(self, days: Iterable[tuple[str, date]], now: datetime) -> tuple[Hold, ...]:
        """The holds that keep a place on one of these (therapist, date) days, by id, in one query.

        A series comes whole: with its visits on other days too.
        """
        return self._holds(LIVE_ON, days=sorted(set(days)), now=now)

    def live_between(self, therapists: Collection[str], first: date, last: date, now: datetime) -> tuple[Hold, ...]:
        """The same for every date from the first to the last, both included."""
        there = WITH_A_VISIT.where(visit_table.c.therapist.in_(therapists), visit_table.c.date.between(first, last))
        return self._holds(LIVE.where(table.c.id.in_(there)), now=now)

    def live_of(self, owner: str, now: datetime) -> tuple[Hold, ...]:
        """The holds that keep places for this owner, by id."""
        return self._holds(LIVE.where(table.c.owner == owner), now=now)

    def purge(self, before: datetime) -> int:
        """Forget the holds that expired before that, confirmed ones too; says how many."""
        self._agendas.net.forget(before)
        return self._delete(table, table.c.expires_at < before)

    def _holds(self, query: Select[Any], **given: Any) -> tuple[Hold, ...]:
        rows = self._all(query, of=self._practice_id, **given)
        return tuple(_hold(list(group)) for _, group in groupby(rows, key=lambda row: row.id))

    def _write_visits(self, hold: Hold) -> None:
        rows = [
            {
                "practice_id": self._practice_id,
                "hold_id": hold.id,
                "position": position,
                **held_visit_to_row(visit),
            }
            for position, visit in enumerate(hold.visits)
        ]
        if rows:
            self._connection.execute(ADD_VISITS, rows)


def _hold(rows: Sequence[Row[Any]]) -> Hold:
    return hold_from_row(rows[0], [held_visit_from_row(row) for row in rows if row.details is not None])


def _days(hold: Hold) -> set[tuple[str, date]]:
    return {(visit.therapist, visit.date) for visit in hold.visits}
