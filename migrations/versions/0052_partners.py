"""Partners: whose donors they see, their links and what came in by them."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def upgrade() -> None:
    op.add_column("partner", sa.Column("code", sa.Text(), server_default="", nullable=False))
    for name in ("is_told_by_lead", "is_told_by_partner"):
        op.add_column("partner", sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False))
    for table in ("fund", "persona"):
        op.add_column(table, sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    _give_codes()
    op.create_index("uq_partner_code", "partner", ["code"], unique=True)
    op.create_table(
        "donor_sharing",
        sa.Column("campaign_id", sa.String(length=40), nullable=False),
        sa.Column("giver_id", sa.String(length=40), nullable=False),
        sa.Column("receiver_id", sa.String(length=40), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("mode IN ('none','referrals','all')", name=op.f("ck_donor_sharing_mode")),
        sa.CheckConstraint("giver_id <> receiver_id", name=op.f("ck_donor_sharing_two")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_donor_sharing_campaign_id")
        ),
        sa.ForeignKeyConstraint(["giver_id"], ["organisation.id"], name=op.f("fk_donor_sharing_giver_id")),
        sa.ForeignKeyConstraint(
            ["receiver_id"], ["organisation.id"], name=op.f("fk_donor_sharing_receiver_id")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "giver_id", "receiver_id", name=op.f("pk_donor_sharing")),
    )
    op.create_table(
        "referral",
        sa.Column("gift_id", sa.String(length=40), nullable=False),
        sa.Column("partner_id", sa.String(length=40), nullable=False),
        sa.Column("recurring_gift_id", sa.String(length=40), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_referral_gift_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_referral_partner_id")),
        sa.ForeignKeyConstraint(
            ["recurring_gift_id"], ["recurring_gift.id"], name=op.f("fk_referral_recurring_gift_id")
        ),
        sa.PrimaryKeyConstraint("gift_id", name=op.f("pk_referral")),
    )
    op.create_index(op.f("ix_referral_partner_id"), "referral", ["partner_id"])
    op.create_table(
        "signature_referral",
        sa.Column("signature_id", sa.String(length=40), nullable=False),
        sa.Column("partner_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["signature_id"], ["signature.id"], name=op.f("fk_signature_referral_signature_id")
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_signature_referral_partner_id")
        ),
        sa.PrimaryKeyConstraint("signature_id", name=op.f("pk_signature_referral")),
    )
    op.create_index(op.f("ix_signature_referral_partner_id"), "signature_referral", ["partner_id"])
    _create_comments()
    _create_handovers()


def _create_handovers() -> None:
    op.create_table(
        "lead_handover",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("campaign_id", sa.String(length=40), nullable=False),
        sa.Column("from_id", sa.String(length=40), nullable=False),
        sa.Column("to_id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_by_id", sa.String(length=40), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.String(length=40), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('proposed','accepted','declined','withdrawn')", name=op.f("ck_lead_handover_state")
        ),
        sa.CheckConstraint("from_id <> to_id", name=op.f("ck_lead_handover_two_organisations")),
        sa.CheckConstraint(
            "state <> 'accepted' OR decided_by_id <> asked_by_id", name=op.f("ck_lead_handover_two_people")
        ),
        sa.CheckConstraint(
            "(state = 'proposed') = (decided_at IS NULL)", name=op.f("ck_lead_handover_decided")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_lead_handover_campaign_id")
        ),
        sa.ForeignKeyConstraint(["from_id"], ["organisation.id"], name=op.f("fk_lead_handover_from_id")),
        sa.ForeignKeyConstraint(["to_id"], ["organisation.id"], name=op.f("fk_lead_handover_to_id")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["member.id"], name=op.f("fk_lead_handover_asked_by_id")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["member.id"], name=op.f("fk_lead_handover_decided_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_handover")),
    )
    op.create_index(op.f("ix_lead_handover_to_id"), "lead_handover", ["to_id"])
    where = sa.text("state = 'proposed'")
    op.create_index(
        "uq_lead_handover_open",
        "lead_handover",
        ["campaign_id"],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )


def _create_comments() -> None:
    op.create_table(
        "comment",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("clearance_id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("author_id", sa.String(length=40), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moved_by_id", sa.String(length=40), nullable=True),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('open','resolved','deleted')", name=op.f("ck_comment_state")),
        sa.CheckConstraint("(state = 'deleted') = (body = '')", name=op.f("ck_comment_body")),
        sa.ForeignKeyConstraint(["clearance_id"], ["clearance.id"], name=op.f("fk_comment_clearance_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_comment_organisation_id")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["member.id"], name=op.f("fk_comment_author_id")),
        sa.ForeignKeyConstraint(["moved_by_id"], ["member.id"], name=op.f("fk_comment_moved_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
    )
    op.create_index("ix_comment_thread", "comment", ["clearance_id", "written_at"])
    op.create_table(
        "comment_mention",
        sa.Column("comment_id", sa.String(length=40), nullable=False),
        sa.Column("member_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_comment_mention_comment_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_comment_mention_member_id")),
        sa.PrimaryKeyConstraint("comment_id", "member_id", name=op.f("pk_comment_mention")),
    )


def _give_codes() -> None:
    """Whoever takes part already gets a link too."""
    there = sa.table("partner", sa.column("id", sa.String()), sa.column("code", sa.Text()))
    connection = op.get_bind()
    for (partner_id,) in connection.execute(sa.select(there.c.id)).all():
        code = "".join(secrets.choice(_ALPHABET) for _letter in range(10))
        connection.execute(sa.update(there).where(there.c.id == partner_id).values(code=code))


def downgrade() -> None:
    op.drop_table("lead_handover")
    op.drop_table("comment_mention")
    op.drop_table("comment")
    op.drop_table("signature_referral")
    op.drop_table("referral")
    op.drop_table("donor_sharing")
    for table in ("fund", "persona"):
        op.drop_column(table, "version")
    op.drop_index("uq_partner_code", table_name="partner")
    for name in ("code", "is_told_by_lead", "is_told_by_partner"):
        op.drop_column("partner", name)
