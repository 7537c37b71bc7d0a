"""Pro bono hours as a goal of a drive, and pledges of hours."""

import sqlalchemy as sa
from alembic import op

from migrations.checks import replace_check

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_OLD = "metric IN ('amount','new_monthly_donors')"
_NEW = "metric IN ('amount','new_monthly_donors','pro_bono_hours')"


def upgrade() -> None:
    replace_check("goal", "metric", old=_OLD, new=_NEW)
    op.create_table(
        "hours_pledge",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("drive_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("firm", sa.Text(), nullable=False),
        sa.Column("bar", sa.Text(), nullable=False),
        sa.Column("classification", sa.Text(), nullable=False),
        sa.Column("bar_year", sa.Integer(), nullable=True),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("pledged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.String(length=40), nullable=True),
        sa.Column("timekeeper_id", sa.String(length=40), nullable=True),
        sa.CheckConstraint("hours BETWEEN 1 AND 2000", name=op.f("ck_hours_pledge_hours")),
        sa.CheckConstraint(
            "state IN ('unconfirmed','confirmed','accepted','declined')", name=op.f("ck_hours_pledge_state")
        ),
        sa.CheckConstraint(
            "(state = 'accepted') = (timekeeper_id IS NOT NULL)", name=op.f("ck_hours_pledge_accepted")
        ),
        sa.CheckConstraint(
            "bar_year IS NULL OR bar_year BETWEEN 1940 AND 2100", name=op.f("ck_hours_pledge_bar_year")
        ),
        sa.ForeignKeyConstraint(["drive_id"], ["drive.id"], name=op.f("fk_hours_pledge_drive_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["member.id"], name=op.f("fk_hours_pledge_decided_by_id")),
        sa.ForeignKeyConstraint(
            ["timekeeper_id"], ["timekeeper.id"], name=op.f("fk_hours_pledge_timekeeper_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hours_pledge")),
    )
    op.create_index("ix_hours_pledge_drive", "hours_pledge", ["drive_id", "state"])


def downgrade() -> None:
    op.drop_table("hours_pledge")
    replace_check("goal", "metric", old=_NEW, new=_OLD)
