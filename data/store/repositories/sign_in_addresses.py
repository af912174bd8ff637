"""Whom a link may be mailed to, and how often one was asked for."""

from typing import Any

from sqlalchemy import Row, case, delete, or_, select, update

from data.store.engine import Database
from data.store.page_records import SignInAddress
from data.store.records import Role
from data.store.repositories.base import insert
from data.store.tables import practice, work_pattern
from data.store.tables import sign_in_address as table
from optimizer.domain.errors import NotFound


def _from_row(row: Row[Any]) -> SignInAddress:
    return SignInAddress(
        practice_id=row.practice_id, email=row.email, role=Role(row.role), therapist=row.therapist, name=row.name
    )


class SignInAddresses:
    """Asked before the practice is known, so outside a unit of work. Each call is a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, address: SignInAddress) -> None:
        """Keep an address; in one practice it stands for one person, the last one named.

        Raises
        ------
        NotFound
            When there is no such practice, or no such therapist in it.
        """
        values = {"role": address.role.value, "therapist": address.therapist, "name": address.name}
        with self._database.transaction(write=True) as connection:
            if not connection.scalar(select(practice.c.id).where(practice.c.id == address.practice_id)):
                raise NotFound(f"there is no practice {address.practice_id!r}")
            works = select(work_pattern.c.therapist).where(
                work_pattern.c.practice_id == address.practice_id, work_pattern.c.therapist == address.therapist
            )
            if address.therapist is not None and not connection.scalar(works):
                raise NotFound(f"there is no therapist {address.therapist!r}")
            row = insert(connection, table).values(practice_id=address.practice_id, email=address.email, **values)
            connection.execute(row.on_conflict_do_update(index_elements=["practice_id", "email"], set_=values))
            connection.commit()

    def remove(self, practice_id: str, email: str) -> None:
        """No link is mailed there any more. Raises NotFound."""
        this = delete(table).where(table.c.practice_id == practice_id, table.c.email == email)
        with self._database.transaction(write=True) as connection:
            if not connection.execute(this).rowcount:
                raise NotFound(f"no link is mailed to {email!r}")
            connection.commit()

    def list(self, practice_id: str) -> tuple[SignInAddress, ...]:
        mine = select(table).where(table.c.practice_id == practice_id).order_by(table.c.email)
        with self._database.transaction(write=False) as connection:
            return tuple(_from_row(row) for row in connection.execute(mine))

    def ask(self, email: str, *, hour: int, most: int) -> tuple[SignInAddress, ...]:
        """Who may be sent a link to this address now: nobody who was sent `most` in this hour (since 1970) already."""
        here = table.c.email == email
        left = or_(table.c.asked_hour != hour, table.c.asked < most)
        count = case((table.c.asked_hour == hour, table.c.asked + 1), else_=1)
        with self._database.transaction(write=False) as connection:
            if connection.execute(select(table.c.email).where(here)).first() is None:
                return ()
        with self._database.transaction(write=True) as connection:
            rows = connection.execute(
                update(table).where(here, left).values(asked=count, asked_hour=hour).returning(table)
            ).all()
            connection.commit()
        return tuple(_from_row(row) for row in rows)
