"""How services given are booked."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "service_recognition",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("matter_id", sa.String(length=40), nullable=False),
        sa.Column("recognition", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.String(length=40), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(reason) BETWEEN 1 AND 500", name=op.f("ck_service_recognition_reason")),
        sa.CheckConstraint(
            "recognition IN ('recognised','disclosed_only')", name=op.f("ck_service_recognition_recognition")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["member.id"], name=op.f("fk_service_recognition_decided_by_id")
        ),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.id"], name=op.f("fk_service_recognition_matter_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_service_recognition_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_recognition")),
    )
    op.create_index(
        "ix_service_recognition_latest", "service_recognition", ["organisation_id", "matter_id", "decided_at"]
    )
    guards.append_only("service_recognition")


def downgrade() -> None:
    op.drop_index("ix_service_recognition_latest", table_name="service_recognition")
    op.drop_table("service_recognition")
