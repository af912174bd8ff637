"""A run says how good its best plan is while it searches."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("plan_run", sa.Column("best", sa.JSON(), nullable=True))
