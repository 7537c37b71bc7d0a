"""What of a close-out's share went back by other refunds than its own."""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None

_BECAUSE = sa.text("because <> ''")
_ELSEWHERE = "elsewhere_minor >= 0 AND elsewhere_minor <= amount_minor"
#: Of shares that were fixed before: what had gone back of their gifts by then.
_GONE_BEFORE = """
    UPDATE close_out_share SET gone_minor = COALESCE((
        SELECT SUM(refund.amount_minor) FROM refund
        JOIN close_out ON close_out.id = close_out_share.close_out_id
        WHERE refund.gift_id = close_out_share.gift_id
          AND refund.done_at IS NOT NULL AND refund.undone_at IS NULL
          AND refund.asked_at < close_out.approved_at
    ), 0)
"""


def upgrade() -> None:
    with op.batch_alter_table("close_out_share") as table:
        for name in ("gone_minor", "elsewhere_minor"):
            table.add_column(sa.Column(name, sa.BigInteger(), server_default="0", nullable=False))
        table.create_check_constraint(op.f("ck_close_out_share_elsewhere"), _ELSEWHERE)
    op.create_index(
        "ix_close_out_share_because",
        "close_out_share",
        ["close_out_id"],
        sqlite_where=_BECAUSE,
        postgresql_where=_BECAUSE,
    )
    op.execute(_GONE_BEFORE)


def downgrade() -> None:
    op.drop_index("ix_close_out_share_because", "close_out_share")
    with op.batch_alter_table("close_out_share") as table:
        table.drop_constraint(op.f("ck_close_out_share_elsewhere"), type_="check")
        for name in ("elsewhere_minor", "gone_minor"):
            table.drop_column(name)
