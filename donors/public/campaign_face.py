"""The public face of a campaign, and the list of public campaigns on the front page."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, not_, select
from sqlalchemy.orm import contains_eager

from campaigns.campaign import Campaign
from campaigns.clients.client import Persona
from campaigns.drives.drive import Drive
from campaigns.partner import Partner
from campaigns.updates.update import Update
from core import clock, markup
from core.db import db
from core.errors import Gone, NotFound
from core.money import Money
from donors.figures import progress
from donors.figures.progress import Progress
from donors.partners.partner_figures import figures_of
from donors.public import told_timeline
from donors.public.face import ToldUpdate
from donors.public.told_timeline import ToldStep
from legal.reports.report import TransparencyReport, current_reports
from staff.organisation import Organisation

MOST_DRIVES = 50
MOST_UPDATES = 20
MOST_CAMPAIGNS = 24


@dataclass(frozen=True)
class CampaignFace:
    """A public campaign with its published drives, newest first. `partners` are names besides the lead's."""

    campaign: Campaign
    organisation: Organisation
    persona: Persona
    partners: list[str]
    #: A part of what was raised, by partner, where the lead and the partner both agreed to tell it.
    raised_by_link: list[tuple[str, list[Money]]]
    drives: list[Progress]
    updates: list[ToldUpdate]
    #: Those that no other one supersedes, the latest months first.
    reports: list[TransparencyReport]
    timeline: list[ToldStep]
    as_of: datetime


def read(slug: str) -> CampaignFace | None:
    """None where no public campaign has this address."""
    row = db.session.execute(_public().where(Campaign.slug == slug)).first()
    if row is None:
        return None
    campaign, organisation, persona = row
    partners = _partners(campaign)
    return CampaignFace(
        campaign=campaign,
        organisation=organisation,
        persona=persona or Persona(display_name=campaign.title, pronoun="", summary=""),
        partners=[each.organisation.name for each in partners],
        raised_by_link=_raised_by_link(partners),
        drives=_told(campaign, _drives(Drive.campaign_id == campaign.id)),
        updates=_updates(campaign.id),
        reports=[each for each in current_reports(campaign.id) if each.may_be_told(campaign)],
        timeline=told_timeline.of_campaign(campaign.id),
        as_of=clock.now(),
    )


def _told(campaign: Campaign, drives: list[Progress]) -> list[Progress]:
    return drives if campaign.tells_bond_amount else [progress.without_bonds(each) for each in drives]


def require(slug: str) -> Campaign:
    """The campaign alone; raises Gone where it was taken out of sight, NotFound where there never was one."""
    found = db.session.scalar(select(Campaign).where(Campaign.slug == slug, Campaign.is_shown()))
    if found is None:
        raise Gone if is_withdrawn(slug) else NotFound
    return found


def is_withdrawn(slug: str) -> bool:
    query = select(Campaign.id).where(
        Campaign.slug == slug, Campaign.published_at.is_not(None), not_(Campaign.is_shown())
    )
    return db.session.scalar(query) is not None


def list_public() -> list[tuple[Campaign, list[Progress]]]:
    """Public campaigns with their drives, newest first."""
    query = _public().order_by(Campaign.published_at.desc(), Campaign.id).limit(MOST_CAMPAIGNS)
    campaigns = [row.Campaign for row in db.session.execute(query)]
    drives = _drives(Drive.campaign_id.in_([campaign.id for campaign in campaigns]))
    return [
        (campaign, [each for each in drives if each.drive.campaign_id == campaign.id])
        for campaign in campaigns
    ]


def _public():  # noqa: ANN202 (a select of three entities; its type is longer than its text)
    return (
        select(Campaign, Organisation, Persona)
        .join(Organisation, Organisation.id == Campaign.organisation_id)
        .outerjoin(Persona, Persona.client_id == Campaign.client_id)
        .where(Campaign.is_shown())
    )


def _drives(which: ColumnElement[bool]) -> list[Progress]:
    return progress.read_many(and_(which, Drive.is_shown()), limit=MOST_DRIVES)


def _partners(campaign: Campaign) -> list[Partner]:
    query = (
        select(Partner)
        .join(Partner.organisation)
        .where(Partner.campaign_id == campaign.id, Partner.organisation_id != campaign.organisation_id)
        .where(Partner.accepted_at.is_not(None), Partner.ended_at.is_(None))
        .options(contains_eager(Partner.organisation))
    )
    return list(db.session.scalars(query.order_by(Organisation.name)))


def _raised_by_link(partners: list[Partner]) -> list[tuple[str, list[Money]]]:
    told = [each for each in partners if each.is_told]
    figures = figures_of(told)
    return [(each.organisation.name, figures[each.id].raised) for each in told if figures[each.id].raised]


def _updates(campaign_id: str) -> list[ToldUpdate]:
    query = (
        select(Update)
        .where(Update.campaign_id == campaign_id, Update.is_shown())
        .order_by(Update.published_at.desc())
        .limit(MOST_UPDATES)
    )
    return [
        ToldUpdate(each.title, markup.to_html(each.body), each.published_at)
        for each in db.session.scalars(query)
        if each.published_at is not None
    ]
