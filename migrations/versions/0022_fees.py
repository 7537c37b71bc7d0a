"""The fee schedule, and gifts in kind."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("expense", sa.Column("fee_item", sa.Text(), server_default="", nullable=False))
    op.create_table(
        "scheduled_fee",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("loaded_by_id", sa.String(length=40), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_scheduled_fee_amount")),
        sa.CheckConstraint("valid_to IS NULL OR valid_from < valid_to", name=op.f("ck_scheduled_fee_days")),
        sa.ForeignKeyConstraint(["loaded_by_id"], ["member.id"], name=op.f("fk_scheduled_fee_loaded_by_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_scheduled_fee_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheduled_fee")),
    )
    op.create_index("ix_scheduled_fee_organisation", "scheduled_fee", ["organisation_id", "loaded_at"])
    op.create_table(
        "in_kind_cost",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("matter_id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("recorded_by_id", sa.String(length=40), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_in_kind_cost_amount")),
        sa.CheckConstraint(
            "length(description) BETWEEN 1 AND 1000", name=op.f("ck_in_kind_cost_description")
        ),
        sa.CheckConstraint("length(method) BETWEEN 1 AND 500", name=op.f("ck_in_kind_cost_method")),
        sa.CheckConstraint("state IN ('pending','accepted','rejected')", name=op.f("ck_in_kind_cost_state")),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.id"], name=op.f("fk_in_kind_cost_matter_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_in_kind_cost_organisation_id")
        ),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["member.id"], name=op.f("fk_in_kind_cost_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_in_kind_cost")),
        sa.UniqueConstraint("id", "recorded_by_id", name=op.f("uq_in_kind_cost_id_recorded_by_id")),
    )
    op.create_index(op.f("ix_in_kind_cost_matter_id"), "in_kind_cost", ["matter_id"])
    op.create_index(op.f("ix_in_kind_cost_organisation_id"), "in_kind_cost", ["organisation_id"])
    op.create_table(
        "in_kind_decision",
        sa.Column("in_kind_id", sa.String(length=40), nullable=False),
        sa.Column("recorded_by_id", sa.String(length=40), nullable=False),
        sa.Column("decided_by_id", sa.String(length=40), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_accepted", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "decided_by_id <> recorded_by_id", name=op.f("ck_in_kind_decision_not_the_recorder")
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["member.id"], name=op.f("fk_in_kind_decision_decided_by_id")),
        sa.ForeignKeyConstraint(
            ["in_kind_id", "recorded_by_id"],
            ["in_kind_cost.id", "in_kind_cost.recorded_by_id"],
            name=op.f("fk_in_kind_decision_in_kind_id"),
        ),
        sa.PrimaryKeyConstraint("in_kind_id", name=op.f("pk_in_kind_decision")),
    )
    guards.append_only("scheduled_fee")
    guards.append_only("in_kind_decision")


def downgrade() -> None:
    op.drop_table("in_kind_decision")
    op.drop_index(op.f("ix_in_kind_cost_organisation_id"), table_name="in_kind_cost")
    op.drop_index(op.f("ix_in_kind_cost_matter_id"), table_name="in_kind_cost")
    op.drop_table("in_kind_cost")
    op.drop_index("ix_scheduled_fee_organisation", table_name="scheduled_fee")
    op.drop_table("scheduled_fee")
    op.drop_column("expense", "fee_item")
