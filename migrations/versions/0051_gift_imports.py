"""Imports of gifts: mappings by source, files in pieces, and what each row became."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

_STATES = (
    "state IN ('uploaded', 'mapped', 'checking', 'checked', 'importing', 'imported', 'undoing', 'undone', "
    "'failed', 'cancelled')"
)
_STATUSES = "status IN ('ok', 'bad', 'skipped', 'duplicate', 'refund', 'imported', 'undone')"


def upgrade() -> None:
    _sources()
    _imports()
    _pieces_and_rows()
    where = sa.text("state = 'voided'")
    op.create_index(
        "ix_gift_external_voided",
        "gift",
        ["organisation_id", "external_source", "external_id"],
        sqlite_where=where,
        postgresql_where=where,
    )


def _sources() -> None:
    op.create_table(
        "import_source",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_import_source_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_source")),
        sa.UniqueConstraint("organisation_id", "key", name=op.f("uq_import_source_organisation_id_key")),
    )


def _imports() -> None:
    op.create_table(
        "gift_import",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("drive_id", sa.String(length=40), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("encoding", sa.Text(), nullable=False),
        sa.Column("delimiter", sa.Text(), nullable=False),
        sa.Column("header", sa.JSON(), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("worked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_in", sa.Text(), nullable=False),
        sa.Column("uploaded_by", sa.Text(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=False),
        sa.Column("undo_reason", sa.Text(), nullable=False),
        sa.Column("file_dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(_STATES, name=op.f("ck_gift_import_state")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_gift_import_organisation_id")
        ),
        sa.ForeignKeyConstraint(["drive_id"], ["drive.id"], name=op.f("fk_gift_import_drive_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gift_import")),
    )
    op.create_index("ix_gift_import_list", "gift_import", ["organisation_id", "uploaded_at"])
    op.create_index("ix_gift_import_state", "gift_import", ["state"])


def _pieces_and_rows() -> None:
    op.create_table(
        "import_piece",
        sa.Column("import_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(length=40), nullable=False),
        sa.Column("first_row", sa.Integer(), nullable=False),
        sa.Column("last_row", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["gift_import.id"], name=op.f("fk_import_piece_import_id")),
        sa.PrimaryKeyConstraint("import_id", "number", name=op.f("pk_import_piece")),
        sa.UniqueConstraint("file", name=op.f("uq_import_piece_file")),
    )
    op.create_table(
        "import_row",
        sa.Column("import_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("column_name", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("gift_id", sa.String(length=40), nullable=True),
        sa.Column("is_new_donor", sa.Boolean(), nullable=False),
        sa.CheckConstraint(_STATUSES, name=op.f("ck_import_row_status")),
        sa.ForeignKeyConstraint(["import_id"], ["gift_import.id"], name=op.f("fk_import_row_import_id")),
        sa.PrimaryKeyConstraint("import_id", "number", name=op.f("pk_import_row")),
    )
    op.create_index("ix_import_row_status", "import_row", ["import_id", "status", "number"])
    op.create_index("ix_import_row_external", "import_row", ["import_id", "external_id"])


def downgrade() -> None:
    op.drop_index("ix_gift_external_voided", table_name="gift")
    op.drop_table("import_row")
    op.drop_table("import_piece")
    op.drop_table("gift_import")
    op.drop_table("import_source")
