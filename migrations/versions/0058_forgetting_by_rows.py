"""How far the people of an import that is taken back are forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("gift_import", sa.Column("forgotten_to", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("gift_import", "forgotten_to")
