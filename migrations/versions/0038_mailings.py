"""Updates by mail: mailings and whom they wrote to."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mailing",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("update_id", sa.String(length=40), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("drive_id", sa.String(length=40), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("planned_by_id", sa.String(length=40), nullable=True),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_because", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('scheduled','sending','sent','cancelled')", name=op.f("ck_mailing_state")),
        sa.CheckConstraint("audience IN ('everybody','monthly','drive')", name=op.f("ck_mailing_audience")),
        sa.CheckConstraint("(audience = 'drive') = (drive_id IS NOT NULL)", name=op.f("ck_mailing_drive")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_mailing_organisation_id")),
        sa.ForeignKeyConstraint(["update_id"], ["campaign_update.id"], name=op.f("fk_mailing_update_id")),
        sa.ForeignKeyConstraint(["drive_id"], ["drive.id"], name=op.f("fk_mailing_drive_id")),
        sa.ForeignKeyConstraint(["planned_by_id"], ["member.id"], name=op.f("fk_mailing_planned_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailing")),
    )
    op.create_index("ix_mailing_due", "mailing", ["state", "due_at"])
    op.create_index(op.f("ix_mailing_organisation_id"), "mailing", ["organisation_id"])
    op.create_index(op.f("ix_mailing_update_id"), "mailing", ["update_id"])
    op.create_table(
        "mailing_recipient",
        sa.Column("mailing_id", sa.String(length=40), nullable=False),
        sa.Column("donor_id", sa.String(length=40), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["mailing_id"], ["mailing.id"], name=op.f("fk_mailing_recipient_mailing_id")),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name=op.f("fk_mailing_recipient_donor_id")),
        sa.PrimaryKeyConstraint("mailing_id", "donor_id", name=op.f("pk_mailing_recipient")),
    )


def downgrade() -> None:
    op.drop_table("mailing_recipient")
    op.drop_table("mailing")
