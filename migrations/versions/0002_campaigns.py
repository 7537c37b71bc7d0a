"""The tables of campaigns/."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ledger_group",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_group")),
        sa.UniqueConstraint("kind", "source", name=op.f("uq_ledger_group_kind_source")),
    )
    op.create_index("ix_ledger_group_source", "ledger_group", ["source"], unique=False)
    op.create_table(
        "client",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_client_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client")),
    )
    op.create_index(op.f("ix_client_organisation_id"), "client", ["organisation_id"], unique=False)
    op.create_table(
        "campaign",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=True),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_campaign_client_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_campaign_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("slug", name=op.f("uq_campaign_slug")),
    )
    op.create_index(op.f("ix_campaign_organisation_id"), "campaign", ["organisation_id"], unique=False)
    op.create_table(
        "client_identity",
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.Column("full_name", sa.LargeBinary(), nullable=False),
        sa.Column("never_publish", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_client_identity_client_id")),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_client_identity")),
    )
    op.create_table(
        "persona",
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("pronoun", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_persona_client_id")),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_persona")),
    )
    op.create_table(
        "campaign_update",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("campaign_id", sa.String(length=40), nullable=False),
        sa.Column("author_id", sa.String(length=40), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["member.id"], name=op.f("fk_campaign_update_author_id")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_update_campaign_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_update")),
    )
    op.create_index(
        "ix_campaign_update_published", "campaign_update", ["campaign_id", "published_at"], unique=False
    )
    op.create_table(
        "fund",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("campaign_id", sa.String(length=40), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("surplus_clause", sa.Text(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(surplus_clause) > 0", name=op.f("ck_fund_surplus_clause_stated")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_fund_campaign_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_fund_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund")),
    )
    op.create_index(op.f("ix_fund_campaign_id"), "fund", ["campaign_id"], unique=False)
    op.create_index(op.f("ix_fund_organisation_id"), "fund", ["organisation_id"], unique=False)
    op.create_table(
        "partner",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("campaign_id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("part IN ('lead','partner')", name=op.f("ck_partner_part")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_partner_campaign_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_partner_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner")),
        sa.UniqueConstraint(
            "campaign_id", "organisation_id", name=op.f("uq_partner_campaign_id_organisation_id")
        ),
    )
    op.create_index(op.f("ix_partner_organisation_id"), "partner", ["organisation_id"], unique=False)
    op.create_table(
        "drive",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("campaign_id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("fund_id", sa.String(length=40), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("grace_minutes", sa.Integer(), nullable=False),
        sa.Column("grace_counts", sa.Boolean(), nullable=False),
        sa.Column("presets_minor", sa.JSON(), nullable=False),
        sa.Column("min_minor", sa.BigInteger(), nullable=False),
        sa.Column("max_minor", sa.BigInteger(), nullable=False),
        sa.Column("deductibility", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "deductibility IN ('deductible','not_deductible','ask_counsel')",
            name=op.f("ck_drive_deductibility"),
        ),
        sa.CheckConstraint("closes_at IS NULL OR opens_at < closes_at", name=op.f("ck_drive_window")),
        sa.CheckConstraint("min_minor > 0 AND min_minor <= max_minor", name=op.f("ck_drive_limits")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_drive_campaign_id")),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_drive_fund_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_drive_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drive")),
        sa.UniqueConstraint("slug", name=op.f("uq_drive_slug")),
    )
    op.create_index(op.f("ix_drive_campaign_id"), "drive", ["campaign_id"], unique=False)
    op.create_index(op.f("ix_drive_fund_id"), "drive", ["fund_id"], unique=False)
    op.create_index(op.f("ix_drive_organisation_id"), "drive", ["organisation_id"], unique=False)
    op.create_table(
        "ledger_entry",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("group_id", sa.String(length=40), nullable=False),
        sa.Column("fund_id", sa.String(length=40), nullable=False),
        sa.Column("drive_id", sa.String(length=40), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_ledger_entry_fund_id")),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["ledger_group.id"],
            name=op.f("fk_ledger_entry_group_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
    )
    op.create_index("ix_ledger_entry_fund", "ledger_entry", ["fund_id", "id"], unique=False)
    op.create_index(op.f("ix_ledger_entry_group_id"), "ledger_entry", ["group_id"], unique=False)
    op.create_table(
        "ledger_total",
        sa.Column("fund_id", sa.String(length=40), nullable=False),
        sa.Column("drive_id", sa.String(length=40), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("balance_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_ledger_total_fund_id")),
        sa.PrimaryKeyConstraint("fund_id", "drive_id", "account", "currency", name=op.f("pk_ledger_total")),
    )
    op.create_table(
        "goal",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("drive_id", sa.String(length=40), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("target", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("lookback_months", sa.Integer(), nullable=False),
        sa.CheckConstraint("metric IN ('amount','new_monthly_donors')", name=op.f("ck_goal_metric")),
        sa.CheckConstraint("lookback_months BETWEEN 0 AND 120", name=op.f("ck_goal_lookback")),
        sa.CheckConstraint("target > 0", name=op.f("ck_goal_target")),
        sa.ForeignKeyConstraint(["drive_id"], ["drive.id"], name=op.f("fk_goal_drive_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goal")),
        sa.UniqueConstraint("drive_id", "metric", name=op.f("uq_goal_drive_id_metric")),
    )
    guards.append_only("ledger_entry")
    guards.append_only("ledger_group")
    guards.ledger_balances()


def downgrade() -> None:
    op.drop_table("goal")
    op.drop_table("ledger_total")
    op.drop_index(op.f("ix_ledger_entry_group_id"), table_name="ledger_entry")
    op.drop_index("ix_ledger_entry_fund", table_name="ledger_entry")
    op.drop_table("ledger_entry")
    op.drop_index(op.f("ix_drive_organisation_id"), table_name="drive")
    op.drop_index(op.f("ix_drive_fund_id"), table_name="drive")
    op.drop_index(op.f("ix_drive_campaign_id"), table_name="drive")
    op.drop_table("drive")
    op.drop_index(op.f("ix_partner_organisation_id"), table_name="partner")
    op.drop_table("partner")
    op.drop_index(op.f("ix_fund_organisation_id"), table_name="fund")
    op.drop_index(op.f("ix_fund_campaign_id"), table_name="fund")
    op.drop_table("fund")
    op.drop_index("ix_campaign_update_published", table_name="campaign_update")
    op.drop_table("campaign_update")
    op.drop_table("persona")
    op.drop_table("client_identity")
    op.drop_index(op.f("ix_campaign_organisation_id"), table_name="campaign")
    op.drop_table("campaign")
    op.drop_index(op.f("ix_client_organisation_id"), table_name="client")
    op.drop_table("client")
    op.drop_index("ix_ledger_group_source", table_name="ledger_group")
    op.drop_table("ledger_group")
    guards.drop_functions("ledger_group_balances", "ledger_entry_sealed")
