"""Petitions: what a drive asks of somebody, signatures under it, and the goal that counts them."""

import sqlalchemy as sa
from alembic import op

from migrations.checks import replace_check

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_OLD = "metric IN ('amount','donors','new_monthly_donors','monthly_value','pro_bono_hours')"
_NEW = "metric IN ('amount','donors','new_monthly_donors','monthly_value','pro_bono_hours','signatures')"


def upgrade() -> None:
    replace_check("goal", "metric", old=_OLD, new=_NEW)
    op.add_column("drive", sa.Column("petition", sa.Text(), server_default="", nullable=False))
    op.create_table(
        "signature",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("drive_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("town", sa.Text(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('unconfirmed','confirmed','taken_back')", name=op.f("ck_signature_state")
        ),
        sa.ForeignKeyConstraint(["drive_id"], ["drive.id"], name=op.f("fk_signature_drive_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signature")),
    )
    op.create_index("ix_signature_drive", "signature", ["drive_id", "state", "confirmed_at"])
    where = sa.text("state = 'confirmed'")
    op.create_index(
        "uq_signature_confirmed",
        "signature",
        ["drive_id", "email"],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )


def downgrade() -> None:
    op.drop_table("signature")
    op.drop_column("drive", "petition")
    op.execute("DELETE FROM goal WHERE metric = 'signatures'")
    replace_check("goal", "metric", old=_NEW, new=_OLD)
