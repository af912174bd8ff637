"""The tables. Every one belongs to a practice: its id leads each primary key, unique constraint and foreign key. Only
roads and addresses belong to nobody.

What is asked for by SQL is a column; what is only read back whole (policies, patterns, plans) is JSON. The migrations
in `migrations/versions` build the same tables; a test compares the two.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    text,
)

from data.store.types import UtcDateTime, Words

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)


def _of_practice() -> Column[str]:
    return Column("practice_id", Words, ForeignKey("practice.id"), primary_key=True)


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
    _of_practice(),
    Column("code", Words, primary_key=True),
    Column("name", Words, nullable=False),
    Column("details", JSON, nullable=False),
)

work_pattern = Table(
    "work_pattern",
    metadata,
    _of_practice(),
    Column("therapist", Words, primary_key=True),
    Column("details", JSON, nullable=False),
)

# No foreign key to `service`: what is on offer changes, what was booked stays.
booking = Table(
    "booking",
    metadata,
    _of_practice(),
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
    _of_practice(),
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
    _of_practice(),
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
    _of_practice(),
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

# No foreign key from `plan_id` to `plan`: the plan names its run, and a circle could not be created in one step.
plan_run = Table(
    "plan_run",
    metadata,
    _of_practice(),
    Column("id", Words, primary_key=True),
    Column("date", Date, nullable=False),
    Column("status", Words, nullable=False),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("therapists", JSON, nullable=False),
    Column("time_limit", BigInteger, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("lease_until", UtcDateTime),
    Column("started_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
    Column("plan_id", Words),
    Column("problem", Words, nullable=False),
    Column("best", JSON(none_as_null=True)),
    Index("ix_plan_run_status", "practice_id", "status", "requested_at"),
    Index("ix_plan_run_date", "practice_id", "date", "requested_at"),
)

plan = Table(
    "plan",
    metadata,
    _of_practice(),
    Column("id", Words, primary_key=True),
    Column("run_id", Words),
    Column("date", Date, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("published_at", UtcDateTime),
    Column("details", JSON, nullable=False),
    ForeignKeyConstraint(["practice_id", "run_id"], ["plan_run.practice_id", "plan_run.id"], name="fk_plan_run"),
    Index("ix_plan_date", "practice_id", "date", "created_at"),
    Index(
        "uq_plan_published",
        "practice_id",
        "date",
        unique=True,
        sqlite_where=text("published_at IS NOT NULL"),
        postgresql_where=text("published_at IS NOT NULL"),
    ),
)

# A plan's days, each a row, so that one is read without the others. `position` is the plan's own order.
itinerary = Table(
    "itinerary",
    metadata,
    _of_practice(),
    Column("plan_id", Words, primary_key=True),
    Column("therapist", Words, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("details", JSON, nullable=False),
    ForeignKeyConstraint(
        ["practice_id", "plan_id"], ["plan.practice_id", "plan.id"], name="fk_itinerary_plan", ondelete="CASCADE"
    ),
)

# No foreign key to `work_pattern`: a day that was worked stays after the therapist has left.
agenda = Table(
    "agenda",
    metadata,
    _of_practice(),
    Column("therapist", Words, primary_key=True),
    Column("date", Date, primary_key=True),
    Column("version", Integer, nullable=False),
    Index("ix_agenda_date", "practice_id", "date", "version"),
)

# What the public asked about in an hour, as digests. Kept for that hour only.
asked_place = Table(
    "asked_place",
    metadata,
    _of_practice(),
    Column("key_id", Words, primary_key=True),
    Column("hour", Integer, primary_key=True, autoincrement=False),
    Column("session", Words, primary_key=True),
    Column("place", Words, primary_key=True),
    Index("ix_asked_place_hour", "practice_id", "hour"),
)

idempotency = Table(
    "idempotency",
    metadata,
    _of_practice(),
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
    _of_practice(),
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
    _of_practice(),
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

# No foreign key from `booking.feed`: what a calendar promised stays in the books when it is no longer read.
outside_feed = Table(
    "outside_feed",
    metadata,
    _of_practice(),
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

audit = Table(
    "audit",
    metadata,
    _of_practice(),
    Column("id", Words, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", Words, nullable=False),
    Column("action", Words, nullable=False),
    Column("subject", Words, nullable=False),
    Column("detail", JSON, nullable=False),
    Index("ix_audit_at", "practice_id", "at", "id"),
)

road_pair = Table(
    "road_pair",
    metadata,
    # Of no practice: a road is the same for everybody, and who drives it is not told.
    Column("network", Words, primary_key=True),
    Column("origin", BigInteger, primary_key=True, autoincrement=False),
    Column("destination", BigInteger, primary_key=True, autoincrement=False),
    Column("seconds", Integer, nullable=False),
    Column("meters", Integer, nullable=False),
    Column("noted_on", Date, nullable=False),
    Index("ix_road_pair_destination", "network", "destination"),
    Index("ix_road_pair_noted_on", "noted_on"),
)

geocoded_address = Table(
    "geocoded_address",
    metadata,
    # Of no practice: an address lies where it lies, and who lives there is not told.
    Column("service", Words, primary_key=True),
    Column("address", Words, primary_key=True),
    Column("verdict", Words, nullable=False),
    Column("lat", Double),
    Column("lng", Double),
    Column("forget_at", UtcDateTime, nullable=False),
    Index("ix_geocoded_address_forget_at", "forget_at"),
)

geocoder_turn = Table(
    "geocoder_turn",
    metadata,
    Column("service", Words, primary_key=True),
    Column("free_at", UtcDateTime, nullable=False),
)
