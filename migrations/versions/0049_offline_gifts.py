"""Gifts that come without a checkout, their donors who may have no address, and what takes them back."""

import sqlalchemy as sa
from alembic import op

from migrations import checks

revision = "0049"
down_revision = "0042"
branch_labels = None
depends_on = None

_STATES = (
    "state IN ('pending','settled','partly_refunded','refunded','failed','expired')",
    "state IN ('pending','settled','partly_refunded','refunded','failed','expired','voided')",
)
_CHANNEL = (
    "channel",
    "TEXT",
    "DEFAULT 'checkout' NOT NULL "
    "CONSTRAINT ck_gift_channel CHECK (channel IN ('checkout','check','cash','transfer','import')) "
    "CONSTRAINT ck_gift_voided CHECK (state <> 'voided' OR channel <> 'checkout')",
)


def upgrade() -> None:
    checks.replace_check("gift", "state", old=_STATES[0], new=_STATES[1])
    checks.add_column("gift", *_CHANNEL)
    op.add_column("gift", sa.Column("external_source", sa.Text(), nullable=True))
    op.add_column("gift", sa.Column("external_id", sa.Text(), nullable=True))
    where = sa.text("state <> 'voided'")
    op.create_index(
        "uq_gift_external",
        "gift",
        ["organisation_id", "external_source", "external_id"],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )
    checks.allow_null("donor", "email", "TEXT")
    checks.add_column("donor", "outside_key", "TEXT")
    _unique_key()
    op.add_column("receipt", sa.Column("by_mail", sa.Boolean(), server_default=sa.true(), nullable=False))
    _offline_gifts()


def _unique_key() -> None:
    """SQLite takes no UNIQUE into a table that is there; an index refuses the same rows."""
    op.create_index(
        "uq_donor_organisation_id_outside_key", "donor", ["organisation_id", "outside_key"], unique=True
    )


def _offline_gifts() -> None:
    op.create_table(
        "offline_gift",
        sa.Column("gift_id", sa.String(length=40), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_offline_gift_gift_id")),
        sa.PrimaryKeyConstraint("gift_id", name=op.f("pk_offline_gift")),
    )
    op.create_table(
        "gift_void",
        sa.Column("gift_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("said_by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('bounced','mistake','reopened')", name=op.f("ck_gift_void_kind")),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_gift_void_gift_id")),
        sa.PrimaryKeyConstraint("gift_id", name=op.f("pk_gift_void")),
    )


def downgrade() -> None:
    op.drop_table("gift_void")
    op.drop_table("offline_gift")
    op.drop_column("receipt", "by_mail")
    op.drop_index("uq_donor_organisation_id_outside_key", table_name="donor")
    op.drop_column("donor", "outside_key")
    op.execute("UPDATE donor SET email = id || '@offline.invalid' WHERE email IS NULL")
    checks.refuse_null("donor", "email", "TEXT")
    op.drop_index("uq_gift_external", table_name="gift")
    op.drop_column("gift", "external_id")
    op.drop_column("gift", "external_source")
    checks.drop_column("gift", *_CHANNEL)
    op.execute("UPDATE gift SET state = 'refunded', refunded_minor = amount_minor WHERE state = 'voided'")
    checks.replace_check("gift", "state", old=_STATES[1], new=_STATES[0])
