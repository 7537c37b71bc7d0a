"""Pages that supporters start for a drive, and the gifts that were given through them."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "supporter_page",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("drive_id", sa.String(length=40), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("goal_minor", sa.BigInteger(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("public_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hidden_because", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft','waiting','public','hidden','ended')", name=op.f("ck_supporter_page_state")
        ),
        sa.CheckConstraint("goal_minor > 0", name=op.f("ck_supporter_page_goal")),
        sa.ForeignKeyConstraint(["drive_id"], ["drive.id"], name=op.f("fk_supporter_page_drive_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supporter_page")),
    )
    op.create_index("ix_supporter_page_drive", "supporter_page", ["drive_id", "state", "public_at"])
    op.add_column("gift", sa.Column("supporter_page_id", sa.String(length=40), nullable=True))
    op.create_index(op.f("ix_gift_supporter_page_id"), "gift", ["supporter_page_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_gift_supporter_page_id"), table_name="gift")
    op.drop_column("gift", "supporter_page_id")
    op.drop_table("supporter_page")
