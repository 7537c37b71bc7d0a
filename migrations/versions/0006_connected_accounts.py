"""Organisations with an account of their own at Stripe."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "connected_account",
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_connected_account_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_connected_account")),
        sa.UniqueConstraint("account", name=op.f("uq_connected_account_account")),
    )
    op.add_column("gift", sa.Column("account", sa.Text(), server_default="", nullable=False))
    op.add_column("recurring_gift", sa.Column("account", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("recurring_gift", "account")
    op.drop_column("gift", "account")
    op.drop_table("connected_account")
