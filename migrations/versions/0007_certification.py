"""Certifications, closed periods, reversing pairs, and the time of day at which work began."""

import sqlalchemy as sa
from alembic import op

from migrations.checks import add_column, drop_column, replace_check

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_MINUTES = (
    "minutes_raw BETWEEN 1 AND 1440",
    "CASE WHEN reverses_id IS NULL THEN minutes_raw BETWEEN 1 AND 1440 "
    "ELSE minutes_raw BETWEEN -1440 AND -1 END",
)
_TENTHS = (
    "units_tenths BETWEEN 0 AND 240",
    "CASE WHEN reverses_id IS NULL THEN units_tenths BETWEEN 0 AND 240 "
    "ELSE units_tenths BETWEEN -240 AND 0 END",
)
_AMOUNTS = ("rate_minor > 0 AND value_minor >= 0", "rate_minor > 0")
#: Column, type and what it refers to or must be, in words that both databases read.
_ENTRY_COLUMNS = (
    ("starts_minute", "INTEGER", "CONSTRAINT ck_time_entry_starts_minute CHECK (starts_minute IS NULL OR starts_minute BETWEEN 0 AND 1439)"),
    ("reverses_id", "VARCHAR(40)", "CONSTRAINT fk_time_entry_reverses_id REFERENCES time_entry (id)"),
    ("corrects_id", "VARCHAR(40)", "CONSTRAINT fk_time_entry_corrects_id REFERENCES time_entry (id)"),
)
_APPROVAL_COLUMNS = (
    ("worker_id", "VARCHAR(40)", "CONSTRAINT fk_time_entry_approval_worker_id REFERENCES member (id) CONSTRAINT ck_time_entry_approval_not_the_worker CHECK (worker_id IS NULL OR approved_by_id <> worker_id)"),
    ("certification_id", "VARCHAR(40)", "CONSTRAINT fk_time_entry_approval_certification_id REFERENCES certification (id)"),
)


def upgrade() -> None:
    _make_tables()
    for table, columns in (("time_entry", _ENTRY_COLUMNS), ("time_entry_approval", _APPROVAL_COLUMNS)):
        for column in columns:
            add_column(table, *column)
    op.create_index("uq_time_entry_reverses_id", "time_entry", ["reverses_id"], unique=True)
    op.create_index("uq_time_entry_corrects_id", "time_entry", ["corrects_id"], unique=True)
    op.create_index(
        op.f("ix_time_entry_approval_certification_id"), "time_entry_approval", ["certification_id"]
    )
    for table, name, (old, new) in _CHECKS:
        replace_check(table, name, old=old, new=new)


_CHECKS = (
    ("time_entry", "minutes_raw", _MINUTES),
    ("time_entry", "units_tenths", _TENTHS),
    ("valuation", "amounts", _AMOUNTS),
)


def _make_tables() -> None:
    op.create_table(
        "certification",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("matter_id", sa.String(length=40), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("units_tenths", sa.Integer(), nullable=False),
        sa.Column("certified_by_id", sa.String(length=40), nullable=False),
        sa.Column("certified_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("entries >= 0", name=op.f("ck_certification_entries")),
        sa.CheckConstraint("starts_on IS NULL OR starts_on <= ends_on", name=op.f("ck_certification_period")),
        sa.ForeignKeyConstraint(["certified_by_id"], ["member.id"], name=op.f("fk_certification_certified_by_id")),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.id"], name=op.f("fk_certification_matter_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_certification_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification")),
    )
    op.create_index(op.f("ix_certification_organisation_id"), "certification", ["organisation_id"])
    op.create_table(
        "period_lock",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("matter_id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("certification_id", sa.String(length=40), nullable=False),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopened_by_id", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_period_lock_period")),
        sa.CheckConstraint(
            "(reopened_at IS NULL) = (reopened_by_id IS NULL)", name=op.f("ck_period_lock_reopened")
        ),
        sa.ForeignKeyConstraint(
            ["certification_id"], ["certification.id"], name=op.f("fk_period_lock_certification_id")
        ),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.id"], name=op.f("fk_period_lock_matter_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_period_lock_organisation_id")
        ),
        sa.ForeignKeyConstraint(["reopened_by_id"], ["member.id"], name=op.f("fk_period_lock_reopened_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period_lock")),
    )
    op.create_index("ix_period_lock_days", "period_lock", ["matter_id", "organisation_id", "starts_on"])


def downgrade() -> None:
    op.drop_index("ix_period_lock_days", table_name="period_lock")
    op.drop_index(op.f("ix_certification_organisation_id"), table_name="certification")
    for table, name, (old, new) in _CHECKS:
        replace_check(table, name, old=new, new=old)
    op.drop_index(op.f("ix_time_entry_approval_certification_id"), table_name="time_entry_approval")
    op.drop_index("uq_time_entry_corrects_id", table_name="time_entry")
    op.drop_index("uq_time_entry_reverses_id", table_name="time_entry")
    op.drop_table("period_lock")
    for table, columns in (("time_entry", _ENTRY_COLUMNS), ("time_entry_approval", _APPROVAL_COLUMNS)):
        for column in reversed(columns):
            drop_column(table, *column)
    op.drop_table("certification")
