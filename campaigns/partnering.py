"""Inviting organisations into a campaign, accepting, declining and ending it."""

from flask_babel import gettext as _
from sqlalchemy import select

from campaigns.drives.drive import Drive
from campaigns.opening import get_led
from campaigns.partner import Partner
from campaigns.partners import donor_sharing
from campaigns.partners.letters import write_to_owners
from core import clock
from core.db import db
from core.errors import Conflict, Invalid, NotFound
from staff import audit
from staff.access import Actor
from staff.organisation import Organisation


def invite_partner(
    actor: Actor, campaign_id: str, *, organisation_slug: str, mode: str = donor_sharing.NOTHING
) -> Partner:
    """Invite the organisation of that slug; it sees nothing of the inside until it accepts. `mode` says which
    of the lead's donors it then sees.

    Raises Invalid on organisation_slug when there is none, or it takes part or is invited already; on mode;
    Forbidden where donors are shared by who may not see them.
    """
    if mode != donor_sharing.NOTHING:
        actor.require("gifts.view")
    campaign = get_led(actor, campaign_id)
    organisation = db.session.scalar(select(Organisation).where(Organisation.slug == organisation_slug))
    if organisation is None:
        raise Invalid(
            {"organisation_slug": [_("No organisation here has this short name. Ask it for its own.")]}
        )
    partner = db.session.scalar(
        select(Partner).where(Partner.campaign_id == campaign.id, Partner.organisation_id == organisation.id)
    )
    if partner is None:
        partner = Partner(campaign_id=campaign.id, organisation_id=organisation.id, part="partner")
        db.session.add(partner)
    elif partner.ended_at is None:
        raise Invalid({"organisation_slug": [_("This organisation takes part or is invited already.")]})
    else:
        partner.ended_at, partner.accepted_at, partner.invited_at = None, None, clock.now()
        partner.is_told_by_lead = partner.is_told_by_partner = False
    db.session.flush()
    audit.record(actor, "partner.invited", campaign.id, after={"organisation": organisation.id})
    donor_sharing.decide(actor, partner, mode)
    write_to_owners(
        organisation.id,
        key=f"partner-invited:{partner.id}:{partner.invited_at.isoformat()}",
        subject=_("%(house)s invites you to a campaign", house=actor.organisation_name),
        sentence=_(
            "%(name)s of %(house)s invites your organisation to work on the campaign “%(campaign)s”. Accept or decline"
            " it on your list of campaigns:",
            name=actor.user_name,
            house=actor.organisation_name,
            campaign=campaign.title,
        ),
        path="/staff/campaigns",
    )
    return partner


def accept_invitation(actor: Actor, partner_id: str) -> Partner:
    """Take part. Raises NotFound unless the actor's organisation is invited, Conflict `answered`."""
    partner = _own_invitation(actor, partner_id)
    partner.accepted_at = clock.now()
    db.session.flush()
    audit.record(actor, "partner.accepted", partner.campaign_id, after={"partner": partner.id})
    return partner


def decline_invitation(actor: Actor, partner_id: str) -> Partner:
    """Say no. Raises as `accept_invitation`."""
    partner = _own_invitation(actor, partner_id)
    partner.ended_at = clock.now()
    donor_sharing.stop_sharing(partner.campaign_id, partner.organisation_id)
    db.session.flush()
    audit.record(actor, "partner.declined", partner.campaign_id, after={"partner": partner.id})
    return partner


def end_partnership(actor: Actor, campaign_id: str, partner_id: str) -> Partner:
    """The lead ends a partnership or takes an invitation back. Raises NotFound, Conflict `lead_stays`, and
    `drive_running` while the partner takes gifts."""
    campaign = get_led(actor, campaign_id)
    partner = db.session.scalar(
        select(Partner).where(
            Partner.id == partner_id, Partner.campaign_id == campaign.id, Partner.ended_at.is_(None)
        )
    )
    if partner is None:
        raise NotFound
    if partner.part == "lead":
        raise Conflict("lead_stays", _("The lead organisation stays in its campaign."))
    if _takes_gifts(partner):
        raise Conflict(
            "drive_running", _("A drive of this organisation is public and not closed. It closes it first.")
        )
    partner.ended_at = clock.now()
    donor_sharing.stop_sharing(partner.campaign_id, partner.organisation_id)
    db.session.flush()
    audit.record(actor, "partner.ended", campaign.id, after={"organisation": partner.organisation_id})
    return partner


def _takes_gifts(partner: Partner) -> bool:
    """Whoever takes gifts for the campaign has to see what becomes of them."""
    theirs = select(Drive).where(
        Drive.campaign_id == partner.campaign_id, Drive.organisation_id == partner.organisation_id
    )
    now = clock.now()
    return any(each.state(now) in {"open", "scheduled"} for each in db.session.scalars(theirs))


def _own_invitation(actor: Actor, partner_id: str) -> Partner:
    actor.require("campaigns.edit")
    query = select(Partner).where(
        Partner.id == partner_id, Partner.organisation_id == actor.organisation_id, Partner.part == "partner"
    )
    partner = db.session.scalar(query.with_for_update(of=Partner))
    if partner is None:
        raise NotFound
    if partner.accepted_at is not None or partner.ended_at is not None:
        raise Conflict("answered", _("This invitation was answered already."))
    return partner
