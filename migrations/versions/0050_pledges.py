"""Pledges and what becomes of them, and lines of the bank that are gifts."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

_ID = sa.String(length=40)


def upgrade() -> None:
    _pledges()
    _parts()
    _matches()


def _pledges() -> None:
    op.create_table(
        "pledge",
        sa.Column("id", _ID, nullable=False),
        sa.Column("organisation_id", _ID, nullable=False),
        sa.Column("drive_id", _ID, nullable=False),
        sa.Column("donor_id", _ID, nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ended_as", sa.Text(), nullable=False),
        sa.Column("paid_minor", sa.BigInteger(), nullable=False),
        sa.Column("pledged_on", sa.Date(), nullable=False),
        sa.Column("next_due_on", sa.Date(), nullable=True),
        sa.Column("reminds", sa.Boolean(), nullable=False),
        sa.Column("remind_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_pledge_amount")),
        sa.CheckConstraint("paid_minor >= 0", name=op.f("ck_pledge_paid")),
        sa.CheckConstraint(
            "state IN ('open','partly_paid','paid','written_off','cancelled')", name=op.f("ck_pledge_state")
        ),
        sa.CheckConstraint("ended_as IN ('','written_off','cancelled')", name=op.f("ck_pledge_ended_as")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_pledge_organisation_id")
        ),
        sa.ForeignKeyConstraint(["drive_id"], ["drive.id"], name=op.f("fk_pledge_drive_id")),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name=op.f("fk_pledge_donor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pledge")),
        sa.UniqueConstraint("organisation_id", "reference", name=op.f("uq_pledge_organisation_id_reference")),
    )
    op.create_index("ix_pledge_organisation", "pledge", ["organisation_id", "created_at"])
    op.create_index("ix_pledge_drive", "pledge", ["drive_id", "state"])
    op.create_index(op.f("ix_pledge_donor_id"), "pledge", ["donor_id"])
    op.create_index(op.f("ix_pledge_remind_on"), "pledge", ["remind_on"])


def _parts() -> None:
    op.create_table(
        "pledge_instalment",
        sa.Column("pledge_id", _ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_pledge_instalment_amount")),
        sa.ForeignKeyConstraint(["pledge_id"], ["pledge.id"], name=op.f("fk_pledge_instalment_pledge_id")),
        sa.PrimaryKeyConstraint("pledge_id", "number", name=op.f("pk_pledge_instalment")),
    )
    op.create_table(
        "pledge_payment",
        sa.Column("gift_id", _ID, nullable=False),
        sa.Column("pledge_id", _ID, nullable=False),
        sa.Column("linked_by", sa.Text(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_pledge_payment_gift_id")),
        sa.ForeignKeyConstraint(["pledge_id"], ["pledge.id"], name=op.f("fk_pledge_payment_pledge_id")),
        sa.PrimaryKeyConstraint("gift_id", name=op.f("pk_pledge_payment")),
    )
    op.create_index(op.f("ix_pledge_payment_pledge_id"), "pledge_payment", ["pledge_id"])
    op.create_table(
        "pledge_step",
        sa.Column("id", _ID, nullable=False),
        sa.Column("pledge_id", _ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("done_by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["pledge_id"], ["pledge.id"], name=op.f("fk_pledge_step_pledge_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pledge_step")),
    )
    op.create_index(op.f("ix_pledge_step_pledge_id"), "pledge_step", ["pledge_id"])
    op.create_table(
        "pledge_reminder",
        sa.Column("pledge_id", _ID, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("is_mailed", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["pledge_id"], ["pledge.id"], name=op.f("fk_pledge_reminder_pledge_id")),
        sa.PrimaryKeyConstraint("pledge_id", "due_on", "days", name=op.f("pk_pledge_reminder")),
    )
    op.create_table(
        "pledge_display",
        sa.Column("drive_id", _ID, nullable=False),
        sa.Column("shown_by", sa.Text(), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["drive_id"], ["drive.id"], name=op.f("fk_pledge_display_drive_id")),
        sa.PrimaryKeyConstraint("drive_id", name=op.f("pk_pledge_display")),
    )


def _matches() -> None:
    op.create_table(
        "line_match",
        sa.Column("id", _ID, nullable=False),
        sa.Column("line_id", _ID, nullable=False),
        sa.Column("gift_id", _ID, nullable=True),
        sa.Column("batch_id", _ID, nullable=True),
        sa.Column("made_gift", sa.Boolean(), nullable=False),
        sa.Column("matched_by", sa.Text(), nullable=False),
        sa.Column("matched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_by", sa.Text(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(gift_id IS NULL) <> (batch_id IS NULL)", name=op.f("ck_line_match_one")),
        sa.ForeignKeyConstraint(["line_id"], ["bank_line.id"], name=op.f("fk_line_match_line_id")),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_line_match_gift_id")),
        sa.ForeignKeyConstraint(["batch_id"], ["gift_batch.id"], name=op.f("fk_line_match_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_match")),
    )
    where = sa.text("undone_at IS NULL")
    for column in ("line_id", "gift_id", "batch_id"):
        op.create_index(
            f"uq_line_match_{column}",
            "line_match",
            [column],
            unique=True,
            sqlite_where=where,
            postgresql_where=where,
        )


def downgrade() -> None:
    for table in (
        *("line_match", "pledge_display", "pledge_reminder", "pledge_step", "pledge_payment"),
        *("pledge_instalment", "pledge"),
    ):
        op.drop_table(table)
