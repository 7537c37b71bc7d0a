"""Obligors, documents of bonds, and a bond whose obligor changed."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_BOND = (
    "state IN ('requested','approved','posted','cancelled','refund_claimed','refunded','breach_noticed',"
    "'rescinded','breached'"
)
_EVENT = "state IN ('cancelled','refund_claimed','refunded','breach_noticed','rescinded','breached'"


def upgrade() -> None:
    guards.replace_check("bond", "state", _BOND + ")", _BOND + ",'substituted')")
    guards.replace_check("bond_event", "state", _EVENT + ")", _EVENT + ",'substituted','posted')")
    op.create_table(
        "obligor",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("full_name", sa.LargeBinary(), nullable=False),
        sa.Column("contact", sa.LargeBinary(), nullable=False),
        sa.Column("status_seen_by_id", sa.String(length=40), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(label) BETWEEN 1 AND 80", name=op.f("ck_obligor_label")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_obligor_organisation_id")
        ),
        sa.ForeignKeyConstraint(["status_seen_by_id"], ["member.id"], name=op.f("fk_obligor_status_seen_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_obligor")),
    )
    op.create_index("ix_obligor_organisation", "obligor", ["organisation_id", "registered_at"], unique=False)
    op.create_table(
        "bond_obligor",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("bond_id", sa.String(length=40), nullable=False),
        sa.Column("obligor_id", sa.String(length=40), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("recorded_by_id", sa.String(length=40), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["bond_id"], ["bond.id"], name=op.f("fk_bond_obligor_bond_id")),
        sa.ForeignKeyConstraint(["obligor_id"], ["obligor.id"], name=op.f("fk_bond_obligor_obligor_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["member.id"], name=op.f("fk_bond_obligor_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bond_obligor")),
    )
    op.create_index("ix_bond_obligor_bond", "bond_obligor", ["bond_id", "recorded_at"], unique=False)
    op.create_table(
        "bond_document",
        sa.Column("event_id", sa.String(length=40), nullable=False),
        sa.Column("file", sa.String(length=40), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("added_by_id", sa.String(length=40), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["added_by_id"], ["member.id"], name=op.f("fk_bond_document_added_by_id")),
        sa.ForeignKeyConstraint(["event_id"], ["bond_event.id"], name=op.f("fk_bond_document_event_id")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_bond_document")),
        sa.UniqueConstraint("file", name=op.f("uq_bond_document_file")),
    )
    guards.append_only("bond_obligor")
    guards.append_only("bond_document")


def downgrade() -> None:
    op.drop_table("bond_document")
    op.drop_index("ix_bond_obligor_bond", table_name="bond_obligor")
    op.drop_table("bond_obligor")
    op.drop_index("ix_obligor_organisation", table_name="obligor")
    op.drop_table("obligor")
    guards.replace_check("bond_event", "state", _EVENT + ",'substituted','posted')", _EVENT + ")")
    guards.replace_check("bond", "state", _BOND + ",'substituted')", _BOND + ")")
