"""Drives that a road engine was asked for, so that it is asked once."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "road_pair",
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("origin", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("destination", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("meters", sa.Integer(), nullable=False),
        sa.Column("noted_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("network", "origin", "destination", name=op.f("pk_road_pair")),
    )
    op.create_index("ix_road_pair_destination", "road_pair", ["network", "destination"], unique=False)
    op.create_index("ix_road_pair_noted_on", "road_pair", ["noted_on"], unique=False)
