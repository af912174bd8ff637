"""What was promised: bookings, holds, and the second net under both."""

from sqlalchemy import JSON, Column, Date, ForeignKeyConstraint, Index, Integer, Table

from data.store.tables.metadata import metadata, of_practice
from data.store.types import UtcDateTime, Words

# No foreign key to `service`: what is on offer changes, what was booked stays.
booking = Table(
    "booking",
    metadata,
    of_practice(),
    Column("id", Words, primary_key=True),
    Column("date", Date, nullable=False),
    Column("uid", Words),
    Column("therapist", Words),
    Column("feed", Words),
    Column("status", Words, nullable=False),
    Column("service", Words, nullable=False),
    Column("client_ref", Words, nullable=False),
    Column("client_name", Words, nullable=False),
    Column("client_phone", Words, nullable=False),
    Column("client_email", Words, nullable=False),
    Column("notes", Words, nullable=False),
    Column("details", JSON, nullable=False),
    Index("uq_booking_uid", "practice_id", "uid", unique=True),
    Index("ix_booking_date", "practice_id", "date", "id"),
    Index("ix_booking_therapist", "practice_id", "therapist", "date"),
    Index("ix_booking_feed", "practice_id", "feed", "date"),
)

hold = Table(
    "hold",
    metadata,
    of_practice(),
    Column("id", Words, primary_key=True),
    Column("owner", Words, nullable=False),
    Column("client_ref", Words, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("status", Words, nullable=False),
    Column("replaces", Words),
    Column("series", Words),
    Index("ix_hold_expires_at", "practice_id", "expires_at"),
)

held_visit = Table(
    "held_visit",
    metadata,
    of_practice(),
    Column("hold_id", Words, primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("therapist", Words, nullable=False),
    Column("date", Date, nullable=False),
    Column("details", JSON, nullable=False),
    ForeignKeyConstraint(
        ["practice_id", "hold_id"], ["hold.practice_id", "hold.id"], name="fk_held_visit_hold", ondelete="CASCADE"
    ),
    Index("ix_held_visit_therapist", "practice_id", "therapist", "date"),
)

# The second net: sessions of one therapist cannot overlap, whoever forgot to look. The exclusion constraint of
# PostgreSQL and the trigger of SQLite that say so are in migration 0002. `until` is when a hold stops blocking, None
# for a booking.
promise_block = Table(
    "promise_block",
    metadata,
    of_practice(),
    Column("kind", Words, primary_key=True),
    Column("promise", Words, primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("therapist", Words, nullable=False),
    Column("date", Date, nullable=False),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("until", UtcDateTime),
    Index("ix_promise_block_therapist", "practice_id", "therapist", "starts_at"),
)
