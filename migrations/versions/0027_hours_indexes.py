"""Indexes for the latest hours of an organisation and for the period of a matter."""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_time_entry_latest", "time_entry", ["organisation_id", "worked_on", "id"])
    op.create_index("ix_time_entry_period", "time_entry", ["matter_id", "organisation_id", "worked_on"])


def downgrade() -> None:
    op.drop_index("ix_time_entry_period", table_name="time_entry")
    op.drop_index("ix_time_entry_latest", table_name="time_entry")
