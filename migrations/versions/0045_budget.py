"""Cost budgets by stage, and what published reports tell of each phase."""

import json

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stages()
    _of_stages()
    _report_phases()


def _stages() -> None:
    op.create_table(
        "budget_stage",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("drive_id", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_bond", sa.Boolean(), nullable=False),
        sa.Column("estimate_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("expected_on", sa.Date(), nullable=True),
        sa.Column("estimate_before_minor", sa.BigInteger(), nullable=True),
        sa.Column("estimate_changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dropped_on", sa.Date(), nullable=True),
        sa.Column("dropped_unseen", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 60", name=op.f("ck_budget_stage_name")),
        sa.CheckConstraint("estimate_minor > 0", name=op.f("ck_budget_stage_estimate")),
        sa.CheckConstraint(
            "(estimate_before_minor IS NULL) = (estimate_changed_at IS NULL)",
            name=op.f("ck_budget_stage_estimate_changed"),
        ),
        sa.ForeignKeyConstraint(["drive_id"], ["drive.id"], name=op.f("fk_budget_stage_drive_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_stage")),
    )
    op.create_index("ix_budget_stage_list", "budget_stage", ["drive_id", "position"])
    where = sa.text("is_bond AND dropped_on IS NULL")
    op.create_index(
        "uq_budget_stage_bond",
        "budget_stage",
        ["drive_id"],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )


def _of_stages() -> None:
    op.create_table(
        "stage_estimate",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("stage_id", sa.String(length=40), nullable=False),
        sa.Column("was_public", sa.Boolean(), nullable=False),
        sa.Column("set_by_id", sa.String(length=40), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_stage_estimate_amount")),
        sa.ForeignKeyConstraint(["stage_id"], ["budget_stage.id"], name=op.f("fk_stage_estimate_stage_id")),
        sa.ForeignKeyConstraint(["set_by_id"], ["member.id"], name=op.f("fk_stage_estimate_set_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_estimate")),
    )
    op.create_index(op.f("ix_stage_estimate_stage_id"), "stage_estimate", ["stage_id"])
    guards.append_only("stage_estimate")
    op.create_table(
        "stage_phase",
        sa.Column("drive_id", sa.String(length=40), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("stage_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["drive_id"], ["drive.id"], name=op.f("fk_stage_phase_drive_id")),
        sa.ForeignKeyConstraint(["stage_id"], ["budget_stage.id"], name=op.f("fk_stage_phase_stage_id")),
        sa.PrimaryKeyConstraint("drive_id", "phase", name=op.f("pk_stage_phase")),
    )
    op.create_index(op.f("ix_stage_phase_stage_id"), "stage_phase", ["stage_id"])
    op.create_table(
        "stage_cost",
        sa.Column("expense_id", sa.String(length=40), nullable=False),
        sa.Column("stage_id", sa.String(length=40), nullable=False),
        sa.Column("assigned_by_id", sa.String(length=40), nullable=True),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["expense_id"], ["expense.id"], name=op.f("fk_stage_cost_expense_id")),
        sa.ForeignKeyConstraint(["stage_id"], ["budget_stage.id"], name=op.f("fk_stage_cost_stage_id")),
        sa.ForeignKeyConstraint(["assigned_by_id"], ["member.id"], name=op.f("fk_stage_cost_assigned_by_id")),
        sa.PrimaryKeyConstraint("expense_id", name=op.f("pk_stage_cost")),
    )
    op.create_index(op.f("ix_stage_cost_stage_id"), "stage_cost", ["stage_id"])


def _report_phases() -> None:
    table = op.create_table(
        "report_phase",
        sa.Column("report_id", sa.String(length=40), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("hours_tenths", sa.BigInteger(), nullable=False),
        sa.Column("value_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["transparency_report.id"], name=op.f("fk_report_phase_report_id")
        ),
        sa.PrimaryKeyConstraint("report_id", "phase", name=op.f("pk_report_phase")),
    )
    published = sa.text("SELECT id, content FROM transparency_report")
    for report_id, content in op.get_bind().execute(published).all():
        figures = json.loads(content)
        rows = [
            {
                "report_id": report_id,
                "phase": line["phase"],
                "hours_tenths": line["tenths"],
                "value_minor": line["value_minor"],
                "currency": figures["currency"],
            }
            for line in figures["hours"]["by_phase"]
        ]
        if rows:
            op.bulk_insert(table, rows)
    guards.append_only("report_phase")


def downgrade() -> None:
    for table in ("report_phase", "stage_cost", "stage_phase", "stage_estimate", "budget_stage"):
        op.drop_table(table)
