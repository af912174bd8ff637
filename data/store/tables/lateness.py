"""How late therapists say that they are."""

from sqlalchemy import Column, Date, Index, Integer, Table

from data.store.tables.metadata import metadata, of_practice
from data.store.types import UtcDateTime, Words

said_late = Table(
    "said_late",
    metadata,
    of_practice(),
    Column("id", Words, primary_key=True),
    Column("therapist", Words, nullable=False),
    Column("date", Date, nullable=False),
    Column("seconds", Integer, nullable=False),
    Column("said_at", UtcDateTime, nullable=False),
    Column("undone_at", UtcDateTime),
    Index("ix_said_late_date", "practice_id", "date", "therapist"),
)
