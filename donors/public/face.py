"""The public face of a drive, read in three statements however many gifts stand behind it.

First the drive with its goals and figures, then recent gifts, then all that is told: updates, partners, what
came in by day and the hours by month. Public code: of a client it knows the persona alone.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any

from markupsafe import Markup
from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    literal,
    not_,
    null,
    or_,
    select,
    union_all,
)

from campaigns.campaign import Campaign
from campaigns.clients.client import Persona
from campaigns.drives.drive import Drive
from campaigns.drives.extending import DriveExtension
from campaigns.funds.fund import Fund
from campaigns.partner import Partner
from campaigns.shown import AT
from campaigns.timeline.timeline_entry import TimelineEntry
from campaigns.updates.update import Update
from core import clock, markup
from core.db import UtcDateTime, db
from core.errors import Gone, NotFound
from core.money import Money
from donors.figures import progress
from donors.figures.progress import Progress
from donors.figures.statement import statement
from donors.figures.tally import DriveDay
from donors.gifts.gift import RECEIVED, Gift
from donors.public import told_timeline
from donors.public.told_timeline import ToldStep
from donors.recurring.recurring_gift import RecurringGift
from legal.reports.report import TransparencyReport
from legal.reports.transparency import LegalMonth
from staff.organisation import Organisation

RECENT_GIFTS = 8
RECENT_UPDATES = 3


@dataclass(frozen=True)
class RecentGift:
    name: str
    amount: Money
    rhythm: str
    at: datetime
    message: str


@dataclass(frozen=True)
class ToldUpdate:
    title: str
    body_html: Markup
    published_at: datetime


@dataclass(frozen=True)
class Face:
    """All that the public page of a drive shows."""

    drive: Drive
    campaign: Campaign
    organisation: Organisation
    fund: Fund
    persona: Persona
    progress: Progress
    recent_gifts: list[RecentGift]
    updates: list[ToldUpdate] = field(default_factory=list)
    timeline: list[ToldStep] = field(default_factory=list)
    #: Organisations that work on the campaign besides the lead: (id, name).
    partners: list[tuple[str, str]] = field(default_factory=list)
    #: The latest transparency report: (id, last month).
    reports: list[tuple[str, date]] = field(default_factory=list)
    #: Deadlines that were moved: (when it would have closed, why it is later).
    extensions: list[tuple[datetime, str]] = field(default_factory=list)
    raised_by_day: list[tuple[date, int]] = field(default_factory=list)
    hours_by_month: list[tuple[date, int]] = field(default_factory=list)


def read(slug: str) -> Face | None:
    """The face of a published drive of a public campaign; None where there is none."""
    as_of = clock.now()
    rows = db.session.execute(_drive_by_slug(), {"slug": slug, "at": as_of}).all()
    if not rows:
        return None
    row = rows[0]
    face = Face(
        drive=row.Drive,
        campaign=row.Campaign,
        organisation=row.Organisation,
        fund=row.Fund,
        persona=row.Persona or Persona(display_name=row.Campaign.title, pronoun="", summary=""),
        progress=_public_figures(row.Campaign, progress.assemble(rows, as_of)),
        recent_gifts=_recent_gifts(row.Drive.id),
    )
    _tell(face)
    return face


def require(slug: str) -> Face:
    """The same; raises Gone where it was taken out of sight, NotFound where there never was one."""
    found = read(slug)
    if found is None:
        raise Gone if is_withdrawn(slug) else NotFound
    return found


def _public_figures(campaign: Campaign, figures: Progress) -> Progress:
    return figures if campaign.tells_bond_amount else progress.without_bonds(figures)


# The statements are built once: to build them anew costs more than to execute them.
@cache
def _drive_by_slug() -> Any:
    return (
        statement()
        .add_columns(Campaign, Organisation, Fund, Persona)
        .join(Campaign, Campaign.id == Drive.campaign_id)
        .join(Organisation, Organisation.id == Drive.organisation_id)
        .join(Fund, Fund.id == Drive.fund_id)
        .outerjoin(Persona, Persona.client_id == Campaign.client_id)
        .where(Drive.slug == bindparam("slug"), Drive.is_shown(AT), Campaign.is_shown(AT))
    )


@cache
def _latest_of_drive() -> Select[Gift, str]:
    return (
        select(Gift, RecurringGift.rhythm)
        .outerjoin(RecurringGift, RecurringGift.id == Gift.recurring_gift_id)
        .where(Gift.drive_id == bindparam("drive"), Gift.paid_at.is_not(None), Gift.state.in_(RECEIVED))
        .order_by(Gift.paid_at.desc())
        .limit(RECENT_GIFTS)
    )


def _recent_gifts(drive_id: str) -> list[RecentGift]:
    return [
        RecentGift(
            name="" if gift.words_hidden_at else gift.public_name,
            amount=gift.amount,
            rhythm=rhythm or "once",
            at=gift.paid_at,
            message="" if gift.words_hidden_at else gift.message,
        )
        for gift, rhythm in db.session.execute(_latest_of_drive(), {"drive": drive_id})
        if gift.paid_at is not None
    ]


def _tell(face: Face) -> None:
    """Fill in what is told, from one statement of several kinds of rows."""
    about = {
        "campaign": face.campaign.id,
        "drive": face.drive.id,
        "at": face.progress.as_of,
        "today": clock.today(),
        "tells_bonds": face.campaign.tells_bond_amount,
    }
    for row in db.session.execute(_told(), about):
        match row.kind:
            case "timeline":
                words, _newline, place = row.body.partition("\n")
                face.timeline.append(told_timeline.step(row.title, words, place, row.on_day))
            case "update":
                face.updates.append(ToldUpdate(row.title, markup.to_html(row.body), row.at))
            case "partner" if row.title != face.organisation.id:
                face.partners.append((row.title, row.body))
            case "extension":
                face.extensions.append((row.at, row.title))
            case "day":
                before = face.raised_by_day[-1][1] if face.raised_by_day else 0
                face.raised_by_day.append((row.on_day, before + row.number))
            case "report":
                face.reports.append((row.title, row.on_day))
            case "month":
                face.hours_by_month.append((row.on_day, row.number))
            case _:
                continue


@cache
def _told() -> Any:
    campaign_id, drive_id = bindparam("campaign"), bindparam("drive")
    updates = (
        select(
            *_row("update", at=Update.published_at, title=Update.title, body=Update.body),
        )
        .where(Update.campaign_id == campaign_id, Update.is_shown(AT))
        .order_by(Update.published_at.desc())
        .limit(RECENT_UPDATES)
        .subquery()
    )
    partners = (
        select(*_row("partner", title=Organisation.id, body=Organisation.name))
        .join(Partner, Partner.organisation_id == Organisation.id)
        .where(
            Partner.campaign_id == campaign_id, Partner.accepted_at.is_not(None), Partner.ended_at.is_(None)
        )
    )
    days = select(*_row("day", on_day=DriveDay.on_day, number=DriveDay.raised_minor)).where(
        DriveDay.drive_id == drive_id
    )
    months = select(*_row("month", on_day=LegalMonth.month, number=LegalMonth.hours_tenths)).where(
        LegalMonth.campaign_id == campaign_id
    )
    latest = (
        select(TransparencyReport.id)
        .where(TransparencyReport.campaign_id == campaign_id)
        .where(or_(not_(TransparencyReport.tells_bond_amount), bindparam("tells_bonds", type_=Boolean())))
        .order_by(TransparencyReport.published_at.desc(), TransparencyReport.id)
        .limit(1)
        .scalar_subquery()
    )
    reports = select(
        *_row("report", title=TransparencyReport.id, on_day=TransparencyReport.last_month)
    ).where(TransparencyReport.id == latest)
    timeline = select(
        *_row(
            "timeline",
            on_day=TimelineEntry.month,
            title=TimelineEntry.what,
            body=TimelineEntry.words + "\n" + TimelineEntry.place,
        )
    ).where(
        TimelineEntry.campaign_id == campaign_id, TimelineEntry.is_told(AT, bindparam("today", type_=Date()))
    )
    extensions = select(*_row("extension", at=DriveExtension.closed_before, title=DriveExtension.note)).where(
        DriveExtension.drive_id == drive_id
    )
    told = union_all(select(updates), partners, days, months, reports, timeline, extensions).subquery()
    return select(told).order_by(told.c.kind, told.c.on_day, told.c.at.desc(), told.c.body)


def _row(kind: str, **given: Any) -> list[Any]:
    types = {"at": UtcDateTime(), "on_day": Date(), "title": Text(), "body": Text(), "number": BigInteger()}
    columns = [
        cast(given[name], kind_of).label(name)
        if name == "number" and name in given
        else (given[name].label(name) if name in given else cast(null(), kind_of).label(name))
        for name, kind_of in types.items()
    ]
    return [literal(kind).label("kind"), *columns]


def is_withdrawn(slug: str) -> bool:
    """Whether this address showed a drive that has been taken out of sight, itself or with its campaign."""
    query = (
        select(Campaign.id)
        .join(Drive, Drive.campaign_id == Campaign.id)
        .where(Drive.slug == slug, Drive.published_at.is_not(None), Campaign.published_at.is_not(None))
        .where(not_(and_(Drive.is_shown(), Campaign.is_shown())))
    )
    return db.session.scalar(query) is not None
