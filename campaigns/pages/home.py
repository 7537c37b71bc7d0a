"""What campaigns/ brings to the staff home: invitations to answer, drives that close soon."""

from datetime import timedelta

from flask_babel import gettext as _
from flask_babel import ngettext

from campaigns import reading
from campaigns.clearance import queue
from campaigns.drives.drive import Drive
from campaigns.partners import handing_over
from campaigns.partners.lead_handover import PROPOSED, LeadHandover
from core import clock
from core.db import db
from core.i18n import instant
from staff import agenda
from staff.access import Actor
from staff.agenda import AgendaItem

SOON = timedelta(days=2)


@agenda.item
def invitations(actor: Actor) -> list[AgendaItem]:
    if not actor.can("campaigns.edit"):
        return []
    count = len(reading.invitations_of(actor))
    text = ngettext("An invitation to a campaign", "%(num)d invitations to campaigns", count)
    return [AgendaItem(text=text, url="/staff/campaigns", count=count)]


@agenda.item
def leads_to_take(actor: Actor) -> list[AgendaItem]:
    """Campaigns that the organisation is asked to lead."""
    if not actor.can(handing_over.PERMISSION):
        return []
    asked = handing_over.handovers_of(actor).where(
        LeadHandover.to_id == actor.organisation_id, LeadHandover.state == PROPOSED
    )
    return [
        AgendaItem(
            text=_("%(house)s asks you to lead its campaign", house=each.giver.name),
            url=f"/staff/campaigns/{each.campaign_id}",
        )
        for each in db.session.scalars(asked.limit(20))
    ]


@agenda.item
def closing_drives(actor: Actor) -> list[AgendaItem]:
    if not actor.can("campaigns.view"):
        return []
    now = clock.now()
    query = reading.drives_of(actor).where(
        Drive.organisation_id == actor.organisation_id,
        Drive.is_shown(now),
        Drive.closed_at.is_(None),
        Drive.closes_at > now,
        Drive.closes_at < now + SOON,
    )
    return [
        AgendaItem(
            text=_("%(title)s closes %(when)s", title=each.title, when=instant(each.closes_at, each.zone)),
            url=f"/staff/drives/{each.id}",
            urgency="now" if each.closes_at - now < timedelta(days=1) else "soon",
        )
        for each in db.session.scalars(query.order_by(Drive.closes_at).limit(20))
        if each.closes_at is not None
    ]


@agenda.item
def texts_to_read(actor: Actor) -> list[AgendaItem]:
    """Public words that wait for this lawyer."""
    if not actor.can("texts.approve"):
        return []
    count = len(queue.waiting_for(actor))
    text = ngettext("A public text to read", "%(num)d public texts to read", count)
    return [AgendaItem(text=text, url="/staff/texts", count=count)] if count else []
