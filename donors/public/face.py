"""The public face of a drive, read in three statements however many gifts stand behind it.

First the drive with its goals and figures, then recent gifts, then all that is told: updates, partners, what
came in by day and the hours by month. Public code: of a client it knows the persona alone.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from typing import Any

from markupsafe import Markup
from sqlalchemy import ColumnElement, Select, and_, bindparam, not_, select
from sqlalchemy.orm import aliased

from campaigns.campaign import Campaign
from campaigns.clients.client import Persona
from campaigns.drives.drive import Drive
from campaigns.funds.fund import Fund
from campaigns.shown import AT
from core import clock, markup
from core.db import db
from core.errors import Gone, NotFound
from core.money import Money
from donors.figures import progress
from donors.figures.progress import Progress
from donors.figures.statement import statement
from donors.gifts import debiting
from donors.gifts.debit import BankGiving
from donors.gifts.gift import RECEIVED, Gift
from donors.public import told_timeline
from donors.public.told import told
from donors.public.told_timeline import ToldStep
from donors.recurring.recurring_gift import RecurringGift
from legal.budget.figures import Budget, StageFigures, fill, without_bond_amounts
from legal.budget.names import neutral_name
from legal.budget.statement import NUMBERS, stage_of
from staff.organisation import Organisation

RECENT_GIFTS = 8


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
class ToldMove:
    at: datetime
    fund_name: str
    amount: Money


@dataclass(frozen=True)
class ToldCloseOut:
    at: datetime
    returned: Money
    returned_to: int
    stayed: Money


@dataclass(frozen=True)
class ToldSupporter:
    page_id: str
    title: str
    name: str
    raised: Money


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
    #: Money that went to other funds: as the drive's surplus, and otherwise.
    surplus_moved: list[ToldMove] = field(default_factory=list)
    moved: list[ToldMove] = field(default_factory=list)
    #: What came of the close-out; empty before it.
    closed_out: list[ToldCloseOut] = field(default_factory=list)
    #: Supporters' pages, those that raised most first.
    supporters: list[ToldSupporter] = field(default_factory=list)
    raised_by_day: list[tuple[date, int]] = field(default_factory=list)
    hours_by_month: list[tuple[date, int]] = field(default_factory=list)
    #: What is promised and not paid, in one number; empty where it is nothing, or not to be told.
    promised: list[Money] = field(default_factory=list)
    #: Whether donors may give from a bank account.
    takes_debits: bool = False
    stages: list[StageFigures] = field(default_factory=list)
    #: Whether the campaign has other public drives, whose pages tell the same figures of the campaign.
    has_siblings: bool = False

    @property
    def budget(self) -> Budget | None:
        """The cost budget by stage, None of a drive that shows none."""
        if not self.stages:
            return None
        tells = self.campaign.tells_bond_amount
        return fill(self.stages if tells else without_bond_amounts(self.stages), self.progress.raised)

    def as_json(self) -> dict[str, Any]:
        """The figures of the page as data: those of its progress, and the budget where there is one."""
        budget = self.budget
        return self.progress.as_json() | {"budget": budget.as_json() if budget else None}


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
        takes_debits=row.bank_giving is not None and debiting.is_possible(row.Drive.currency),
        has_siblings=row.has_siblings,
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
        statement(AT)
        .add_columns(Campaign, Organisation, Fund, Persona, BankGiving.organisation_id.label("bank_giving"))
        .add_columns(_siblings().label("has_siblings"))
        .join(Campaign, Campaign.id == Drive.campaign_id)
        .join(Organisation, Organisation.id == Drive.organisation_id)
        .join(Fund, Fund.id == Drive.fund_id)
        .outerjoin(Persona, Persona.client_id == Campaign.client_id)
        .outerjoin(BankGiving, BankGiving.organisation_id == Drive.organisation_id)
        .where(Drive.slug == bindparam("slug"), Drive.is_shown(AT), Campaign.is_shown(AT))
    )


def _siblings() -> ColumnElement[bool]:
    other = aliased(Drive)
    query = select(other.id).where(other.campaign_id == Drive.campaign_id, other.id != Drive.id)
    return query.where(other.is_shown(AT)).correlate(Drive).exists()


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
        "fund": face.drive.fund_id,
        "at": face.progress.as_of,
        "today": clock.today(),
        "tells_bonds": face.campaign.tells_bond_amount,
    }
    for row in db.session.execute(told(), about):
        match row.kind:
            case "timeline":
                words, _newline, place = row.body.partition("\n")
                face.timeline.append(told_timeline.step(row.title, words, place, row.on_day))
            case "update":
                face.updates.append(ToldUpdate(row.title, markup.to_html(row.body), row.at))
            case "partner" if row.title != face.organisation.id:
                face.partners.append((row.title, row.body))
            case "moved":
                moves = face.surplus_moved if row.body else face.moved
                moves.append(ToldMove(row.at, row.title, Money(row.number, face.drive.currency)))
            case "closed_out":
                face.closed_out.append(_closed_out(row, face.drive.currency))
            case "supporter":
                page_id, _newline, name = row.body.partition("\n")
                raised = Money(row.number, face.drive.currency)
                face.supporters.append(ToldSupporter(page_id, row.title, name, raised))
            case "extension":
                face.extensions.append((row.at, row.title))
            case "day":
                before = face.raised_by_day[-1][1] if face.raised_by_day else 0
                face.raised_by_day.append((row.on_day, before + row.number))
            case "report":
                face.reports.append((row.title, row.on_day))
            case "stage":
                face.stages.append(_stage(row))
            case "month":
                face.hours_by_month.append((row.on_day, row.number))
            case "promised" if row.number:
                face.promised.append(Money(row.number, face.drive.currency))
            case _:
                continue
    face.supporters.sort(key=lambda each: -each.raised.minor)


def _closed_out(row: Any, currency: str) -> ToldCloseOut:
    return ToldCloseOut(row.at, Money(row.number, currency), int(row.title), Money(int(row.body), currency))


def _stage(row: Any) -> StageFigures:
    id_, currency, *numbers, slug, title = row.body.split(" ", 3 + len(NUMBERS))
    figures = stage_of(
        numbers,
        id=id_,
        name=row.title or neutral_name(row.number, is_bond=numbers[0] == "1"),
        position=row.number,
        currency=currency,
        changed_at=row.at,
        dropped_on=row.on_day,
    )
    return replace(figures, told_with=(slug, title) if slug else None)


def is_withdrawn(slug: str) -> bool:
    """Whether this address showed a drive that has been taken out of sight, itself or with its campaign."""
    query = (
        select(Campaign.id)
        .join(Drive, Drive.campaign_id == Campaign.id)
        .where(Drive.slug == slug, Drive.published_at.is_not(None), Campaign.published_at.is_not(None))
        .where(not_(and_(Drive.is_shown(), Campaign.is_shown())))
    )
    return db.session.scalar(query) is not None
