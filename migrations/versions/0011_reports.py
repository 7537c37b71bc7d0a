"""Transparency reports, which nobody changes, and the notes beside them."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "transparency_report",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("campaign_id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("first_month", sa.Date(), nullable=False),
        sa.Column("last_month", sa.Date(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("supersedes_id", sa.String(length=40), nullable=True),
        sa.Column("published_by_id", sa.String(length=40), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("first_month <= last_month", name=op.f("ck_transparency_report_months")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_transparency_report_sha256")),
        sa.CheckConstraint(
            "supersedes_id IS NULL OR supersedes_id <> id", name=op.f("ck_transparency_report_supersedes")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_transparency_report_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_transparency_report_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["supersedes_id"], ["transparency_report.id"], name=op.f("fk_transparency_report_supersedes_id")
        ),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["member.id"], name=op.f("fk_transparency_report_published_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transparency_report")),
    )
    op.create_index(
        "ix_transparency_report_campaign", "transparency_report", ["campaign_id", "last_month"]
    )
    op.create_index(
        "uq_transparency_report_supersedes_id", "transparency_report", ["supersedes_id"], unique=True
    )
    op.create_table(
        "report_note",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("report_id", sa.String(length=40), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("written_by_id", sa.String(length=40), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(body) BETWEEN 1 AND 2000", name=op.f("ck_report_note_body")),
        sa.ForeignKeyConstraint(
            ["report_id"], ["transparency_report.id"], name=op.f("fk_report_note_report_id")
        ),
        sa.ForeignKeyConstraint(["written_by_id"], ["member.id"], name=op.f("fk_report_note_written_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_note")),
    )
    op.create_index(op.f("ix_report_note_report_id"), "report_note", ["report_id"])
    guards.append_only("transparency_report")


def downgrade() -> None:
    op.drop_table("report_note")
    op.drop_table("transparency_report")
