"""What sponsors added, on receipts. Names of sponsors and stages are cleared like other public words."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from core import ids

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

_KINDS = "kind IN ('campaign','drive','update','timeline'{more})"


def upgrade() -> None:
    op.add_column(
        "receipt", sa.Column("matches", sa.JSON(), server_default=sa.text("'[]'"), nullable=False)
    )
    _set_kinds(more=",'names'")
    _create_lists()
    _gather()


def _set_kinds(*, more: str) -> None:
    with op.batch_alter_table("clearance") as table:
        table.drop_constraint(op.f("ck_clearance_kind"), type_="check")
        table.create_check_constraint(op.f("ck_clearance_kind"), _KINDS.format(more=more))


def _create_lists() -> None:
    op.create_table(
        "drive_names",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("campaign_id", sa.String(length=40), nullable=False),
        sa.Column("drive_id", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shown_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_drive_names_organisation_id")
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_drive_names_campaign_id")),
        sa.ForeignKeyConstraint(["drive_id"], ["drive.id"], name=op.f("fk_drive_names_drive_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drive_names")),
    )
    op.create_index("ix_drive_names_drive", "drive_names", ["drive_id", "created_at"])
    op.create_table(
        "drive_name",
        sa.Column("drive_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("names_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["drive_id"], ["drive.id"], name=op.f("fk_drive_name_drive_id")),
        sa.ForeignKeyConstraint(["names_id"], ["drive_names.id"], name=op.f("fk_drive_name_names_id")),
        sa.PrimaryKeyConstraint("drive_id", "name", name=op.f("pk_drive_name")),
    )
    op.create_index(op.f("ix_drive_name_names_id"), "drive_name", ["names_id"])


def _gather() -> None:
    """The names that there are wait for approval, a list for each drive; until then pages say something neutral."""
    connection = op.get_bind()
    names: dict[str, set[str]] = {}
    for query in (
        "SELECT drive_id, sponsor FROM match_fund",
        "SELECT drive_id, name FROM budget_stage WHERE NOT dropped_unseen",
    ):
        for drive_id, name in connection.execute(sa.text(query)):
            names.setdefault(drive_id, set()).add(name)
    if not names:
        return
    now = datetime.now(UTC)
    drive = sa.table("drive", *(sa.column(each) for each in ("id", "campaign_id", "organisation_id")))
    for drive_id, campaign_id, organisation_id in connection.execute(sa.select(drive)).all():
        if drive_id in names:
            _add(
                names[drive_id],
                {
                    "id": ids.new_id("names"),
                    "organisation_id": organisation_id,
                    "campaign_id": campaign_id,
                    "drive_id": drive_id,
                    "created_at": now,
                },
            )


def _add(names: Iterable[str], row: dict[str, Any]) -> None:
    connection = op.get_bind()
    metadata = sa.MetaData()
    lists, each, clearance = (
        sa.Table(name, metadata, autoload_with=connection, resolve_fks=False)
        for name in ("drive_names", "drive_name", "clearance")
    )
    connection.execute(lists.insert(), row)
    connection.execute(
        each.insert(),
        [{"drive_id": row["drive_id"], "name": name, "names_id": row["id"]} for name in sorted(names)],
    )
    connection.execute(
        clearance.insert(),
        {
            "id": ids.new_id("clear"),
            "kind": "names",
            "subject_id": row["id"],
            "campaign_id": row["campaign_id"],
            "state": "draft",
            "text_hash": "",
            "authors": [],
            "created_at": row["created_at"],
        },
    )


def downgrade() -> None:
    op.drop_table("drive_name")
    op.drop_table("drive_names")
    _set_kinds(more="")
    op.drop_column("receipt", "matches")
