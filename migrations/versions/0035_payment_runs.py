"""Payment runs for the bank, and the sealed accounts that they pay to."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payee_account",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("member_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("holder", sa.LargeBinary(), nullable=False),
        sa.Column("routing", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=False),
        sa.Column("ending", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('checking','savings')", name=op.f("ck_payee_account_kind")),
        sa.CheckConstraint("length(ending) = 4", name=op.f("ck_payee_account_ending")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_payee_account_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payee_account")),
    )
    op.create_index("ix_payee_account_member", "payee_account", ["member_id", "given_at"])
    op.create_table(
        "bank_origin",
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("bank_name", sa.Text(), nullable=False),
        sa.Column("routing", sa.Text(), nullable=False),
        sa.Column("company_name", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_bank_origin_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_bank_origin")),
    )
    op.create_table(
        "payment_run",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_by_id", sa.String(length=40), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by_id", sa.String(length=40), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('made','paid','cancelled')", name=op.f("ck_payment_run_state")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_payment_run_organisation_id")
        ),
        sa.ForeignKeyConstraint(["made_by_id"], ["member.id"], name=op.f("fk_payment_run_made_by_id")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["member.id"], name=op.f("fk_payment_run_ended_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_run")),
    )
    op.create_index("ix_payment_run_list", "payment_run", ["organisation_id", "made_at"])
    op.create_table(
        "payment_run_item",
        sa.Column("run_id", sa.String(length=40), nullable=False),
        sa.Column("expense_id", sa.String(length=40), nullable=False),
        sa.Column("account_id", sa.String(length=40), nullable=False),
        sa.Column("waits", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["payment_run.id"], name=op.f("fk_payment_run_item_run_id")),
        sa.ForeignKeyConstraint(["expense_id"], ["expense.id"], name=op.f("fk_payment_run_item_expense_id")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["payee_account.id"], name=op.f("fk_payment_run_item_account_id")
        ),
        sa.PrimaryKeyConstraint("run_id", "expense_id", name=op.f("pk_payment_run_item")),
    )
    op.create_index(
        "uq_payment_run_item_waiting",
        "payment_run_item",
        ["expense_id"],
        unique=True,
        sqlite_where=sa.text("waits"),
        postgresql_where=sa.text("waits"),
    )


def downgrade() -> None:
    for table in ("payment_run_item", "payment_run", "bank_origin", "payee_account"):
        op.drop_table(table)
