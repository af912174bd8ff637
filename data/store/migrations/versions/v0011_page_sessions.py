"""Signed-in browsers that can be signed out, and addresses that a link may be mailed to."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "page_session",
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("therapist", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["practice_id", "therapist"],
            ["work_pattern.practice_id", "work_pattern.therapist"],
            name="fk_page_session_therapist",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f("fk_page_session_practice")),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_page_session")),
    )
    op.create_index("uq_page_session_secret_hash", "page_session", ["secret_hash"], unique=True)
    op.create_table(
        "sign_in_address",
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("therapist", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("asked_hour", sa.Integer(), server_default="0", nullable=False),
        sa.Column("asked", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id", "therapist"],
            ["work_pattern.practice_id", "work_pattern.therapist"],
            name="fk_sign_in_address_therapist",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f("fk_sign_in_address_practice")),
        sa.PrimaryKeyConstraint("practice_id", "email", name=op.f("pk_sign_in_address")),
    )
    op.create_index("ix_sign_in_address_email", "sign_in_address", ["email"], unique=False)
