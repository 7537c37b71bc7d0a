"""An event that comes in moves one index of the inbox: the others hold what has been looked at."""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

_DUE = sa.text("next_attempt_at IS NOT NULL")
_OWNED = sa.text("organisation_id IS NOT NULL")
_KEPT = sa.text("body <> ''")
_DONE_AND_KEPT = sa.text("done_at IS NOT NULL AND body <> ''")


def upgrade() -> None:
    _drop()
    _make("ix_stripe_event_due", ["next_attempt_at"], _DUE)
    _make("ix_stripe_event_organisation", ["organisation_id", "received_at"], _OWNED)
    _make("ix_stripe_event_kept", ["done_at"], _DONE_AND_KEPT)


def downgrade() -> None:
    _drop()
    op.create_index("ix_stripe_event_due", "stripe_event", ["next_attempt_at"])
    op.create_index("ix_stripe_event_organisation", "stripe_event", ["organisation_id", "received_at"])
    _make("ix_stripe_event_kept", ["done_at"], _KEPT)


def _make(name: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, "stripe_event", columns, sqlite_where=where, postgresql_where=where)


def _drop() -> None:
    for name in ("due", "organisation", "kept"):
        op.drop_index(f"ix_stripe_event_{name}", "stripe_event")
