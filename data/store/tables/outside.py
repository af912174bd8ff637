"""Calendars kept elsewhere."""

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKeyConstraint, Index, Table

from data.store.tables.metadata import metadata, of_practice
from data.store.types import UtcDateTime, Words

# No foreign key from `booking.feed`: what a calendar promised stays in the books when it is no longer read.
outside_feed = Table(
    "outside_feed",
    metadata,
    of_practice(),
    Column("id", Words, primary_key=True),
    Column("therapist", Words, nullable=False),
    Column("address", Words, nullable=False),
    Column("format", Words, nullable=False),
    Column("fresh_for", BigInteger, nullable=False),
    Column("allow_loopback", Boolean, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    Column("succeeded_at", UtcDateTime),
    Column("read_to", Date),
    Column("etag", Words, nullable=False),
    Column("last_modified", Words, nullable=False),
    Column("trouble", Words, nullable=False),
    Column("trouble_at", UtcDateTime),
    ForeignKeyConstraint(
        ["practice_id", "therapist"],
        ["work_pattern.practice_id", "work_pattern.therapist"],
        name="fk_outside_feed_therapist",
        ondelete="CASCADE",
    ),
    Index("uq_outside_feed_address", "practice_id", "therapist", "address", unique=True),
)
