"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "practice",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("policies", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice")),
    )
    op.create_table(
        "agenda",
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("therapist", sa.Text(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f("fk_agenda_practice")),
        sa.PrimaryKeyConstraint("practice_id", "therapist", "date", name=op.f("pk_agenda")),
    )
    op.create_table(
        "audit",
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f("fk_audit_practice")),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_at", "audit", ["practice_id", "at", "id"], unique=False)
    op.create_table(
        "booking",
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("uid", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("client_ref", sa.Text(), nullable=False),
        sa.Column("client_name", sa.Text(), nullable=False),
        sa.Column("client_phone", sa.Text(), nullable=False),
        sa.Column("client_email", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f("fk_booking_practice")),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_booking")),
    )
    op.create_index("ix_booking_date", "booking", ["practice_id", "date", "id"], unique=False)
    op.create_index("uq_booking_uid", "booking", ["practice_id", "uid"], unique=True)
    op.create_table(
        "idempotency",
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f("fk_idempotency_practice")),
        sa.PrimaryKeyConstraint("practice_id", "key", name=op.f("pk_idempotency")),
    )
    op.create_index("ix_idempotency_created_at", "idempotency", ["practice_id", "created_at"], unique=False)
    op.create_table(
        "plan_run",
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("requested_at", INSTANT, nullable=False),
        sa.Column("therapists", sa.JSON(), nullable=False),
        sa.Column("time_limit", sa.BigInteger(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("plan_id", sa.Text(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f("fk_plan_run_practice")),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_plan_run")),
    )
    op.create_index("ix_plan_run_date", "plan_run", ["practice_id", "date", "requested_at"], unique=False)
    op.create_index("ix_plan_run_status", "plan_run", ["practice_id", "status", "requested_at"], unique=False)
    op.create_table(
        "service",
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f("fk_service_practice")),
        sa.PrimaryKeyConstraint("practice_id", "code", name=op.f("pk_service")),
    )
    op.create_table(
        "work_pattern",
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("therapist", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f("fk_work_pattern_practice")),
        sa.PrimaryKeyConstraint("practice_id", "therapist", name=op.f("pk_work_pattern")),
    )
    op.create_table(
        "api_key",
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("therapist", sa.Text(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["practice_id", "therapist"],
            ["work_pattern.practice_id", "work_pattern.therapist"],
            name="fk_api_key_therapist",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f("fk_api_key_practice")),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_api_key")),
    )
    op.create_index("uq_api_key_secret_hash", "api_key", ["secret_hash"], unique=True)
    op.create_table(
        "feed_token",
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("therapist", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["practice_id", "therapist"],
            ["work_pattern.practice_id", "work_pattern.therapist"],
            name="fk_feed_token_therapist",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f("fk_feed_token_practice")),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_feed_token")),
    )
    op.create_index("ix_feed_token_therapist", "feed_token", ["practice_id", "therapist"], unique=False)
    op.create_index("uq_feed_token_secret_hash", "feed_token", ["secret_hash"], unique=True)
    op.create_table(
        "plan",
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=True),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("published_at", INSTANT, nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["practice_id", "run_id"], ["plan_run.practice_id", "plan_run.id"], name="fk_plan_run"),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f("fk_plan_practice")),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_plan")),
    )
    op.create_index("ix_plan_date", "plan", ["practice_id", "date", "created_at"], unique=False)
    op.create_index(
        "uq_plan_published",
        "plan",
        ["practice_id", "date"],
        unique=True,
        sqlite_where=sa.text("published_at IS NOT NULL"),
        postgresql_where=sa.text("published_at IS NOT NULL"),
    )
