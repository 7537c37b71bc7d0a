"""Recurring gifts from bank accounts: how a promise is paid, instalments that wait for a bank, why a bank refused."""

import sqlalchemy as sa
from alembic import op

from migrations import checks

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

_BEFORE = "state IN ('due','paid','failed','skipped','paused','held','lapsed')"
_NOW = "state IN ('due','waiting','paid','failed','skipped','paused','held','lapsed')"


def upgrade() -> None:
    for table in ("recurring_gift", "recurring_gift_version", "card_update"):
        op.add_column(table, sa.Column("method", sa.Text(), server_default="card", nullable=False))
    op.add_column("debit", sa.Column("refusal", sa.Text(), server_default="", nullable=False))
    checks.replace_check("instalment", "state", old=_BEFORE, new=_NOW)


def downgrade() -> None:
    op.execute("UPDATE instalment SET state = 'failed' WHERE state = 'waiting'")
    checks.replace_check("instalment", "state", old=_NOW, new=_BEFORE)
    op.drop_column("debit", "refusal")
    for table in ("card_update", "recurring_gift_version", "recurring_gift"):
        op.drop_column(table, "method")
