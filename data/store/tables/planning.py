"""Plans, the runs that made them, and the days they are about."""

from sqlalchemy import JSON, BigInteger, Column, Date, ForeignKeyConstraint, Index, Integer, Table, text

from data.store.tables.metadata import metadata, of_practice
from data.store.types import UtcDateTime, Words

# No foreign key from `plan_id` to `plan`: the plan names its run, and a circle could not be created in one step.
plan_run = Table(
    "plan_run",
    metadata,
    of_practice(),
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
    of_practice(),
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
    of_practice(),
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
    of_practice(),
    Column("therapist", Words, primary_key=True),
    Column("date", Date, primary_key=True),
    Column("version", Integer, nullable=False),
    Index("ix_agenda_date", "practice_id", "date", "version"),
)
