"""Calendars kept elsewhere, and which bookings came out of which."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("booking", sa.Column("feed", sa.Text(), nullable=True))
    op.create_index("ix_booking_feed", "booking", ["practice_id", "feed", "date"], unique=False)
    op.create_table(
        "outside_feed",
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("therapist", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("fresh_for", sa.BigInteger(), nullable=False),
        sa.Column("allow_loopback", sa.Boolean(), nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.Column("succeeded_at", INSTANT, nullable=True),
        sa.Column("read_to", sa.Date(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("last_modified", sa.Text(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("trouble_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f("fk_outside_feed_practice")),
        sa.ForeignKeyConstraint(
            ["practice_id", "therapist"],
            ["work_pattern.practice_id", "work_pattern.therapist"],
            name="fk_outside_feed_therapist",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_outside_feed")),
    )
    op.create_index("uq_outside_feed_address", "outside_feed", ["practice_id", "therapist", "address"], unique=True)
