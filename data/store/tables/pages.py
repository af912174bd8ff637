"""Who is signed in to the pages, and whom a link may be mailed to."""

from sqlalchemy import Column, ForeignKeyConstraint, Index, Integer, Table

from data.store.tables.metadata import metadata, of_practice
from data.store.types import UtcDateTime, Words

# As with keys, the hash alone finds a session, and both tables forget a therapist who leaves.
page_session = Table(
    "page_session",
    metadata,
    of_practice(),
    Column("id", Words, primary_key=True),
    Column("secret_hash", Words, nullable=False),
    Column("role", Words, nullable=False),
    Column("therapist", Words),
    Column("name", Words, nullable=False),
    Column("device", Words, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    ForeignKeyConstraint(
        ["practice_id", "therapist"],
        ["work_pattern.practice_id", "work_pattern.therapist"],
        name="fk_page_session_therapist",
        ondelete="CASCADE",
    ),
    Index("uq_page_session_secret_hash", "secret_hash", unique=True),
)

# `asked` counts the links asked for in `asked_hour`, an hour since 1970.
sign_in_address = Table(
    "sign_in_address",
    metadata,
    of_practice(),
    Column("email", Words, primary_key=True),
    Column("role", Words, nullable=False),
    Column("therapist", Words),
    Column("name", Words, nullable=False),
    Column("asked_hour", Integer, nullable=False, server_default="0"),
    Column("asked", Integer, nullable=False, server_default="0"),
    ForeignKeyConstraint(
        ["practice_id", "therapist"],
        ["work_pattern.practice_id", "work_pattern.therapist"],
        name="fk_sign_in_address_therapist",
        ondelete="CASCADE",
    ),
    Index("ix_sign_in_address_email", "email"),
)
