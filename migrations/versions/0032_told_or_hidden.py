"""Whether a report tells the amount of a bond (of those that are there it is taken to be so), and since when a donor's
words are kept off public pages."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "transparency_report",
        sa.Column("tells_bond_amount", sa.Boolean(), server_default=sa.true(), nullable=False),
    )
    op.add_column("gift", sa.Column("words_hidden_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("gift", "words_hidden_at")
    op.drop_column("transparency_report", "tells_bond_amount")
