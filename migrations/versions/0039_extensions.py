"""Deadlines that were moved, with the words that the public reads about it."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "drive_extension",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("drive_id", sa.String(length=40), nullable=False),
        sa.Column("closed_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_now", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("extended_by_id", sa.String(length=40), nullable=True),
        sa.Column("extended_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("closed_before < closes_now", name=op.f("ck_drive_extension_later")),
        sa.CheckConstraint("length(note) BETWEEN 10 AND 500", name=op.f("ck_drive_extension_note")),
        sa.ForeignKeyConstraint(["drive_id"], ["drive.id"], name=op.f("fk_drive_extension_drive_id")),
        sa.ForeignKeyConstraint(["extended_by_id"], ["member.id"], name=op.f("fk_drive_extension_extended_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drive_extension")),
    )
    op.create_index(op.f("ix_drive_extension_drive_id"), "drive_extension", ["drive_id"])
    guards.append_only("drive_extension")


def downgrade() -> None:
    op.drop_table("drive_extension")
