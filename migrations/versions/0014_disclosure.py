"""Approval of public words, what clients agreed to, the timeline of a case."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

SHOWN = ("campaign", "campaign_update")


def upgrade() -> None:
    for table in SHOWN:
        with op.batch_alter_table(table) as columns:
            columns.add_column(sa.Column("shown_until", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("drive") as columns:
        columns.add_column(sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
        columns.add_column(sa.Column("shown_until", sa.DateTime(timezone=True), nullable=True))
    _consents()
    _clearances()
    _timeline()
    guards.append_only("clearance_step")
    _begin_for_what_is_there()


#: Kind, table, where its campaign stands, and how its ids begin.
SUBJECTS = (
    ("campaign", "campaign", "id", "camp_"),
    ("drive", "drive", "campaign_id", "drive_"),
    ("update", "campaign_update", "campaign_id", "upd_"),
)


def _begin_for_what_is_there() -> None:
    """Words from before are drafts on their way; what is public stays public until it is edited."""
    nobody = "'[]'" if op.get_bind().dialect.name == "sqlite" else "CAST('[]' AS JSON)"
    for kind, table, campaign, prefix in SUBJECTS:
        op.execute(
            "INSERT INTO clearance (id, kind, subject_id, campaign_id, state, text_hash, authors, created_at) "
            f"SELECT replace(id, '{prefix}', 'clear_'), '{kind}', id, {campaign}, 'draft', '', {nobody}, "
            f"CURRENT_TIMESTAMP FROM {table}"
        )


def _consents() -> None:
    op.create_table(
        "disclosure_consent",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("interpreter", sa.Text(), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delay_days", sa.Integer(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "given_by IN ('client','representative')", name=op.f("ck_disclosure_consent_given_by")
        ),
        sa.CheckConstraint("delay_days BETWEEN 30 AND 3650", name=op.f("ck_disclosure_consent_delay")),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_disclosure_consent_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosure_consent")),
    )
    for column in ("client_id", "expires_at"):
        op.create_index(op.f(f"ix_disclosure_consent_{column}"), "disclosure_consent", [column], unique=False)


def _clearances() -> None:
    op.create_table(
        "clearance",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.String(length=40), nullable=False),
        sa.Column("campaign_id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("authors", sa.JSON(), nullable=False),
        sa.Column("consent_id", sa.String(length=40), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('campaign','drive','update','timeline')", name=op.f("ck_clearance_kind")
        ),
        sa.CheckConstraint(
            "state IN ('draft','submitted','attorney_review','client_consent','approved','published',"
            "'withdrawn')",
            name=op.f("ck_clearance_state"),
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_clearance_campaign_id")),
        sa.ForeignKeyConstraint(
            ["consent_id"], ["disclosure_consent.id"], name=op.f("fk_clearance_consent_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clearance")),
        sa.UniqueConstraint("subject_id", name=op.f("uq_clearance_subject_id")),
    )
    for column in ("campaign_id", "consent_id"):
        op.create_index(op.f(f"ix_clearance_{column}"), "clearance", [column], unique=False)
    op.create_table(
        "clearance_step",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("clearance_id", sa.String(length=40), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("member_id", sa.String(length=40), nullable=True),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("confirmed", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["clearance_id"], ["clearance.id"], name=op.f("fk_clearance_step_clearance_id")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_clearance_step_member_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_clearance_step_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clearance_step")),
    )
    op.create_index(op.f("ix_clearance_step_clearance_id"), "clearance_step", ["clearance_id"], unique=False)


def _timeline() -> None:
    op.create_table(
        "timeline_entry",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("campaign_id", sa.String(length=40), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("shown_from", sa.Date(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shown_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "what IN ('detained','filed','hearing_held','decided','appealed','bond_posted','released',"
            "'reunited','other')",
            name=op.f("ck_timeline_entry_what"),
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_timeline_entry_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timeline_entry")),
    )
    op.create_index(op.f("ix_timeline_entry_campaign_id"), "timeline_entry", ["campaign_id"], unique=False)


def downgrade() -> None:
    for table in ("timeline_entry", "clearance_step", "clearance", "disclosure_consent"):
        op.drop_table(table)
    for column in ("shown_until", "withdrawn_at"):
        op.drop_column("drive", column)
    for table in SHOWN:
        op.drop_column(table, "shown_until")
