"""Receipts of expenses."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "expense_receipt",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("expense_id", sa.String(length=40), nullable=False),
        sa.Column("file", sa.String(length=40), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("added_by_id", sa.String(length=40), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("size_bytes > 0", name=op.f("ck_expense_receipt_size")),
        sa.ForeignKeyConstraint(["added_by_id"], ["member.id"], name=op.f("fk_expense_receipt_added_by_id")),
        sa.ForeignKeyConstraint(["expense_id"], ["expense.id"], name=op.f("fk_expense_receipt_expense_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expense_receipt")),
        sa.UniqueConstraint("file", name=op.f("uq_expense_receipt_file")),
    )
    op.create_index(op.f("ix_expense_receipt_expense_id"), "expense_receipt", ["expense_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_expense_receipt_expense_id"), table_name="expense_receipt")
    op.drop_table("expense_receipt")
