"""Stripe's words are emptied after a month: an index over what still has them."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_KEPT = sa.text("body <> ''")


def upgrade() -> None:
    op.create_index(
        "ix_stripe_event_kept", "stripe_event", ["done_at"], sqlite_where=_KEPT, postgresql_where=_KEPT
    )


def downgrade() -> None:
    op.drop_index("ix_stripe_event_kept", "stripe_event")
