"""Publications at a time that was chosen beforehand."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "scheduled_publication",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("clearance_id", sa.String(length=40), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.String(length=40), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_as", sa.Text(), nullable=False),
        sa.Column("refused_because", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_as = '')", name=op.f("ck_scheduled_publication_ended")
        ),
        sa.CheckConstraint(
            "ended_as IN ('','published','cancelled','refused')",
            name=op.f("ck_scheduled_publication_ended_as"),
        ),
        sa.ForeignKeyConstraint(
            ["clearance_id"], ["clearance.id"], name=op.f("fk_scheduled_publication_clearance_id")
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["member.id"], name=op.f("fk_scheduled_publication_asked_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheduled_publication")),
    )
    op.create_index(op.f("ix_scheduled_publication_due_at"), "scheduled_publication", ["due_at"])
    where = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_scheduled_publication_waiting",
        "scheduled_publication",
        ["clearance_id"],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )


def downgrade() -> None:
    op.drop_table("scheduled_publication")
