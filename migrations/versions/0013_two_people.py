"""Proposals that wait for a second person, and the limit above which sums do."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("organisation") as batch:
        batch.add_column(sa.Column("two_people_above", sa.Integer(), nullable=False, server_default="1000"))
    with op.batch_alter_table("organisation") as batch:
        batch.alter_column("two_people_above", server_default=None)
    op.create_table(
        "proposal",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_by_id", sa.String(length=40), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.String(length=40), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('open','confirmed','declined','withdrawn')", name=op.f("ck_proposal_state")
        ),
        sa.CheckConstraint(
            "state NOT IN ('confirmed','declined') OR decided_by_id <> asked_by_id",
            name=op.f("ck_proposal_two_people"),
        ),
        sa.CheckConstraint(
            "(state = 'open') = (decided_at IS NULL)", name=op.f("ck_proposal_decided")
        ),
        sa.CheckConstraint(
            "(state = 'open') = (decided_by_id IS NULL)", name=op.f("ck_proposal_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_proposal_organisation_id")
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["member.id"], name=op.f("fk_proposal_asked_by_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["member.id"], name=op.f("fk_proposal_decided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    op.create_index("ix_proposal_organisation_state", "proposal", ["organisation_id", "state"])


def downgrade() -> None:
    op.drop_index("ix_proposal_organisation_state", table_name="proposal")
    op.drop_table("proposal")
    with op.batch_alter_table("organisation") as batch:
        batch.drop_column("two_people_above")
