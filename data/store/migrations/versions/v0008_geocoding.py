"""What geocoding services have answered, so that each is asked once, and by all processes together once a second."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "geocoded_address",
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lng", sa.Double(), nullable=True),
        sa.Column("forget_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("service", "address", name=op.f("pk_geocoded_address")),
    )
    op.create_index("ix_geocoded_address_forget_at", "geocoded_address", ["forget_at"], unique=False)
    op.create_table(
        "geocoder_turn",
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("service", name=op.f("pk_geocoder_turn")),
    )
