"""Each day of a plan a row of its own: whoever reads one day need not read them all."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    days = op.create_table(
        "itinerary",
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("plan_id", sa.Text(), nullable=False),
        sa.Column("therapist", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f("fk_itinerary_practice")),
        sa.ForeignKeyConstraint(
            ["practice_id", "plan_id"], ["plan.practice_id", "plan.id"], name="fk_itinerary_plan", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("practice_id", "plan_id", "therapist", name=op.f("pk_itinerary")),
    )
    _move_out(op.get_bind(), days)


def _move_out(connection: sa.Connection, days: sa.Table) -> None:
    """One plan at a time: a year of plans need not fit in memory."""
    plan = sa.table("plan", *(sa.column(name) for name in ("practice_id", "id")), sa.column("details", sa.JSON()))
    for practice_id, plan_id in connection.execute(sa.select(plan.c.practice_id, plan.c.id)).all():
        this = (plan.c.practice_id == practice_id) & (plan.c.id == plan_id)
        details = dict(connection.execute(sa.select(plan.c.details).where(this)).scalar_one())
        rows = [
            {
                "practice_id": practice_id,
                "plan_id": plan_id,
                "therapist": day["shift"]["therapist"]["id"],
                "position": position,
                "details": day,
            }
            for position, day in enumerate(details.pop("itineraries"))
        ]
        if rows:
            connection.execute(sa.insert(days), rows)
        connection.execute(sa.update(plan).where(this).values(details=details))
