"""What a practice is: itself, its services, the weeks of its therapists."""

from sqlalchemy import JSON, Column, Integer, Table

from data.store.tables.metadata import metadata, of_practice
from data.store.types import Words

# `revision` counts the changes to policies, services, weeks and the list of outside calendars.
practice = Table(
    "practice",
    metadata,
    Column("id", Words, primary_key=True),
    Column("name", Words, nullable=False),
    Column("zone", Words, nullable=False),
    Column("policies", JSON, nullable=False),
    Column("revision", Integer, nullable=False, server_default="0"),
)

service = Table(
    "service",
    metadata,
    of_practice(),
    Column("code", Words, primary_key=True),
    Column("name", Words, nullable=False),
    Column("details", JSON, nullable=False),
)

work_pattern = Table(
    "work_pattern",
    metadata,
    of_practice(),
    Column("therapist", Words, primary_key=True),
    Column("details", JSON, nullable=False),
)
