"""What a practice's own drives have taught."""

from sqlalchemy import JSON, Column, Integer, Table

from data.store.tables.metadata import metadata, of_practice
from data.store.types import UtcDateTime, Words

# Every version stays; the one in use stands in the practice's policies, so that who reads those reads it, too.
learned_roads = Table(
    "learned_roads",
    metadata,
    of_practice(),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("learned_at", UtcDateTime, nullable=False),
    Column("report", Words, nullable=False),
    Column("details", JSON, nullable=False),
    Column("forgotten_at", UtcDateTime),
)
