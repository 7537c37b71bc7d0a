"""Match funds of drives, what gifts found there, each step of a gift's match, and what sponsors paid."""

import sqlalchemy as sa
from alembic import op

from migrations.guards import append_only

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _match_fund()
    _match_payment()
    _match_look()
    _match_entry()
    for table in ("match_payment", "match_look", "match_entry"):
        append_only(table)


def _minor(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _match_fund() -> None:
    op.create_table(
        "match_fund",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("drive_id", sa.String(length=40), nullable=False),
        sa.Column("sponsor", sa.Text(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        _minor("cap_minor"),
        sa.Column("match_parts", sa.Integer(), nullable=False),
        sa.Column("gift_parts", sa.Integer(), nullable=False),
        _minor("most_per_gift_minor", nullable=True),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        *(_minor("taken_minor"), _minor("confirmed_minor"), _minor("paid_minor")),
        sa.Column("first_matched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("cap_minor > 0", name=op.f("ck_match_fund_cap")),
        sa.CheckConstraint(
            "0 <= confirmed_minor AND confirmed_minor <= taken_minor AND taken_minor <= cap_minor",
            name=op.f("ck_match_fund_kept"),
        ),
        sa.CheckConstraint("paid_minor >= 0 AND paid_minor <= cap_minor", name=op.f("ck_match_fund_paid")),
        sa.CheckConstraint(
            "match_parts BETWEEN 1 AND 100 AND gift_parts BETWEEN 1 AND 100", name=op.f("ck_match_fund_ratio")
        ),
        sa.CheckConstraint(
            "most_per_gift_minor IS NULL OR most_per_gift_minor > 0", name=op.f("ck_match_fund_most_per_gift")
        ),
        sa.CheckConstraint("closes_at IS NULL OR opens_at < closes_at", name=op.f("ck_match_fund_window")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_match_fund_organisation_id")
        ),
        sa.ForeignKeyConstraint(["drive_id"], ["drive.id"], name=op.f("fk_match_fund_drive_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_fund")),
    )
    op.create_index("ix_match_fund_drive", "match_fund", ["drive_id", "position"])


def _match_payment() -> None:
    op.create_table(
        "match_payment",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("match_fund_id", sa.String(length=40), nullable=False),
        _minor("amount_minor"),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("undoes_id", sa.String(length=40), nullable=True),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_match_payment_amount")),
        sa.ForeignKeyConstraint(
            ["match_fund_id"], ["match_fund.id"], name=op.f("fk_match_payment_match_fund_id")
        ),
        sa.ForeignKeyConstraint(
            ["undoes_id"], ["match_payment.id"], name=op.f("fk_match_payment_undoes_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_payment")),
        sa.UniqueConstraint("undoes_id", name=op.f("uq_match_payment_undoes_id")),
    )
    op.create_index(op.f("ix_match_payment_match_fund_id"), "match_payment", ["match_fund_id"])


def _match_look() -> None:
    op.create_table(
        "match_look",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("gift_id", sa.String(length=40), nullable=False),
        sa.Column("match_fund_id", sa.String(length=40), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("match_parts", sa.Integer(), nullable=False),
        sa.Column("gift_parts", sa.Integer(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        _minor("most_per_gift_minor", nullable=True),
        *(_minor("cap_minor"), _minor("left_minor"), _minor("gift_left_minor")),
        *(_minor("wanted_minor"), _minor("amount_minor")),
        sa.CheckConstraint(
            "0 <= amount_minor AND amount_minor <= left_minor", name=op.f("ck_match_look_amount")
        ),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_match_look_gift_id")),
        sa.ForeignKeyConstraint(
            ["match_fund_id"], ["match_fund.id"], name=op.f("fk_match_look_match_fund_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_look")),
        sa.UniqueConstraint(
            "gift_id", "round", "match_fund_id", name=op.f("uq_match_look_gift_id_round_match_fund_id")
        ),
    )
    op.create_index("ix_match_look_match_fund", "match_look", ["match_fund_id", "at"])


def _match_entry() -> None:
    big_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "match_entry",
        sa.Column("id", big_id, autoincrement=True, nullable=False),
        sa.Column("gift_id", sa.String(length=40), nullable=False),
        sa.Column("match_fund_id", sa.String(length=40), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        *(_minor("taken_minor"), _minor("confirmed_minor")),
        sa.CheckConstraint(
            "kind IN ('reserved','confirmed','released','restored')", name=op.f("ck_match_entry_kind")
        ),
        sa.CheckConstraint(
            "(kind = 'reserved' AND taken_minor > 0 AND confirmed_minor = 0)"
            " OR (kind = 'confirmed' AND taken_minor = 0 AND confirmed_minor > 0)"
            " OR (kind = 'released' AND taken_minor < 0 AND confirmed_minor IN (0, taken_minor))"
            " OR (kind = 'restored' AND taken_minor > 0 AND confirmed_minor = taken_minor)",
            name=op.f("ck_match_entry_moves"),
        ),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_match_entry_gift_id")),
        sa.ForeignKeyConstraint(
            ["match_fund_id"], ["match_fund.id"], name=op.f("fk_match_entry_match_fund_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_entry")),
    )
    op.create_index("ix_match_entry_gift", "match_entry", ["gift_id", "id"])
    op.create_index("ix_match_entry_match_fund", "match_entry", ["match_fund_id", "id"])


def downgrade() -> None:
    for table in ("match_entry", "match_look", "match_payment", "match_fund"):
        op.drop_table(table)
