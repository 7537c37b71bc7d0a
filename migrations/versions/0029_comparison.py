"""When each organisation's money was last compared with Stripe."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "comparison",
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("differences", sa.Integer(), nullable=False),
        sa.Column("compared_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_comparison_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_comparison")),
    )


def downgrade() -> None:
    op.drop_table("comparison")
