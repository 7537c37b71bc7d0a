"""What an actor may see of campaigns, drives, funds, updates, timelines and clients, and the one way to get each.

A campaign is seen by the organisations that have accepted to take part in it; its drives and updates with
it. Funds and clients belong to one organisation and are seen by nobody else. What one may not see is
NotFound.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from campaigns.campaign import Campaign
from campaigns.clients.client import Client, Persona
from campaigns.drives.drive import Drive
from campaigns.drives.goal import Goal
from campaigns.funds.fund import Fund
from campaigns.names.drive_names import DriveNames
from campaigns.partner import Partner
from campaigns.timeline.timeline_entry import TimelineEntry
from campaigns.updates.update import Update
from core.db import Model, db
from core.errors import NotFound
from staff.access import Actor

M = TypeVar("M", bound=Model)


def _takes_part(actor: Actor) -> Select[str]:
    return select(Partner.campaign_id).where(
        Partner.organisation_id == actor.organisation_id,
        Partner.accepted_at.is_not(None),
        Partner.ended_at.is_(None),
    )


def campaigns_of(actor: Actor) -> Select[Campaign]:
    """The campaigns in which the actor's organisation takes part."""
    actor.require("campaigns.view")
    return select(Campaign).where(Campaign.id.in_(_takes_part(actor)))


def drives_of(actor: Actor) -> Select[Drive]:
    """All drives of the actor's campaigns, partners' drives included."""
    actor.require("campaigns.view")
    return select(Drive).where(Drive.campaign_id.in_(_takes_part(actor)))


def updates_of(actor: Actor) -> Select[Update]:
    actor.require("campaigns.view")
    return select(Update).where(Update.campaign_id.in_(_takes_part(actor)))


def timeline_of(actor: Actor) -> Select[TimelineEntry]:
    actor.require("campaigns.view")
    return select(TimelineEntry).where(TimelineEntry.campaign_id.in_(_takes_part(actor)))


def names_of(actor: Actor) -> Select[DriveNames]:
    """The lists of names on the pages of the actor's campaigns' drives."""
    actor.require("campaigns.view")
    return select(DriveNames).where(DriveNames.campaign_id.in_(_takes_part(actor)))


def funds_of(actor: Actor) -> Select[Fund]:
    """The funds of the actor's organisation."""
    actor.require("funds.view")
    return select(Fund).where(Fund.organisation_id == actor.organisation_id)


def clients_of(actor: Actor) -> Select[Client]:
    """The clients of the actor's organisation."""
    actor.require("campaigns.view")
    return select(Client).where(Client.organisation_id == actor.organisation_id)


def get(query: Select[M], model: type[M], thing_id: str, *, lock: bool = False) -> M:
    """The one row of a query above with this id; `lock` holds it until the transaction ends.

    Raises NotFound.
    """
    if "\x00" in thing_id:
        raise NotFound  # PostgreSQL would not even compare it
    id_column = model.__mapper__.primary_key[0]
    query = query.where(id_column == thing_id)
    if lock:
        query = query.with_for_update(of=model).execution_options(populate_existing=True)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound
    return found


def get_campaign(actor: Actor, campaign_id: str) -> Campaign:
    """With its persona and lead organisation."""
    query = campaigns_of(actor).options(joinedload(Campaign.persona), joinedload(Campaign.organisation))
    return get(query, Campaign, campaign_id)


def get_drive(actor: Actor, drive_id: str) -> Drive:
    """With its campaign, fund and organisation."""
    query = drives_of(actor).options(
        joinedload(Drive.campaign), joinedload(Drive.fund), joinedload(Drive.organisation)
    )
    return get(query, Drive, drive_id)


def get_fund(actor: Actor, fund_id: str) -> Fund:
    return get(funds_of(actor), Fund, fund_id)


def get_update(actor: Actor, update_id: str) -> Update:
    """With its campaign and author."""
    return get(
        updates_of(actor).options(joinedload(Update.campaign), joinedload(Update.author)), Update, update_id
    )


def get_client(actor: Actor, client_id: str) -> Client:
    return get(clients_of(actor), Client, client_id)


def persona_of(client_id: str) -> Persona:
    """The public face of a client. Raises NotFound."""
    persona = db.session.get(Persona, client_id)
    if persona is None:
        raise NotFound
    return persona


def goals_of(drive_id: str) -> list[Goal]:
    """The goals of a drive, in their order."""
    return list(db.session.scalars(select(Goal).where(Goal.drive_id == drive_id).order_by(Goal.position)))


def goals_by_drive(drive_ids: Sequence[str]) -> dict[str, list[Goal]]:
    """The goals of several drives, by drive, each in their order."""
    found: dict[str, list[Goal]] = {}
    query = select(Goal).where(Goal.drive_id.in_(drive_ids)).order_by(Goal.position)
    for goal in db.session.scalars(query):
        found.setdefault(goal.drive_id, []).append(goal)
    return found


def partners_of(campaign_id: str) -> list[Partner]:
    """Present and invited partners of a campaign, the lead first."""
    query = select(Partner).where(Partner.campaign_id == campaign_id, Partner.ended_at.is_(None))
    return list(db.session.scalars(query.order_by(Partner.part, Partner.invited_at, Partner.id)))


def get_partner(campaign_id: str, partner_id: str, *, lock: bool = False) -> Partner:
    """A present or invited partner of a campaign that the caller may see. Raises NotFound."""
    query = select(Partner).where(Partner.campaign_id == campaign_id, Partner.ended_at.is_(None))
    return get(query, Partner, partner_id, lock=lock)


def invitations_of(actor: Actor) -> list[Partner]:
    """Campaigns that the actor's organisation is invited to and has not answered, with their campaign."""
    actor.require("campaigns.view")
    query = select(Partner).where(
        Partner.organisation_id == actor.organisation_id,
        Partner.accepted_at.is_(None),
        Partner.ended_at.is_(None),
    )
    query = query.options(joinedload(Partner.campaign).joinedload(Campaign.organisation))
    return list(db.session.scalars(query.order_by(Partner.invited_at).limit(100)))


def matching(typed: str, columns: Sequence[InstrumentedAttribute[Any]]) -> ColumnElement[bool]:
    """Rows of which one column holds what was typed, letter case aside."""
    typed = typed.replace("\x00", "")
    return or_(*(column.icontains(typed, autoescape=True) for column in columns))
