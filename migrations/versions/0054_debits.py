"""Gifts from bank accounts: how a gift is paid, debits on their way, who offers them. Recurring gifts that wait for a
look before their first payment."""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("gift", sa.Column("method", sa.Text(), server_default="card", nullable=False))
    op.create_table(
        "debit",
        sa.Column("gift_id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ask_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('waiting','arrived','refused')", name=op.f("ck_debit_state")),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_debit_gift_id")),
        sa.PrimaryKeyConstraint("gift_id", name=op.f("pk_debit")),
    )
    op.create_index("ix_debit_waiting", "debit", ["state", "ask_at"])
    op.create_table(
        "bank_giving",
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("set_by", sa.String(length=40), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_bank_giving_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_bank_giving")),
    )
    op.create_table(
        "promise_review",
        sa.Column("gift_id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting','let_through','turned_down')", name=op.f("ck_promise_review_state")
        ),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_promise_review_gift_id")),
        sa.PrimaryKeyConstraint("gift_id", name=op.f("pk_promise_review")),
    )
    op.create_index(
        "ix_promise_review_organisation", "promise_review", ["organisation_id", "state", "asked_at"]
    )


def downgrade() -> None:
    op.drop_table("promise_review")
    op.drop_table("bank_giving")
    op.drop_table("debit")
    op.drop_column("gift", "method")
