"""Holds, on whose agenda a booking lies, and a second net under the day's check."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("booking", sa.Column("therapist", sa.Text(), nullable=True))
    op.create_index("ix_booking_therapist", "booking", ["practice_id", "therapist", "date"], unique=False)
    op.create_table(
        "hold",
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("client_ref", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("replaces", sa.Text(), nullable=True),
        sa.Column("series", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f("fk_hold_practice")),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_hold")),
    )
    op.create_index("ix_hold_expires_at", "hold", ["practice_id", "expires_at"], unique=False)
    op.create_table(
        "held_visit",
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("hold_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("therapist", sa.Text(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f("fk_held_visit_practice")),
        sa.ForeignKeyConstraint(
            ["practice_id", "hold_id"], ["hold.practice_id", "hold.id"], name="fk_held_visit_hold", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("practice_id", "hold_id", "position", name=op.f("pk_held_visit")),
    )
    op.create_index("ix_held_visit_therapist", "held_visit", ["practice_id", "therapist", "date"], unique=False)
    op.create_table(
        "promise_block",
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("promise", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("therapist", sa.Text(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f("fk_promise_block_practice")),
        sa.PrimaryKeyConstraint("practice_id", "kind", "promise", "position", name=op.f("pk_promise_block")),
    )
    op.create_index(
        "ix_promise_block_therapist", "promise_block", ["practice_id", "therapist", "starts_at"], unique=False
    )
    for statement in NET[op.get_bind().dialect.name]:
        op.execute(statement)
    _place_bookings(op.get_bind())


# PostgreSQL: GiST knows `=` for text only with the extension btree_gist, which not every server has. A range of texts
# is a type anyone may make, GiST knows `&&` for every range, and two ranges of one text each overlap exactly when the
# texts are equal.
#
# SQLite: no session lasts a day, so only a day's worth of the index is looked at.
NET = {
    "postgresql": (
        """CREATE TYPE words_range AS RANGE (subtype = text, collation = "C")""",
        """
        ALTER TABLE promise_block ADD CONSTRAINT ex_promise_block_overlap EXCLUDE USING gist (
            words_range(practice_id, practice_id, '[]') WITH &&,
            words_range(therapist, therapist, '[]') WITH &&,
            tstzrange(starts_at, ends_at) WITH &&
        )
        """,
    ),
    "sqlite": (
        """
        CREATE TRIGGER promise_block_overlap BEFORE INSERT ON promise_block
        WHEN EXISTS (
            SELECT 1 FROM promise_block AS other
            WHERE other.practice_id = NEW.practice_id AND other.therapist = NEW.therapist
            AND other.starts_at < NEW.ends_at AND other.ends_at > NEW.starts_at
            AND other.starts_at > datetime(NEW.starts_at, '-1 day')
        )
        BEGIN SELECT RAISE(ABORT, 'another promise of this therapist has that time'); END
        """,
    ),
}


def _place_bookings(connection: sa.Connection) -> None:
    """Put the bookings that are there onto agendas: as published, else as pinned.

    Where two fixed starts overlap already, the later one counts as accepted by staff.
    """
    booking, block = (sa.Table(name, sa.MetaData(), autoload_with=connection) for name in ("booking", "promise_block"))
    published = {
        (row.practice_id, visit): therapist
        for row in connection.execute(sa.text("SELECT practice_id, details FROM plan WHERE published_at IS NOT NULL"))
        for therapist, visit in _assignments(_document(row.details))
    }
    confirmed = sa.select(booking).where(booking.c.status == "confirmed").order_by(booking.c.date, booking.c.id)
    taken: dict[tuple[str, str], list[tuple[datetime, datetime]]] = {}
    for row in connection.execute(confirmed).all():
        details = _document(row.details)
        pinned = (details.get("pinned") or {}).get("therapist")
        therapist = published.get((row.practice_id, row.id), pinned)
        if therapist is None:
            continue
        values: dict[str, Any] = {"therapist": therapist}
        if span := _span(details):
            there = taken.setdefault((row.practice_id, therapist), [])
            if any(start < span[1] and span[0] < end for start, end in there):
                values["details"] = {**details, "overridden": True}
            else:
                there.append(span)
                connection.execute(block.insert().values(_block(row, therapist, span)))
        mine = (booking.c.practice_id == row.practice_id) & (booking.c.id == row.id)
        connection.execute(booking.update().where(mine).values(**values))


def _document(stored: str | dict[str, Any]) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(stored) if isinstance(stored, str) else stored
    return document


def _assignments(plan: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for day in plan["itineraries"]:
        for step in day["steps"]:
            if step["type"] == "visit":
                yield day["shift"]["therapist"]["id"], step["visit"]["id"]


def _span(details: dict[str, Any]) -> tuple[datetime, datetime] | None:
    """The session of a booking with a fixed start."""
    if len(details["windows"]) != 1 or details["session"] <= 0:
        return None
    ends = details["windows"][0]
    earliest, latest = datetime.fromisoformat(ends["earliest"]), datetime.fromisoformat(ends["latest"])
    return (earliest, earliest + timedelta(seconds=details["session"])) if earliest == latest else None


def _block(row: sa.Row[Any], therapist: str, span: tuple[datetime, datetime]) -> dict[str, str | int | date | datetime]:
    return {
        "practice_id": row.practice_id,
        "kind": "booking",
        "promise": row.id,
        "position": 0,
        "therapist": therapist,
        "date": row.date,
        "starts_at": span[0].astimezone(UTC),
        "ends_at": span[1].astimezone(UTC),
    }
