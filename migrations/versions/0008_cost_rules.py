"""Purposes of funds, releases of restriction, two approvals, costs that come back."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("fund", sa.Column("purposes", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("expense", sa.Column("revision", sa.Integer(), server_default="1", nullable=False))
    op.add_column("expense_approval", sa.Column("revision", sa.Integer(), server_default="1", nullable=False))
    op.drop_index("ix_expense_approval_expense", table_name="expense_approval")
    op.create_index(
        "uq_expense_approval_once",
        "expense_approval",
        ["expense_id", "revision", "approved_by_id"],
        unique=True,
    )
    op.create_table(
        "cost_rule",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("set_by_id", sa.String(length=40), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_cost_rule_amount")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_cost_rule_organisation_id")
        ),
        sa.ForeignKeyConstraint(["set_by_id"], ["member.id"], name=op.f("fk_cost_rule_set_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cost_rule")),
    )
    op.create_index(
        "ix_cost_rule_latest", "cost_rule", ["organisation_id", "currency", "set_at"], unique=False
    )
    op.create_table(
        "expense_refund",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("expense_id", sa.String(length=40), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_by_id", sa.String(length=40), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("group_id", sa.String(length=40), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_expense_refund_amount")),
        sa.CheckConstraint("length(reason) BETWEEN 1 AND 500", name=op.f("ck_expense_refund_reason")),
        sa.ForeignKeyConstraint(["expense_id"], ["expense.id"], name=op.f("fk_expense_refund_expense_id")),
        sa.ForeignKeyConstraint(["group_id"], ["ledger_group.id"], name=op.f("fk_expense_refund_group_id")),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["member.id"], name=op.f("fk_expense_refund_recorded_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expense_refund")),
    )
    op.create_index(op.f("ix_expense_refund_expense_id"), "expense_refund", ["expense_id"], unique=False)
    op.create_table(
        "restriction_release",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("fund_id", sa.String(length=40), nullable=False),
        sa.Column("group_id", sa.String(length=40), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_restriction_release_fund_id")),
        sa.ForeignKeyConstraint(
            ["group_id"], ["ledger_group.id"], name=op.f("fk_restriction_release_group_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restriction_release")),
        sa.UniqueConstraint("group_id", name=op.f("uq_restriction_release_group_id")),
    )
    op.create_index(
        "ix_restriction_release_fund", "restriction_release", ["fund_id", "released_at"], unique=False
    )
    _release_what_was_spent()
    for table in ("cost_rule", "expense_refund", "restriction_release"):
        guards.append_only(table)


def _release_what_was_spent() -> None:
    """Expenses that were posted before releases were written."""
    op.execute(
        """
        INSERT INTO restriction_release (id, fund_id, group_id, released_at, amount_minor, currency)
        SELECT 'rel_' || substr(g.id, 5), e.fund_id, g.id, g.posted_at, sum(e.amount_minor), e.currency
        FROM ledger_entry e JOIN ledger_group g ON g.id = e.group_id
        WHERE e.account IN ('legal_costs', 'bond_forfeited')
        GROUP BY g.id, e.fund_id, g.posted_at, e.currency
        """
    )


def downgrade() -> None:
    op.drop_index("ix_restriction_release_fund", table_name="restriction_release")
    op.drop_table("restriction_release")
    op.drop_index(op.f("ix_expense_refund_expense_id"), table_name="expense_refund")
    op.drop_table("expense_refund")
    op.drop_index("ix_cost_rule_latest", table_name="cost_rule")
    op.drop_table("cost_rule")
    op.drop_index("uq_expense_approval_once", table_name="expense_approval")
    op.create_index("ix_expense_approval_expense", "expense_approval", ["expense_id"], unique=False)
    op.drop_column("expense_approval", "revision")
    op.drop_column("expense", "revision")
    op.drop_column("fund", "purposes")
