"""A search asks in two short queries whether anything has changed: what a practice says of itself, and its days."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("practice", sa.Column("revision", sa.Integer(), server_default="0", nullable=False))
    op.create_index("ix_agenda_date", "agenda", ["practice_id", "date", "version"], unique=False)
