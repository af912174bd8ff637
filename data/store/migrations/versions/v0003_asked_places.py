"""Which places were asked about, for an hour: a bound on searching one's way to somebody's home."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "asked_place",
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("hour", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f("fk_asked_place_practice")),
        sa.PrimaryKeyConstraint("practice_id", "key_id", "hour", "session", "place", name=op.f("pk_asked_place")),
    )
    op.create_index("ix_asked_place_hour", "asked_place", ["practice_id", "hour"], unique=False)
