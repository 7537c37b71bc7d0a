"""Which of an organisation's donors a partner of the campaign may see. Each organisation decides about its own.

Whatever the mode, a donor is seen by a partner alone that the donor has agreed to (donors/partners/shared_donors).
"""

from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import CheckConstraint, ForeignKey, Text, delete, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from campaigns import reading
from campaigns.campaign import Campaign
from campaigns.partner import Partner
from core import clock
from core.db import Model, UtcDateTime, db, insert_once
from core.errors import Invalid, NotFound
from staff import audit
from staff.access import Actor

NOTHING, REFERRALS, EVERYBODY = "none", "referrals", "all"
MODES = {
    NOTHING: lazy_gettext("No donor"),
    REFERRALS: lazy_gettext("Donors who came by the partner's link and agreed"),
    EVERYBODY: lazy_gettext("All donors of the campaign who agreed"),
}


class DonorSharing(Model):
    __tablename__ = "donor_sharing"
    __table_args__ = (
        CheckConstraint("mode IN ('none','referrals','all')", name="mode"),
        CheckConstraint("giver_id <> receiver_id", name="two"),
    )

    campaign_id: Mapped[str] = mapped_column(ForeignKey(Campaign.id), primary_key=True)
    #: Whose donors they are.
    giver_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    #: Who may see them.
    receiver_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    mode: Mapped[str] = mapped_column(Text, default=NOTHING)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


def share_donors(actor: Actor, campaign_id: str, partner_id: str, *, mode: str) -> DonorSharing:
    """Decide which of the own donors a partner, present or invited, may see from now on.

    Raises NotFound, Forbidden without gifts.view and campaigns.edit, Invalid on mode.
    """
    actor.require("campaigns.edit")
    actor.require("gifts.view")
    campaign = reading.get_campaign(actor, campaign_id)
    partner = reading.get_partner(campaign.id, partner_id)
    if partner.organisation_id == actor.organisation_id:
        raise NotFound
    return decide(actor, partner, mode)


def decide(actor: Actor, partner: Partner, mode: str) -> DonorSharing:
    """Write the mode down, and in the audit trail where it differs. Raises Invalid on mode."""
    if mode not in MODES:
        raise Invalid({"mode": [_("Choose which donors the partner may see.")]})
    key = {
        "campaign_id": partner.campaign_id,
        "giver_id": actor.organisation_id,
        "receiver_id": partner.organisation_id,
    }
    insert_once(DonorSharing, **key, mode=NOTHING, changed_at=clock.now())
    row = db.session.get_one(DonorSharing, tuple(key.values()), with_for_update=True, populate_existing=True)
    if row.mode != mode:
        audit.record(
            actor,
            "donors.sharing_changed",
            partner.campaign_id,
            before={"organisation": partner.organisation_id, "mode": row.mode},
            after={"organisation": partner.organisation_id, "mode": mode},
        )
        row.mode, row.changed_at = mode, clock.now()
        db.session.flush()
    return row


def stop_sharing(campaign_id: str, organisation_id: str) -> None:
    """Whoever leaves a campaign sees nobody's donors in it any more, and nobody there sees theirs."""
    either = or_(DonorSharing.giver_id == organisation_id, DonorSharing.receiver_id == organisation_id)
    db.session.execute(delete(DonorSharing).where(DonorSharing.campaign_id == campaign_id, either))


def modes_given_by(organisation_id: str, campaign_id: str) -> dict[str, str]:
    """What the organisation shares in a campaign, by who receives it."""
    query = select(DonorSharing.receiver_id, DonorSharing.mode).where(
        DonorSharing.campaign_id == campaign_id, DonorSharing.giver_id == organisation_id
    )
    return {row[0]: row[1] for row in db.session.execute(query)}
