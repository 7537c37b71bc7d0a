"""Proposing, accepting, declining and taking back that another organisation leads a campaign.

What moves is the lead: whose the campaign's words, updates and timeline are, who invites partners, who publishes and
withdraws. Drives, funds, gifts, receipts and donors stay with the organisation that takes the money, and the client
with the one that took the case.
"""

from collections.abc import Sequence
from dataclasses import replace

from flask_babel import gettext as _
from sqlalchemy import Select, or_, select, update

from campaigns import reading
from campaigns.campaign import Campaign
from campaigns.opening import get_led
from campaigns.partner import Partner
from campaigns.partners import lead_moves
from campaigns.partners.lead_handover import ACCEPTED, DECLINED, PROPOSED, WITHDRAWN, LeadHandover
from campaigns.partners.letters import write_to_owners
from core import clock
from core.db import db
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.web import page_epoch
from staff import audit
from staff.access import Actor
from staff.member import Member

#: An owner's business on both sides, and a person's: software may only ask.
PERMISSION = "organisation.edit"


def handovers_of(actor: Actor) -> Select[LeadHandover]:
    """Those between the actor's organisation and another, in campaigns in which it takes part, newest first."""
    mine = reading.campaigns_of(actor).with_only_columns(Campaign.id)
    ours = or_(LeadHandover.from_id == actor.organisation_id, LeadHandover.to_id == actor.organisation_id)
    query = select(LeadHandover).where(LeadHandover.campaign_id.in_(mine), ours)
    return query.order_by(LeadHandover.asked_at.desc(), LeadHandover.id)


def find_open(actor: Actor, campaign_id: str) -> LeadHandover | None:
    """What is proposed to or by the actor's organisation and not decided."""
    query = handovers_of(actor).where(LeadHandover.campaign_id == campaign_id, LeadHandover.state == PROPOSED)
    return db.session.scalar(query)


def propose_handover(actor: Actor, campaign_id: str, *, partner_id: str) -> LeadHandover:
    """Ask a partner to lead. Raises NotFound, Forbidden, Invalid on partner_id, Conflict `handover_open`."""
    actor.require(PERMISSION)
    campaign = get_led(actor, campaign_id)
    partner = db.session.get(Partner, partner_id)
    if (
        partner is None
        or partner.campaign_id != campaign.id
        or not partner.takes_part
        or partner.part == "lead"
    ):
        raise Invalid({"partner_id": [_("Choose an organisation that takes part in this campaign.")]})
    if find_open(actor, campaign.id) is not None:
        raise Conflict("handover_open", _("A handover is proposed already. Take it back first."))
    row = LeadHandover(
        campaign_id=campaign.id,
        from_id=actor.organisation_id,
        to_id=partner.organisation_id,
        asked_by_id=_person(actor),
        asked_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    _record(actor, row, "lead.handover_proposed")
    _tell_both(row, campaign, _("proposed"))
    return row


def accept_handover(actor: Actor, handover_id: str) -> LeadHandover:
    """Lead the campaign from now on.

    Raises NotFound, Forbidden unless an owner of the partner accepts in person and is somebody else than who asked,
    Conflict `illegal_transition`, `lead_changed` where the other organisation leads no more.
    """
    row = _for_receiver(actor, handover_id)
    campaign = reading.get(reading.campaigns_of(actor), Campaign, row.campaign_id, lock=True)
    me = db.session.get_one(Member, _present(actor))
    if me.account_id == row.asked_by.account_id:
        raise Forbidden(_("A second person decides this, not whoever asked for it."))
    row.move_to(ACCEPTED, by=me.id)
    if campaign.organisation_id != row.from_id:
        raise Conflict("lead_changed", _("Another organisation leads this campaign by now."))
    campaign.organisation_id = row.to_id
    _swap(campaign.id, row)
    db.session.flush()
    ended = lead_moves.end_all(row)
    page_epoch.advance()
    _record(actor, row, "lead.handed_over")
    _tell_both(row, campaign, _("accepted"), more=ended)
    return row


def decline_handover(actor: Actor, handover_id: str) -> LeadHandover:
    """Say no; nothing changes. Raises as `accept_handover`."""
    row = _for_receiver(actor, handover_id)
    row.move_to(DECLINED, by=_present(actor))
    return _ended(actor, row, "lead.handover_declined", _("declined"))


def withdraw_handover(actor: Actor, handover_id: str) -> LeadHandover:
    """The lead takes it back before it is accepted. Raises NotFound, Forbidden, Conflict `illegal_transition`."""
    row = _locked(actor, handover_id)
    actor.require(PERMISSION)
    if row.from_id != actor.organisation_id:
        raise Forbidden(_("The organisation that proposed it takes it back. You may decline it."))
    row.move_to(WITHDRAWN, by=_person(actor))
    return _ended(actor, row, "lead.handover_withdrawn", _("taken back"))


def _swap(campaign_id: str, row: LeadHandover) -> None:
    """The two change parts. What the lead had agreed to tell of partners was the old one's to agree to."""
    for organisation_id, part in ((row.from_id, "partner"), (row.to_id, "lead")):
        db.session.execute(
            update(Partner)
            .where(Partner.campaign_id == campaign_id, Partner.organisation_id == organisation_id)
            .values(part=part, is_told_by_partner=False)
        )
    db.session.execute(
        update(Partner).where(Partner.campaign_id == campaign_id).values(is_told_by_lead=False)
    )


def _for_receiver(actor: Actor, handover_id: str) -> LeadHandover:
    row = _locked(actor, handover_id)
    actor.require(PERMISSION)
    _present(actor)
    if row.to_id != actor.organisation_id:
        raise Forbidden(_("The organisation that is asked decides this."))
    return row


def _locked(actor: Actor, handover_id: str) -> LeadHandover:
    query = handovers_of(actor).where(LeadHandover.id == handover_id).with_for_update(of=LeadHandover)
    row = db.session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise NotFound
    return row


def _person(actor: Actor) -> str:
    if actor.person_id is None:
        raise Forbidden(_("A person decides this."))
    return actor.person_id


def _present(actor: Actor) -> str:
    """Who decides is there in person; behind a token nobody is."""
    if actor.member_id is None:
        raise Forbidden(_("A person decides this."))
    return actor.member_id


def _ended(actor: Actor, row: LeadHandover, verb: str, done: str) -> LeadHandover:
    db.session.flush()
    _record(actor, row, verb)
    _tell_both(row, db.session.get_one(Campaign, row.campaign_id), done)
    return row


def _record(actor: Actor, row: LeadHandover, verb: str) -> None:
    """In the trails of both organisations."""
    for organisation_id in (row.from_id, row.to_id):
        there = replace(actor, organisation_id=organisation_id)
        audit.record(there, verb, row.campaign_id, after={"from": row.from_id, "to": row.to_id})


def _tell_both(row: LeadHandover, campaign: Campaign, done: str, *, more: Sequence[str] = ()) -> None:
    said = _(
        "%(giver)s hands the lead over to %(receiver)s: %(done)s.",
        giver=row.giver.name,
        receiver=row.receiver.name,
        done=done,
    )
    for organisation_id in (row.from_id, row.to_id):
        write_to_owners(
            organisation_id,
            key=f"handover:{row.id}:{row.state}",
            subject=_("The lead of “%(campaign)s”: %(done)s", campaign=campaign.title, done=done),
            sentence=" ".join([said, *more]),
            path=f"/staff/campaigns/{campaign.id}",
        )
