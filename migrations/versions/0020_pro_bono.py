"""What a matter is to a bar."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pro_bono_standing",
        sa.Column("matter_id", sa.String(length=40), nullable=False),
        sa.Column("beneficiary", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("fee_expected_at_outset", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "beneficiary IN ('limited_means','organisation','civic','training')",
            name=op.f("ck_pro_bono_standing_beneficiary"),
        ),
        sa.CheckConstraint(
            "channel IN ('program','own','collective')", name=op.f("ck_pro_bono_standing_channel")
        ),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.id"], name=op.f("fk_pro_bono_standing_matter_id")),
        sa.PrimaryKeyConstraint("matter_id", name=op.f("pk_pro_bono_standing")),
    )


def downgrade() -> None:
    op.drop_table("pro_bono_standing")
