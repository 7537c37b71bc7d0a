"""Erased donors, one-click unsubscribing, who looked into the address book."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("donor", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("outgoing_mail", sa.Column("unsubscribe_url", sa.LargeBinary(), nullable=True))
    op.create_table(
        "address_reading",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_address_reading_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_reading")),
        sa.UniqueConstraint(
            "organisation_id",
            "actor",
            "what",
            "subject",
            "on_day",
            name=op.f("uq_address_reading_organisation_id_actor_what_subject_on_day"),
        ),
    )
    op.create_index("ix_address_reading_day", "address_reading", ["on_day"], unique=False)


def downgrade() -> None:
    op.drop_table("address_reading")
    op.drop_column("outgoing_mail", "unsubscribe_url")
    op.drop_column("donor", "erased_at")
