"""Mailings when the lead of their campaign moves.

Whom a mailing writes to agreed to news of the organisation that planned it, and to nobody else's; so it stays that
organisation's. One that has not begun was planned by who led, and is stopped: somebody looks at it again. One that has
begun goes on, so that not half of its readers are left without.
"""

from flask_babel import ngettext
from sqlalchemy import Select, select

from campaigns.campaign import Campaign
from campaigns.partners import lead_moves
from campaigns.partners.lead_handover import LeadHandover
from campaigns.partners.lead_moves import LEAD_MOVED
from campaigns.updates.update import Update
from core.db import db
from donors.mailings.mailing import CANCELLED, SCHEDULED, SENDING, Mailing
from staff.access import Actor


@lead_moves.ends
def stop_mailings(handover: LeadHandover) -> str:
    """Stop what the former lead has planned and not begun."""
    query = (
        select(Mailing)
        .join(Update, Update.id == Mailing.update_id)
        .where(Update.campaign_id == handover.campaign_id, Mailing.organisation_id == handover.from_id)
        .where(Mailing.state == SCHEDULED)
        .order_by(Mailing.id)
    )
    found = db.session.scalars(query.with_for_update(of=Mailing)).all()
    for mailing in found:
        mailing.move_to(CANCELLED)
        mailing.ended_because = LEAD_MOVED
    if not found:
        return ""
    return ngettext(
        "One mailing that %(giver)s had planned was stopped; %(giver)s may send it again to its own donors.",
        "%(num)d mailings that %(giver)s had planned were stopped; %(giver)s may send them again to its own donors.",
        len(found),
        giver=handover.giver.name,
    )


def stopped(actor: Actor) -> Select[Mailing]:
    """Mailings of the actor's organisation that were stopped so, and whose update was not planned again since."""
    return select(Mailing).where(
        Mailing.organisation_id == actor.organisation_id,
        Mailing.ended_because == LEAD_MOVED,
        Mailing.update_id.not_in(
            select(Mailing.update_id).where(
                Mailing.organisation_id == actor.organisation_id, Mailing.ended_because != LEAD_MOVED
            )
        ),
    )


def of_former_lead(actor: Actor, update: Update) -> list[Mailing]:
    """What another organisation, which led before, had planned for this update: stopped, or still being sent."""
    query = select(Mailing).where(
        Mailing.update_id == update.id, Mailing.organisation_id != actor.organisation_id
    )
    is_told = (Mailing.ended_because == LEAD_MOVED) | (Mailing.state == SENDING)
    return list(db.session.scalars(query.where(is_told).order_by(Mailing.planned_at.desc(), Mailing.id)))


def moved(campaign: Campaign) -> LeadHandover | None:
    """The handover by which the campaign came to who leads it now."""
    found = lead_moves.latest(campaign.id)
    return found if found is not None and found.to_id == campaign.organisation_id else None
