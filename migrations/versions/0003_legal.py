"""The tables of legal/."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "timekeeper",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("member_id", sa.String(length=40), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("classification", sa.Text(), nullable=False),
        sa.Column("bar_year", sa.Integer(), nullable=True),
        sa.Column("engaged_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "bar_year IS NULL OR bar_year BETWEEN 1940 AND 2100", name=op.f("ck_timekeeper_bar_year")
        ),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 120", name=op.f("ck_timekeeper_name")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_timekeeper_member_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_timekeeper_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timekeeper")),
        sa.UniqueConstraint("member_id", name=op.f("uq_timekeeper_member_id")),
        sa.UniqueConstraint("organisation_id", "name", name=op.f("uq_timekeeper_organisation_id_name")),
    )
    op.create_table(
        "legal_month",
        sa.Column("campaign_id", sa.String(length=40), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("hours_tenths", sa.BigInteger(), nullable=False),
        sa.Column("valued_tenths", sa.BigInteger(), nullable=False),
        sa.Column("in_kind_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_legal_month_campaign_id")),
        sa.PrimaryKeyConstraint("campaign_id", "month", name=op.f("pk_legal_month")),
    )
    op.create_table(
        "legal_total",
        sa.Column("campaign_id", sa.String(length=40), nullable=False),
        sa.Column("hours_tenths", sa.BigInteger(), nullable=False),
        sa.Column("valued_tenths", sa.BigInteger(), nullable=False),
        sa.Column("in_kind_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_legal_total_campaign_id")),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_legal_total")),
    )
    op.create_table(
        "matter",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("campaign_id", sa.String(length=40), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("rounding_policy", sa.Text(), nullable=False),
        sa.Column("matrix", sa.Text(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "rounding_policy IN ('up','nearest','down')", name=op.f("ck_matter_rounding_policy")
        ),
        sa.CheckConstraint("closed_on IS NULL OR opened_on <= closed_on", name=op.f("ck_matter_dates")),
        sa.CheckConstraint("length(title) BETWEEN 1 AND 120", name=op.f("ck_matter_title")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_matter_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matter")),
    )
    op.create_index(op.f("ix_matter_campaign_id"), "matter", ["campaign_id"], unique=False)
    op.create_table(
        "bond",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("matter_id", sa.String(length=40), nullable=False),
        sa.Column("fund_id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("requested_by_id", sa.String(length=40), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.CheckConstraint(
            "state IN ('requested','approved','posted','cancelled','refund_claimed','refunded','breach_noticed','rescinded','breached')",
            name=op.f("ck_bond_state"),
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_bond_amount")),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_bond_fund_id")),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.id"], name=op.f("fk_bond_matter_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_bond_organisation_id")
        ),
        sa.ForeignKeyConstraint(["requested_by_id"], ["member.id"], name=op.f("fk_bond_requested_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bond")),
        sa.UniqueConstraint("id", "requested_by_id", name=op.f("uq_bond_id_requested_by_id")),
    )
    op.create_index(op.f("ix_bond_fund_id"), "bond", ["fund_id"], unique=False)
    op.create_index(op.f("ix_bond_matter_id"), "bond", ["matter_id"], unique=False)
    op.create_index(op.f("ix_bond_organisation_id"), "bond", ["organisation_id"], unique=False)
    op.create_table(
        "expense",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("matter_id", sa.String(length=40), nullable=False),
        sa.Column("fund_id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("claimant_id", sa.String(length=40), nullable=False),
        sa.Column("expense_code", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("incurred_on", sa.Date(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.CheckConstraint(
            "state IN ('pending','approved','paid','rejected')", name=op.f("ck_expense_state")
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_expense_amount")),
        sa.CheckConstraint("length(description) BETWEEN 1 AND 1000", name=op.f("ck_expense_description")),
        sa.ForeignKeyConstraint(["claimant_id"], ["member.id"], name=op.f("fk_expense_claimant_id")),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_expense_fund_id")),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.id"], name=op.f("fk_expense_matter_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_expense_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expense")),
        sa.UniqueConstraint("id", "claimant_id", name=op.f("uq_expense_id_claimant_id")),
    )
    op.create_index(op.f("ix_expense_fund_id"), "expense", ["fund_id"], unique=False)
    op.create_index("ix_expense_list", "expense", ["organisation_id", "state", "incurred_on"], unique=False)
    op.create_index(op.f("ix_expense_matter_id"), "expense", ["matter_id"], unique=False)
    op.create_table(
        "matter_participation",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("matter_id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "part IN ('lead_counsel','co_counsel','supporting')", name=op.f("ck_matter_participation_part")
        ),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.id"], name=op.f("fk_matter_participation_matter_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_matter_participation_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matter_participation")),
        sa.UniqueConstraint(
            "matter_id", "organisation_id", name=op.f("uq_matter_participation_matter_id_organisation_id")
        ),
    )
    op.create_index(
        op.f("ix_matter_participation_organisation_id"),
        "matter_participation",
        ["organisation_id"],
        unique=False,
    )
    op.create_table(
        "time_entry",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("matter_id", sa.String(length=40), nullable=False),
        sa.Column("timekeeper_id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("author_id", sa.String(length=40), nullable=False),
        sa.Column("worked_on", sa.Date(), nullable=False),
        sa.Column("minutes_raw", sa.Integer(), nullable=False),
        sa.Column("units_tenths", sa.Integer(), nullable=False),
        sa.Column("rounding_policy", sa.Text(), nullable=False),
        sa.Column("task_code", sa.Text(), nullable=False),
        sa.Column("activity_code", sa.Text(), nullable=False),
        sa.Column("narrative", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_by_id", sa.String(length=40), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "rounding_policy IN ('up','nearest','down')", name=op.f("ck_time_entry_rounding_policy")
        ),
        sa.CheckConstraint(
            "state IN ('draft','submitted','approved','returned')", name=op.f("ck_time_entry_state")
        ),
        sa.CheckConstraint("length(narrative) BETWEEN 1 AND 2000", name=op.f("ck_time_entry_narrative")),
        sa.CheckConstraint("minutes_raw BETWEEN 1 AND 1440", name=op.f("ck_time_entry_minutes_raw")),
        sa.CheckConstraint("units_tenths BETWEEN 0 AND 240", name=op.f("ck_time_entry_units_tenths")),
        sa.ForeignKeyConstraint(["author_id"], ["member.id"], name=op.f("fk_time_entry_author_id")),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.id"], name=op.f("fk_time_entry_matter_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_time_entry_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["submitted_by_id"], ["member.id"], name=op.f("fk_time_entry_submitted_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["timekeeper_id"], ["timekeeper.id"], name=op.f("fk_time_entry_timekeeper_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_entry")),
        sa.UniqueConstraint("id", "author_id", name=op.f("uq_time_entry_id_author_id")),
    )
    op.create_index("ix_time_entry_day", "time_entry", ["timekeeper_id", "worked_on"], unique=False)
    op.create_index(
        "ix_time_entry_list", "time_entry", ["organisation_id", "state", "worked_on"], unique=False
    )
    op.create_index(op.f("ix_time_entry_matter_id"), "time_entry", ["matter_id"], unique=False)
    op.create_table(
        "bond_approval",
        sa.Column("bond_id", sa.String(length=40), nullable=False),
        sa.Column("requested_by_id", sa.String(length=40), nullable=False),
        sa.Column("approved_by_id", sa.String(length=40), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "approved_by_id <> requested_by_id", name=op.f("ck_bond_approval_not_the_requester")
        ),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["member.id"], name=op.f("fk_bond_approval_approved_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["bond_id", "requested_by_id"],
            ["bond.id", "bond.requested_by_id"],
            name=op.f("fk_bond_approval_bond_id"),
        ),
        sa.PrimaryKeyConstraint("bond_id", name=op.f("pk_bond_approval")),
    )
    op.create_table(
        "bond_event",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("bond_id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("document_sha256", sa.String(length=64), nullable=True),
        sa.Column("interest_minor", sa.BigInteger(), nullable=False),
        sa.Column("recorded_by_id", sa.String(length=40), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("group_id", sa.String(length=40), nullable=True),
        sa.CheckConstraint(
            "state <> 'breached' OR document_sha256 IS NOT NULL",
            name=op.f("ck_bond_event_breach_has_document"),
        ),
        sa.CheckConstraint(
            "state IN ('cancelled','refund_claimed','refunded','breach_noticed','rescinded','breached')",
            name=op.f("ck_bond_event_state"),
        ),
        sa.CheckConstraint("interest_minor >= 0", name=op.f("ck_bond_event_interest")),
        sa.ForeignKeyConstraint(["bond_id"], ["bond.id"], name=op.f("fk_bond_event_bond_id")),
        sa.ForeignKeyConstraint(["group_id"], ["ledger_group.id"], name=op.f("fk_bond_event_group_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["member.id"], name=op.f("fk_bond_event_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bond_event")),
    )
    op.create_index(op.f("ix_bond_event_bond_id"), "bond_event", ["bond_id"], unique=False)
    op.create_table(
        "bond_posting",
        sa.Column("bond_id", sa.String(length=40), nullable=False),
        sa.Column("posted_by_id", sa.String(length=40), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("group_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["bond_id"], ["bond.id"], name=op.f("fk_bond_posting_bond_id")),
        sa.ForeignKeyConstraint(["group_id"], ["ledger_group.id"], name=op.f("fk_bond_posting_group_id")),
        sa.ForeignKeyConstraint(["posted_by_id"], ["member.id"], name=op.f("fk_bond_posting_posted_by_id")),
        sa.PrimaryKeyConstraint("bond_id", name=op.f("pk_bond_posting")),
    )
    op.create_table(
        "expense_approval",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("expense_id", sa.String(length=40), nullable=False),
        sa.Column("claimant_id", sa.String(length=40), nullable=False),
        sa.Column("approved_by_id", sa.String(length=40), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.CheckConstraint(
            "approved_by_id <> claimant_id", name=op.f("ck_expense_approval_not_the_claimant")
        ),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["member.id"], name=op.f("fk_expense_approval_approved_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["expense_id", "claimant_id"],
            ["expense.id", "expense.claimant_id"],
            name=op.f("fk_expense_approval_expense_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expense_approval")),
    )
    op.create_index("ix_expense_approval_expense", "expense_approval", ["expense_id"], unique=False)
    op.create_table(
        "expense_payment",
        sa.Column("expense_id", sa.String(length=40), nullable=False),
        sa.Column("claimant_id", sa.String(length=40), nullable=False),
        sa.Column("paid_by_id", sa.String(length=40), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("group_id", sa.String(length=40), nullable=False),
        sa.CheckConstraint("paid_by_id <> claimant_id", name=op.f("ck_expense_payment_not_the_claimant")),
        sa.ForeignKeyConstraint(
            ["expense_id", "claimant_id"],
            ["expense.id", "expense.claimant_id"],
            name=op.f("fk_expense_payment_expense_id"),
        ),
        sa.ForeignKeyConstraint(["group_id"], ["ledger_group.id"], name=op.f("fk_expense_payment_group_id")),
        sa.ForeignKeyConstraint(["paid_by_id"], ["member.id"], name=op.f("fk_expense_payment_paid_by_id")),
        sa.PrimaryKeyConstraint("expense_id", name=op.f("pk_expense_payment")),
    )
    op.create_table(
        "expense_rejection",
        sa.Column("expense_id", sa.String(length=40), nullable=False),
        sa.Column("rejected_by_id", sa.String(length=40), nullable=False),
        sa.Column("rejected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("length(reason) BETWEEN 1 AND 500", name=op.f("ck_expense_rejection_reason")),
        sa.ForeignKeyConstraint(["expense_id"], ["expense.id"], name=op.f("fk_expense_rejection_expense_id")),
        sa.ForeignKeyConstraint(
            ["rejected_by_id"], ["member.id"], name=op.f("fk_expense_rejection_rejected_by_id")
        ),
        sa.PrimaryKeyConstraint("expense_id", name=op.f("pk_expense_rejection")),
    )
    op.create_table(
        "time_entry_approval",
        sa.Column("entry_id", sa.String(length=40), nullable=False),
        sa.Column("author_id", sa.String(length=40), nullable=False),
        sa.Column("approved_by_id", sa.String(length=40), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("approved_by_id <> author_id", name=op.f("ck_time_entry_approval_not_the_author")),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["member.id"], name=op.f("fk_time_entry_approval_approved_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id", "author_id"],
            ["time_entry.id", "time_entry.author_id"],
            name=op.f("fk_time_entry_approval_entry_id"),
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_time_entry_approval")),
    )
    op.create_table(
        "time_entry_return",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("entry_id", sa.String(length=40), nullable=False),
        sa.Column("returned_by_id", sa.String(length=40), nullable=False),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("length(reason) BETWEEN 1 AND 500", name=op.f("ck_time_entry_return_reason")),
        sa.ForeignKeyConstraint(["entry_id"], ["time_entry.id"], name=op.f("fk_time_entry_return_entry_id")),
        sa.ForeignKeyConstraint(
            ["returned_by_id"], ["member.id"], name=op.f("fk_time_entry_return_returned_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_entry_return")),
    )
    op.create_index(op.f("ix_time_entry_return_entry_id"), "time_entry_return", ["entry_id"], unique=False)
    op.create_table(
        "valuation",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("entry_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("matrix", sa.Text(), nullable=False),
        sa.Column("matrix_sha256", sa.String(length=64), nullable=False),
        sa.Column("rate_minor", sa.BigInteger(), nullable=False),
        sa.Column("value_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("valued_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_valuation_number")),
        sa.CheckConstraint("rate_minor > 0 AND value_minor >= 0", name=op.f("ck_valuation_amounts")),
        sa.ForeignKeyConstraint(["entry_id"], ["time_entry.id"], name=op.f("fk_valuation_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_valuation")),
        sa.UniqueConstraint("entry_id", "number", name=op.f("uq_valuation_entry_id_number")),
    )
    guards.append_only("time_entry_approval")
    guards.append_only("time_entry_return")
    guards.append_only("valuation")
    guards.append_only("expense_approval")
    guards.append_only("expense_rejection")
    guards.append_only("expense_payment")
    guards.append_only("bond_approval")
    guards.append_only("bond_posting")
    guards.append_only("bond_event")


def downgrade() -> None:
    op.drop_table("valuation")
    op.drop_index(op.f("ix_time_entry_return_entry_id"), table_name="time_entry_return")
    op.drop_table("time_entry_return")
    op.drop_table("time_entry_approval")
    op.drop_table("expense_rejection")
    op.drop_table("expense_payment")
    op.drop_index("ix_expense_approval_expense", table_name="expense_approval")
    op.drop_table("expense_approval")
    op.drop_table("bond_posting")
    op.drop_index(op.f("ix_bond_event_bond_id"), table_name="bond_event")
    op.drop_table("bond_event")
    op.drop_table("bond_approval")
    op.drop_index(op.f("ix_time_entry_matter_id"), table_name="time_entry")
    op.drop_index("ix_time_entry_list", table_name="time_entry")
    op.drop_index("ix_time_entry_day", table_name="time_entry")
    op.drop_table("time_entry")
    op.drop_index(op.f("ix_matter_participation_organisation_id"), table_name="matter_participation")
    op.drop_table("matter_participation")
    op.drop_index(op.f("ix_expense_matter_id"), table_name="expense")
    op.drop_index("ix_expense_list", table_name="expense")
    op.drop_index(op.f("ix_expense_fund_id"), table_name="expense")
    op.drop_table("expense")
    op.drop_index(op.f("ix_bond_organisation_id"), table_name="bond")
    op.drop_index(op.f("ix_bond_matter_id"), table_name="bond")
    op.drop_index(op.f("ix_bond_fund_id"), table_name="bond")
    op.drop_table("bond")
    op.drop_index(op.f("ix_matter_campaign_id"), table_name="matter")
    op.drop_table("matter")
    op.drop_table("legal_total")
    op.drop_table("legal_month")
    op.drop_table("timekeeper")
