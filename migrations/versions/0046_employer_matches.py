"""Claims that an employer matches a gift, and what employers paid."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "employer_match",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("gift_id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("employer", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('asked','submitted','paid','refused','expired')", name=op.f("ck_employer_match_state")
        ),
        sa.CheckConstraint("asked_by IN ('donor','staff')", name=op.f("ck_employer_match_asked_by")),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_employer_match_gift_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_employer_match_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employer_match")),
        sa.UniqueConstraint("gift_id", name=op.f("uq_employer_match_gift_id")),
    )
    op.create_index("ix_employer_match_list", "employer_match", ["organisation_id", "state", "asked_at"])
    op.create_index("ix_employer_match_open", "employer_match", ["state", "asked_at"])
    op.create_table(
        "employer_payment",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("claim_id", sa.String(length=40), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("recorded_by_id", sa.String(length=40), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("group_id", sa.String(length=40), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_because", sa.Text(), nullable=False),
        sa.Column("undone_group_id", sa.String(length=40), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_employer_payment_amount")),
        sa.CheckConstraint(
            "(undone_at IS NULL) = (undone_group_id IS NULL)", name=op.f("ck_employer_payment_undone")
        ),
        sa.CheckConstraint(
            "undone_at IS NULL OR length(undone_because) BETWEEN 1 AND 500",
            name=op.f("ck_employer_payment_because"),
        ),
        sa.ForeignKeyConstraint(["claim_id"], ["employer_match.id"], name=op.f("fk_employer_payment_claim_id")),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["member.id"], name=op.f("fk_employer_payment_recorded_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["ledger_group.id"], name=op.f("fk_employer_payment_group_id")
        ),
        sa.ForeignKeyConstraint(
            ["undone_group_id"], ["ledger_group.id"], name=op.f("fk_employer_payment_undone_group_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employer_payment")),
    )
    op.create_index(op.f("ix_employer_payment_claim_id"), "employer_payment", ["claim_id"])
    # One payment of a claim stands at a time.
    where = sa.text("undone_at IS NULL")
    op.create_index(
        "uq_employer_payment_standing",
        "employer_payment",
        ["claim_id"],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )


def downgrade() -> None:
    op.drop_table("employer_payment")
    op.drop_table("employer_match")
