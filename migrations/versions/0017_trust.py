"""Money in trust."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "trust_account",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("bank", sa.Text(), nullable=False),
        sa.Column("ending", sa.Text(), nullable=False),
        sa.Column("opened_by_id", sa.String(length=40), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(bank) BETWEEN 1 AND 80", name=op.f("ck_trust_account_bank")),
        sa.CheckConstraint("length(ending) = 4", name=op.f("ck_trust_account_ending")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["member.id"], name=op.f("fk_trust_account_opened_by_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_trust_account_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trust_account")),
    )
    op.create_index(op.f("ix_trust_account_organisation_id"), "trust_account", ["organisation_id"])
    op.create_table(
        "trust_statement",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("account_id", sa.String(length=40), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("reported_by_id", sa.String(length=40), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_trust_statement_amount")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["trust_account.id"], name=op.f("fk_trust_statement_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["reported_by_id"], ["member.id"], name=op.f("fk_trust_statement_reported_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trust_statement")),
    )
    op.create_index("ix_trust_statement_account", "trust_statement", ["account_id", "as_of"])
    op.create_table(
        "trust_transfer",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("matter_id", sa.String(length=40), nullable=False),
        sa.Column("fund_id", sa.String(length=40), nullable=False),
        sa.Column("account_id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("requested_by_id", sa.String(length=40), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_trust_transfer_amount")),
        sa.CheckConstraint("length(purpose) BETWEEN 1 AND 500", name=op.f("ck_trust_transfer_purpose")),
        sa.CheckConstraint(
            "state IN ('requested','approved','held','settled','refused')",
            name=op.f("ck_trust_transfer_state"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["trust_account.id"], name=op.f("fk_trust_transfer_account_id")),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_trust_transfer_fund_id")),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.id"], name=op.f("fk_trust_transfer_matter_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_trust_transfer_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["requested_by_id"], ["member.id"], name=op.f("fk_trust_transfer_requested_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trust_transfer")),
        sa.UniqueConstraint("id", "requested_by_id", name=op.f("uq_trust_transfer_id_requested_by_id")),
    )
    for column in ("account_id", "fund_id", "matter_id", "organisation_id"):
        op.create_index(op.f(f"ix_trust_transfer_{column}"), "trust_transfer", [column])
    op.create_table(
        "trust_approval",
        sa.Column("transfer_id", sa.String(length=40), nullable=False),
        sa.Column("approved_by_id", sa.String(length=40), nullable=False),
        sa.Column("requested_by_id", sa.String(length=40), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "approved_by_id <> requested_by_id", name=op.f("ck_trust_approval_not_the_requester")
        ),
        sa.ForeignKeyConstraint(["approved_by_id"], ["member.id"], name=op.f("fk_trust_approval_approved_by_id")),
        sa.ForeignKeyConstraint(
            ["transfer_id", "requested_by_id"],
            ["trust_transfer.id", "trust_transfer.requested_by_id"],
            name=op.f("fk_trust_approval_transfer_id"),
        ),
        sa.PrimaryKeyConstraint("transfer_id", "approved_by_id", name=op.f("pk_trust_approval")),
    )
    op.create_table(
        "trust_move",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("transfer_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_by_id", sa.String(length=40), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("group_id", sa.String(length=40), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_trust_move_amount")),
        sa.CheckConstraint("(kind = 'disbursed') = (category <> '')", name=op.f("ck_trust_move_category")),
        sa.CheckConstraint("kind IN ('sent','disbursed','returned')", name=op.f("ck_trust_move_kind")),
        sa.ForeignKeyConstraint(["group_id"], ["ledger_group.id"], name=op.f("fk_trust_move_group_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["member.id"], name=op.f("fk_trust_move_recorded_by_id")),
        sa.ForeignKeyConstraint(["transfer_id"], ["trust_transfer.id"], name=op.f("fk_trust_move_transfer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trust_move")),
    )
    op.create_index(op.f("ix_trust_move_transfer_id"), "trust_move", ["transfer_id"])
    for table in ("trust_statement", "trust_approval", "trust_move"):
        guards.append_only(table)


def downgrade() -> None:
    op.drop_index(op.f("ix_trust_move_transfer_id"), table_name="trust_move")
    op.drop_table("trust_move")
    op.drop_table("trust_approval")
    for column in ("account_id", "fund_id", "matter_id", "organisation_id"):
        op.drop_index(op.f(f"ix_trust_transfer_{column}"), table_name="trust_transfer")
    op.drop_table("trust_transfer")
    op.drop_index("ix_trust_statement_account", table_name="trust_statement")
    op.drop_table("trust_statement")
    op.drop_index(op.f("ix_trust_account_organisation_id"), table_name="trust_account")
    op.drop_table("trust_account")
