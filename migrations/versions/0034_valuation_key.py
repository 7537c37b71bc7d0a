"""A valuation is known by its entry and its number: an id of its own was one more index that nobody read."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_COLUMNS = "entry_id, number, matrix, matrix_sha256, rate_minor, value_minor, currency, valued_at"
_KEY = ["entry_id", "number"]


def upgrade() -> None:
    guards.drop_append_only("valuation")
    if op.get_bind().dialect.name == "sqlite":
        _rebuild([], [sa.PrimaryKeyConstraint(*_KEY, name=op.f("pk_valuation"))], _COLUMNS, _COLUMNS)
    else:
        op.drop_constraint(op.f("pk_valuation"), "valuation", type_="primary")
        op.drop_constraint(op.f("uq_valuation_entry_id_number"), "valuation", type_="unique")
        op.drop_column("valuation", "id")
        op.create_primary_key(op.f("pk_valuation"), "valuation", _KEY)
    guards.append_only("valuation")


def downgrade() -> None:
    guards.drop_append_only("valuation")
    own_id = sa.Column("id", sa.String(length=40), nullable=False)
    unique = op.f("uq_valuation_entry_id_number")
    # As unique as the key, where there was chance before.
    made = "'val_' || substr(entry_id, 6, 24) || '_' || number"
    if op.get_bind().dialect.name == "sqlite":
        keys = [sa.PrimaryKeyConstraint("id", name=op.f("pk_valuation")), sa.UniqueConstraint(*_KEY, name=unique)]
        _rebuild([own_id], keys, f"id, {_COLUMNS}", f"{made}, {_COLUMNS}")
    else:
        op.drop_constraint(op.f("pk_valuation"), "valuation", type_="primary")
        op.add_column("valuation", sa.Column("id", sa.String(length=40), nullable=True))
        op.execute(f"UPDATE valuation SET id = {made}")
        op.alter_column("valuation", "id", nullable=False)
        op.create_primary_key(op.f("pk_valuation"), "valuation", ["id"])
        op.create_unique_constraint(unique, "valuation", _KEY)
    guards.append_only("valuation")


def _rebuild(first: list[sa.Column[str]], keys: list[sa.Constraint], into: str, out_of: str) -> None:
    """SQLite changes no key in place: the rows move to a table that has it. Nothing refers to this one."""
    op.create_table(
        "valuation_anew",
        *first,
        sa.Column("entry_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("matrix", sa.Text(), nullable=False),
        sa.Column("matrix_sha256", sa.String(length=64), nullable=False),
        sa.Column("rate_minor", sa.BigInteger(), nullable=False),
        sa.Column("value_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("valued_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_valuation_number")),
        sa.CheckConstraint("rate_minor > 0", name=op.f("ck_valuation_amounts")),
        sa.ForeignKeyConstraint(["entry_id"], ["time_entry.id"], name=op.f("fk_valuation_entry_id")),
        *keys,
    )
    op.execute(f"INSERT INTO valuation_anew ({into}) SELECT {out_of} FROM valuation")
    op.drop_table("valuation")
    op.rename_table("valuation_anew", "valuation")
