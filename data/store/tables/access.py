"""Who may ask, what was asked, and what was answered."""

from sqlalchemy import JSON, Column, ForeignKeyConstraint, Index, Integer, Table

from data.store.tables.metadata import metadata, of_practice
from data.store.types import UtcDateTime, Words

# What the public asked about in an hour, as digests. Kept for that hour only.
asked_place = Table(
    "asked_place",
    metadata,
    of_practice(),
    Column("key_id", Words, primary_key=True),
    Column("hour", Integer, primary_key=True, autoincrement=False),
    Column("session", Words, primary_key=True),
    Column("place", Words, primary_key=True),
    Index("ix_asked_place_hour", "practice_id", "hour"),
)

idempotency = Table(
    "idempotency",
    metadata,
    of_practice(),
    Column("key", Words, primary_key=True),
    Column("fingerprint", Words, nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", JSON, nullable=False),
    Column("body", Words, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_idempotency_created_at", "practice_id", "created_at"),
)

# The hash alone finds a key or a token, before anyone knows the practice: so it is unique across practices.
# Both die with the therapist they stand for.
api_key = Table(
    "api_key",
    metadata,
    of_practice(),
    Column("id", Words, primary_key=True),
    Column("secret_hash", Words, nullable=False),
    Column("role", Words, nullable=False),
    Column("label", Words, nullable=False),
    Column("therapist", Words),
    Column("created_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    ForeignKeyConstraint(
        ["practice_id", "therapist"],
        ["work_pattern.practice_id", "work_pattern.therapist"],
        name="fk_api_key_therapist",
        ondelete="CASCADE",
    ),
    Index("uq_api_key_secret_hash", "secret_hash", unique=True),
)

feed_token = Table(
    "feed_token",
    metadata,
    of_practice(),
    Column("id", Words, primary_key=True),
    Column("secret_hash", Words, nullable=False),
    Column("therapist", Words, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    ForeignKeyConstraint(
        ["practice_id", "therapist"],
        ["work_pattern.practice_id", "work_pattern.therapist"],
        name="fk_feed_token_therapist",
        ondelete="CASCADE",
    ),
    Index("uq_feed_token_secret_hash", "secret_hash", unique=True),
    Index("ix_feed_token_therapist", "practice_id", "therapist"),
)

audit = Table(
    "audit",
    metadata,
    of_practice(),
    Column("id", Words, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", Words, nullable=False),
    Column("action", Words, nullable=False),
    Column("subject", Words, nullable=False),
    Column("detail", JSON, nullable=False),
    Index("ix_audit_at", "practice_id", "at", "id"),
)
