"""The tables of donors/."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "donor",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_donor_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_donor")),
        sa.UniqueConstraint("organisation_id", "email", name=op.f("uq_donor_organisation_id_email")),
    )
    op.create_table(
        "receipt_series",
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_receipt_series_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "year", name=op.f("pk_receipt_series")),
    )
    op.create_table(
        "stripe_event",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_stripe_event_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stripe_event")),
    )
    op.create_index("ix_stripe_event_due", "stripe_event", ["next_attempt_at"], unique=False)
    op.create_index(
        "ix_stripe_event_organisation", "stripe_event", ["organisation_id", "received_at"], unique=False
    )
    op.create_table(
        "consent",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("donor_id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("is_given", sa.Boolean(), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name=op.f("fk_consent_donor_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_consent_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(op.f("ix_consent_donor_id"), "consent", ["donor_id"], unique=False)
    op.create_table(
        "drive_day",
        sa.Column("drive_id", sa.String(length=40), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("raised_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["drive_id"], ["drive.id"], name=op.f("fk_drive_day_drive_id")),
        sa.PrimaryKeyConstraint("drive_id", "on_day", name=op.f("pk_drive_day")),
    )
    op.create_table(
        "drive_donor",
        sa.Column("drive_id", sa.String(length=40), nullable=False),
        sa.Column("donor_id", sa.String(length=40), nullable=False),
        sa.Column("gifts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name=op.f("fk_drive_donor_donor_id")),
        sa.ForeignKeyConstraint(["drive_id"], ["drive.id"], name=op.f("fk_drive_donor_drive_id")),
        sa.PrimaryKeyConstraint("drive_id", "donor_id", name=op.f("pk_drive_donor")),
    )
    op.create_table(
        "drive_total",
        sa.Column("drive_id", sa.String(length=40), nullable=False),
        sa.Column("gifts", sa.Integer(), nullable=False),
        sa.Column("donors", sa.Integer(), nullable=False),
        sa.Column("new_monthly_donors", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["drive_id"], ["drive.id"], name=op.f("fk_drive_total_drive_id")),
        sa.PrimaryKeyConstraint("drive_id", name=op.f("pk_drive_total")),
    )
    op.create_table(
        "recurring_gift",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("drive_id", sa.String(length=40), nullable=False),
        sa.Column("donor_id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("rhythm", sa.Text(), nullable=False),
        sa.Column("fee_cover_minor", sa.BigInteger(), nullable=False),
        sa.Column("subscription_id", sa.Text(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_due_on", sa.Date(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.CheckConstraint("rhythm IN ('month','quarter','year')", name=op.f("ck_recurring_gift_rhythm")),
        sa.CheckConstraint(
            "state IN ('pending','active','failing','cancelled','abandoned')",
            name=op.f("ck_recurring_gift_state"),
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_recurring_gift_amount")),
        sa.CheckConstraint("fee_cover_minor >= 0", name=op.f("ck_recurring_gift_fee_cover")),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name=op.f("fk_recurring_gift_donor_id")),
        sa.ForeignKeyConstraint(["drive_id"], ["drive.id"], name=op.f("fk_recurring_gift_drive_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recurring_gift")),
        sa.UniqueConstraint("subscription_id", name=op.f("uq_recurring_gift_subscription_id")),
    )
    op.create_index(op.f("ix_recurring_gift_donor_id"), "recurring_gift", ["donor_id"], unique=False)
    op.create_index(op.f("ix_recurring_gift_drive_id"), "recurring_gift", ["drive_id"], unique=False)
    op.create_index(
        "ix_recurring_gift_organisation", "recurring_gift", ["organisation_id", "started_at"], unique=False
    )
    op.create_table(
        "gift",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("drive_id", sa.String(length=40), nullable=False),
        sa.Column("fund_id", sa.String(length=40), nullable=False),
        sa.Column("donor_id", sa.String(length=40), nullable=False),
        sa.Column("recurring_gift_id", sa.String(length=40), nullable=True),
        sa.Column("period_on", sa.Date(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("fee_cover_minor", sa.BigInteger(), nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), nullable=False),
        sa.Column("processing_fee_minor", sa.BigInteger(), nullable=True),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("donor_name", sa.Text(), nullable=False),
        sa.Column("public_name", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("tribute_kind", sa.Text(), nullable=False),
        sa.Column("tribute_name", sa.Text(), nullable=False),
        sa.Column("employer", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checkout_session_id", sa.Text(), nullable=True),
        sa.Column("checkout_url", sa.Text(), nullable=True),
        sa.Column("invoice_id", sa.Text(), nullable=True),
        sa.Column("payment_intent_id", sa.Text(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.CheckConstraint(
            "state IN ('pending','settled','partly_refunded','refunded','failed','expired')",
            name=op.f("ck_gift_state"),
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_gift_amount")),
        sa.CheckConstraint("fee_cover_minor >= 0", name=op.f("ck_gift_fee_cover")),
        sa.CheckConstraint(
            "refunded_minor >= 0 AND refunded_minor <= amount_minor + fee_cover_minor",
            name=op.f("ck_gift_refunded"),
        ),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name=op.f("fk_gift_donor_id")),
        sa.ForeignKeyConstraint(["drive_id"], ["drive.id"], name=op.f("fk_gift_drive_id")),
        sa.ForeignKeyConstraint(
            ["recurring_gift_id"], ["recurring_gift.id"], name=op.f("fk_gift_recurring_gift_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gift")),
        sa.UniqueConstraint("checkout_session_id", name=op.f("uq_gift_checkout_session_id")),
        sa.UniqueConstraint("invoice_id", name=op.f("uq_gift_invoice_id")),
        sa.UniqueConstraint("payment_intent_id", name=op.f("uq_gift_payment_intent_id")),
        sa.UniqueConstraint(
            "recurring_gift_id", "period_on", name=op.f("uq_gift_recurring_gift_id_period_on")
        ),
    )
    op.create_index("ix_gift_donor_paid", "gift", ["donor_id", "paid_at"], unique=False)
    op.create_index("ix_gift_drive_paid", "gift", ["drive_id", "paid_at"], unique=False)
    op.create_index("ix_gift_organisation_started", "gift", ["organisation_id", "started_at"], unique=False)
    op.create_table(
        "new_monthly_donor",
        sa.Column("drive_id", sa.String(length=40), nullable=False),
        sa.Column("donor_id", sa.String(length=40), nullable=False),
        sa.Column("recurring_gift_id", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lost_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lost_because", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name=op.f("fk_new_monthly_donor_donor_id")),
        sa.ForeignKeyConstraint(["drive_id"], ["drive.id"], name=op.f("fk_new_monthly_donor_drive_id")),
        sa.ForeignKeyConstraint(
            ["recurring_gift_id"], ["recurring_gift.id"], name=op.f("fk_new_monthly_donor_recurring_gift_id")
        ),
        sa.PrimaryKeyConstraint("drive_id", "donor_id", name=op.f("pk_new_monthly_donor")),
    )
    op.create_index(
        op.f("ix_new_monthly_donor_recurring_gift_id"),
        "new_monthly_donor",
        ["recurring_gift_id"],
        unique=False,
    )
    op.create_table(
        "recurring_gift_cancellation",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("recurring_gift_id", sa.String(length=40), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["recurring_gift_id"],
            ["recurring_gift.id"],
            name=op.f("fk_recurring_gift_cancellation_recurring_gift_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recurring_gift_cancellation")),
        sa.UniqueConstraint(
            "recurring_gift_id", name=op.f("uq_recurring_gift_cancellation_recurring_gift_id")
        ),
    )
    op.create_index(
        op.f("ix_recurring_gift_cancellation_done_at"),
        "recurring_gift_cancellation",
        ["done_at"],
        unique=False,
    )
    op.create_table(
        "receipt",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("gift_id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_cover_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("donor_name", sa.Text(), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_receipt_gift_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_receipt_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("gift_id", name=op.f("uq_receipt_gift_id")),
        sa.UniqueConstraint(
            "organisation_id", "year", "number", name=op.f("uq_receipt_organisation_id_year_number")
        ),
    )
    op.create_index(op.f("ix_receipt_mailed_at"), "receipt", ["mailed_at"], unique=False)
    op.create_table(
        "refund",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("gift_id", sa.String(length=40), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stripe_refund_id", sa.Text(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_refund_amount")),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_refund_gift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund")),
        sa.UniqueConstraint("stripe_refund_id", name=op.f("uq_refund_stripe_refund_id")),
    )
    op.create_index(op.f("ix_refund_done_at"), "refund", ["done_at"], unique=False)
    op.create_index(op.f("ix_refund_gift_id"), "refund", ["gift_id"], unique=False)
    guards.append_only("consent")


def downgrade() -> None:
    op.drop_index(op.f("ix_refund_gift_id"), table_name="refund")
    op.drop_index(op.f("ix_refund_done_at"), table_name="refund")
    op.drop_table("refund")
    op.drop_index(op.f("ix_receipt_mailed_at"), table_name="receipt")
    op.drop_table("receipt")
    op.drop_index(op.f("ix_recurring_gift_cancellation_done_at"), table_name="recurring_gift_cancellation")
    op.drop_table("recurring_gift_cancellation")
    op.drop_index(op.f("ix_new_monthly_donor_recurring_gift_id"), table_name="new_monthly_donor")
    op.drop_table("new_monthly_donor")
    op.drop_index("ix_gift_organisation_started", table_name="gift")
    op.drop_index("ix_gift_drive_paid", table_name="gift")
    op.drop_index("ix_gift_donor_paid", table_name="gift")
    op.drop_table("gift")
    op.drop_index("ix_recurring_gift_organisation", table_name="recurring_gift")
    op.drop_index(op.f("ix_recurring_gift_drive_id"), table_name="recurring_gift")
    op.drop_index(op.f("ix_recurring_gift_donor_id"), table_name="recurring_gift")
    op.drop_table("recurring_gift")
    op.drop_table("drive_total")
    op.drop_table("drive_donor")
    op.drop_table("drive_day")
    op.drop_index(op.f("ix_consent_donor_id"), table_name="consent")
    op.drop_table("consent")
    op.drop_index("ix_stripe_event_organisation", table_name="stripe_event")
    op.drop_index("ix_stripe_event_due", table_name="stripe_event")
    op.drop_table("stripe_event")
    op.drop_table("receipt_series")
    op.drop_table("donor")
