"""Milestones and stretch goals: the steps of a goal, and when each was reached."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("goal", sa.Column("steps", sa.JSON(), server_default="[]", nullable=False))
    op.create_table(
        "goal_step",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("drive_id", sa.String(length=40), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("target", sa.BigInteger(), nullable=False),
        sa.Column("reached_on", sa.Date(), nullable=False),
        sa.Column("reached_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["drive_id"], ["drive.id"], name=op.f("fk_goal_step_drive_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goal_step")),
        sa.UniqueConstraint("drive_id", "metric", "target", name=op.f("uq_goal_step_drive_id_metric_target")),
    )
    guards.append_only("goal_step")


def downgrade() -> None:
    op.drop_table("goal_step")
    op.drop_column("goal", "steps")
