"""Goals of donors and of monthly value, and the recurring gifts that the second one counts."""

import sqlalchemy as sa
from alembic import op

from migrations.checks import replace_check

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_OLD = "metric IN ('amount','new_monthly_donors','pro_bono_hours')"
_NEW = "metric IN ('amount','donors','new_monthly_donors','monthly_value','pro_bono_hours')"


def upgrade() -> None:
    replace_check("goal", "metric", old=_OLD, new=_NEW)
    op.create_table(
        "counted_promise",
        sa.Column("recurring_gift_id", sa.String(length=40), nullable=False),
        sa.Column("drive_id", sa.String(length=40), nullable=False),
        sa.Column("monthly_minor", sa.BigInteger(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lost_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lost_because", sa.Text(), nullable=False),
        sa.CheckConstraint("monthly_minor >= 0", name=op.f("ck_counted_promise_monthly")),
        sa.ForeignKeyConstraint(["drive_id"], ["drive.id"], name=op.f("fk_counted_promise_drive_id")),
        sa.ForeignKeyConstraint(
            ["recurring_gift_id"], ["recurring_gift.id"], name=op.f("fk_counted_promise_recurring_gift_id")
        ),
        sa.PrimaryKeyConstraint("recurring_gift_id", name=op.f("pk_counted_promise")),
    )
    op.create_index("ix_counted_promise_drive", "counted_promise", ["drive_id", "lost_at"])


def downgrade() -> None:
    op.drop_table("counted_promise")
    op.execute("DELETE FROM goal WHERE metric IN ('donors','monthly_value')")
    replace_check("goal", "metric", old=_NEW, new=_OLD)
