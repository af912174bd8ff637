"""What therapists say while the day goes on."""

from sqlalchemy import Column, Date, Index, Table, text

from data.store.tables.metadata import metadata, of_practice
from data.store.types import UtcDateTime, Words

# No foreign keys: what happened stays in the books when the therapist has left. Of a visit each kind stands once.
visit_event = Table(
    "visit_event",
    metadata,
    of_practice(),
    Column("id", Words, primary_key=True),
    Column("therapist", Words, nullable=False),
    Column("date", Date, nullable=False),
    Column("visit", Words, nullable=False),
    Column("type", Words, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("source", Words, nullable=False),
    Column("undone_at", UtcDateTime),
    Index("ix_visit_event_date", "practice_id", "date", "therapist"),
    Index(
        "uq_visit_event_standing",
        "practice_id",
        "therapist",
        "date",
        "visit",
        "type",
        unique=True,
        sqlite_where=text("undone_at IS NULL"),
        postgresql_where=text("undone_at IS NULL"),
    ),
)
