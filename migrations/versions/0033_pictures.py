"""The picture of a campaign, and the words for it."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_NAMES = ("picture", "picture_sha256", "picture_alt")


def upgrade() -> None:
    for name in _NAMES:
        op.add_column("campaign", sa.Column(name, sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    for name in reversed(_NAMES):
        op.drop_column("campaign", name)
