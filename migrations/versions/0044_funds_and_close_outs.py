"""Versions of surplus clauses, named by each gift; money moved between funds; close-outs of drives."""

import hashlib
import json

import sqlalchemy as sa
from alembic import op

from core.ids import new_id
from migrations import guards
from migrations.checks import add_column, drop_column

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

_CLAUSE = ("gift", "surplus_clause_id", "VARCHAR(40)")
_REFERENCE = "CONSTRAINT fk_gift_surplus_clause_id REFERENCES surplus_clause (id)"
TIME = sa.DateTime(timezone=True)


def _id(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=40), nullable=nullable)


def _of(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    _funds()
    _clauses()
    _transfers()
    _close_outs()
    _shares()


def _funds() -> None:
    op.add_column("fund", sa.Column("surplus_ways", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("fund", sa.Column("is_general", sa.Boolean(), server_default=sa.false(), nullable=False))
    where = sa.text("is_general")
    op.create_index(
        "uq_fund_general",
        "fund",
        ["organisation_id", "currency"],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )


def _clauses() -> None:
    op.create_table(
        "surplus_clause",
        _id("id"),
        _id("fund_id"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("ways", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("valid_from", TIME, nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_surplus_clause_number")),
        sa.CheckConstraint("length(wording) > 0", name=op.f("ck_surplus_clause_wording")),
        _of("surplus_clause", "fund_id", "fund"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_surplus_clause")),
        sa.UniqueConstraint("fund_id", "number", name=op.f("uq_surplus_clause_fund_id_number")),
    )
    guards.append_only("surplus_clause")
    add_column(*_CLAUSE, _REFERENCE)
    _name_what_donors_read()


def _name_what_donors_read() -> None:
    """A wording could not change once a drive was public, so every gift so far was given under the present one."""
    connection = op.get_bind()
    given = sa.text(
        "SELECT id, surplus_clause, created_at FROM fund WHERE id IN (SELECT DISTINCT fund_id FROM gift)"
    )
    insert = sa.text(
        "INSERT INTO surplus_clause (id, fund_id, number, wording, ways, sha256, valid_from) "
        "VALUES (:id, :fund, 1, :wording, '[]', :sha256, :since)"
    )
    for fund_id, wording, since in connection.execute(given).all():
        canonical = json.dumps({"ways": [], "wording": wording}, sort_keys=True, ensure_ascii=False)
        clause_id = new_id("clause")
        about = {"id": clause_id, "fund": fund_id, "wording": wording, "since": since}
        connection.execute(insert, {**about, "sha256": hashlib.sha256(canonical.encode()).hexdigest()})
        named = sa.text("UPDATE gift SET surplus_clause_id = :id WHERE fund_id = :fund")
        connection.execute(named, {"id": clause_id, "fund": fund_id})


def _transfers() -> None:
    op.create_table(
        "fund_transfer",
        _id("id"),
        _id("organisation_id"),
        _id("from_fund_id"),
        _id("to_fund_id"),
        sa.Column("cause", sa.Text(), nullable=False),
        _id("drive_id", nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        _id("group_id"),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_fund_transfer_amount")),
        sa.CheckConstraint("from_fund_id <> to_fund_id", name=op.f("ck_fund_transfer_two_funds")),
        sa.CheckConstraint(
            "basis IN ('unrestricted','within','clause')", name=op.f("ck_fund_transfer_basis")
        ),
        sa.CheckConstraint("basis <> 'clause' OR length(why) > 0", name=op.f("ck_fund_transfer_why")),
        _of("fund_transfer", "organisation_id", "organisation"),
        _of("fund_transfer", "from_fund_id", "fund"),
        _of("fund_transfer", "to_fund_id", "fund"),
        _of("fund_transfer", "drive_id", "drive"),
        _of("fund_transfer", "group_id", "ledger_group"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_transfer")),
        sa.UniqueConstraint("cause", name=op.f("uq_fund_transfer_cause")),
        sa.UniqueConstraint("group_id", name=op.f("uq_fund_transfer_group_id")),
    )
    op.create_index("ix_fund_transfer_from", "fund_transfer", ["from_fund_id", "made_at"])
    op.create_index("ix_fund_transfer_to", "fund_transfer", ["to_fund_id", "made_at"])
    op.create_index(op.f("ix_fund_transfer_drive_id"), "fund_transfer", ["drive_id"])
    guards.append_only("fund_transfer")


def _close_outs() -> None:
    op.create_table(
        "close_out",
        _id("id"),
        _id("organisation_id"),
        _id("drive_id"),
        _id("fund_id"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("begun_by", sa.Text(), nullable=False),
        sa.Column("begun_at", TIME, nullable=False),
        sa.Column("reckoned", sa.JSON(), nullable=True),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("approved_at", TIME, nullable=True),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("returned_minor", sa.BigInteger(), nullable=False),
        sa.Column("returned_to", sa.Integer(), nullable=False),
        sa.Column("stayed_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("state IN ('draft','working','done','undone')", name=op.f("ck_close_out_state")),
        sa.CheckConstraint(
            "(state IN ('done','undone')) = (ended_at IS NOT NULL)", name=op.f("ck_close_out_ended")
        ),
        _of("close_out", "organisation_id", "organisation"),
        _of("close_out", "drive_id", "drive"),
        _of("close_out", "fund_id", "fund"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_close_out")),
    )
    where = sa.text("state <> 'undone'")
    op.create_index(
        "uq_close_out_standing",
        "close_out",
        ["drive_id"],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )
    op.create_index(op.f("ix_close_out_organisation_id"), "close_out", ["organisation_id"])
    op.create_index(op.f("ix_close_out_state"), "close_out", ["state"])
    op.create_table(
        "close_out_choice",
        _id("close_out_id"),
        _id("clause_id"),
        sa.Column("way", sa.Text(), nullable=False),
        _id("to_fund_id", nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.CheckConstraint("way IN ('refund','move','general')", name=op.f("ck_close_out_choice_way")),
        _of("close_out_choice", "close_out_id", "close_out"),
        _of("close_out_choice", "clause_id", "surplus_clause"),
        _of("close_out_choice", "to_fund_id", "fund"),
        sa.PrimaryKeyConstraint("close_out_id", "clause_id", name=op.f("pk_close_out_choice")),
    )


def _shares() -> None:
    op.create_table(
        "close_out_share",
        _id("gift_id"),
        _id("close_out_id"),
        _id("donor_id"),
        _id("clause_id"),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        _id("to_fund_id", nullable=True),
        _id("refund_id", nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_close_out_share_amount")),
        sa.CheckConstraint("outcome IN ('back','moved','stays')", name=op.f("ck_close_out_share_outcome")),
        sa.CheckConstraint(
            "(outcome = 'moved') = (to_fund_id IS NOT NULL)", name=op.f("ck_close_out_share_to_fund")
        ),
        _of("close_out_share", "gift_id", "gift"),
        _of("close_out_share", "close_out_id", "close_out"),
        _of("close_out_share", "donor_id", "donor"),
        _of("close_out_share", "clause_id", "surplus_clause"),
        _of("close_out_share", "to_fund_id", "fund"),
        _of("close_out_share", "refund_id", "refund"),
        sa.PrimaryKeyConstraint("gift_id", name=op.f("pk_close_out_share")),
        sa.UniqueConstraint("refund_id", name=op.f("uq_close_out_share_refund_id")),
    )
    op.create_index("ix_close_out_share_close_out", "close_out_share", ["close_out_id", "donor_id"])
    op.create_table(
        "close_out_notice",
        _id("close_out_id"),
        _id("donor_id"),
        sa.Column("written_at", TIME, nullable=False),
        _of("close_out_notice", "close_out_id", "close_out"),
        _of("close_out_notice", "donor_id", "donor"),
        sa.PrimaryKeyConstraint("close_out_id", "donor_id", name=op.f("pk_close_out_notice")),
    )


def downgrade() -> None:
    for table in ("close_out_notice", "close_out_share", "close_out_choice", "close_out", "fund_transfer"):
        op.drop_table(table)
    drop_column(*_CLAUSE, _REFERENCE)
    op.drop_table("surplus_clause")
    op.drop_index("uq_fund_general", "fund")
    op.drop_column("fund", "is_general")
    op.drop_column("fund", "surplus_ways")
