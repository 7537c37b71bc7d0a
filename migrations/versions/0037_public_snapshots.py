"""The chain of public figures, a row a day and one at the close."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "public_snapshot",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("drive_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("previous_sha256", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_public_snapshot_number")),
        sa.CheckConstraint("kind IN ('daily','close')", name=op.f("ck_public_snapshot_kind")),
        sa.ForeignKeyConstraint(["drive_id"], ["drive.id"], name=op.f("fk_public_snapshot_drive_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_snapshot")),
        sa.UniqueConstraint("drive_id", "number", name=op.f("uq_public_snapshot_drive_id_number")),
    )
    for name, columns, kind in (
        ("uq_public_snapshot_daily", ["drive_id", "on_day"], "daily"),
        ("uq_public_snapshot_close", ["drive_id"], "close"),
    ):
        where = sa.text(f"kind = '{kind}'")
        op.create_index(
            name, "public_snapshot", columns, unique=True, sqlite_where=where, postgresql_where=where
        )
    guards.append_only("public_snapshot")


def downgrade() -> None:
    op.drop_table("public_snapshot")
