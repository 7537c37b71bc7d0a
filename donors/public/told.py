"""All that a drive's page tells besides its figures and gifts, as one statement of several kinds of rows.

Each kind has a function of its own; all give the same columns, so that the page costs one round trip, not seven.
"""

from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    Text,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    not_,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from campaigns.drives.extending import DriveExtension
from campaigns.funds.fund import Fund
from campaigns.funds.fund_transfer import FundTransfer
from campaigns.partner import Partner
from campaigns.shown import AT
from campaigns.timeline.timeline_entry import TimelineEntry
from campaigns.updates.update import Update
from core.db import UtcDateTime
from donors.close_outs.close_out import DONE, CloseOut
from donors.figures.tally import DriveDay
from donors.pledges.pledge import OWED, Pledge, PledgeDisplay
from donors.supporters.supporter_page import SupporterPage, public_pages
from legal.budget.statement import NUMBERS, stage_rows
from legal.reports.report import TransparencyReport
from legal.reports.transparency import LegalMonth
from staff.organisation import Organisation

RECENT_UPDATES = 3
SHOWN_SUPPORTERS = 5

CAMPAIGN, DRIVE, FUND = bindparam("campaign"), bindparam("drive"), bindparam("fund")
#: Empty for what moved as no drive's surplus.
_OF_DRIVE = func.coalesce(FundTransfer.drive_id, "")
TELLS_BONDS = bindparam("tells_bonds", type_=Boolean())


@cache
def told() -> Any:
    """Rows of kind, at, on_day, title, body, number. Binds campaign, drive, fund, at, today, tells_bonds."""
    kinds = (
        *(_updates(), _partners(), _days(), _months(), _latest_report(), _timeline(), _extensions()),
        *(_moved(), _closed_out(), _stages(), _supporters(), _promised()),
    )
    rows = union_all(*kinds).subquery()
    return select(rows).order_by(rows.c.kind, rows.c.on_day, rows.c.at.desc(), rows.c.body)


def _updates() -> Any:
    latest = (
        select(*_row("update", at=Update.published_at, title=Update.title, body=Update.body))
        .where(Update.campaign_id == CAMPAIGN, Update.is_shown(AT))
        .order_by(Update.published_at.desc())
        .limit(RECENT_UPDATES)
        .subquery()
    )
    return select(latest)


def _partners() -> Any:
    return (
        select(*_row("partner", title=Organisation.id, body=Organisation.name))
        .join(Partner, Partner.organisation_id == Organisation.id)
        .where(Partner.campaign_id == CAMPAIGN, Partner.accepted_at.is_not(None), Partner.ended_at.is_(None))
    )


def _days() -> Any:
    row = _row("day", on_day=DriveDay.on_day, number=DriveDay.raised_minor)
    return select(*row).where(DriveDay.drive_id == DRIVE)


def _months() -> Any:
    row = _row("month", on_day=LegalMonth.month, number=LegalMonth.hours_tenths)
    return select(*row).where(LegalMonth.campaign_id == CAMPAIGN)


def _latest_report() -> Any:
    latest = (
        select(TransparencyReport.id)
        .where(TransparencyReport.campaign_id == CAMPAIGN)
        .where(or_(not_(TransparencyReport.tells_bond_amount), TELLS_BONDS))
        .order_by(TransparencyReport.published_at.desc(), TransparencyReport.id)
        .limit(1)
        .scalar_subquery()
    )
    row = _row("report", title=TransparencyReport.id, on_day=TransparencyReport.last_month)
    return select(*row).where(TransparencyReport.id == latest)


def _timeline() -> Any:
    words_and_place = TimelineEntry.words + "\n" + TimelineEntry.place
    row = _row("timeline", on_day=TimelineEntry.month, title=TimelineEntry.what, body=words_and_place)
    is_told = TimelineEntry.is_told(AT, bindparam("today", type_=Date()))
    return select(*row).where(TimelineEntry.campaign_id == CAMPAIGN, is_told)


def _extensions() -> Any:
    row = _row("extension", at=DriveExtension.closed_before, title=DriveExtension.note)
    return select(*row).where(DriveExtension.drive_id == DRIVE)


def _moved() -> Any:
    """Money of the drive's fund that went to another: as its surplus, or otherwise."""
    row = _row(
        "moved", at=FundTransfer.made_at, title=Fund.name, body=_OF_DRIVE, number=FundTransfer.amount_minor
    )
    return (
        select(*row)
        .join(Fund, Fund.id == FundTransfer.to_fund_id)
        .where(
            FundTransfer.from_fund_id == FUND,
            or_(FundTransfer.drive_id.is_(None), FundTransfer.drive_id == DRIVE),
        )
    )


def _closed_out() -> Any:
    """How many donors had how much back, and what stayed."""
    stayed = cast(CloseOut.stayed_minor, Text())
    people = cast(CloseOut.returned_to, Text())
    row = _row("closed_out", at=CloseOut.ended_at, title=people, body=stayed, number=CloseOut.returned_minor)
    return select(*row).where(CloseOut.drive_id == DRIVE, CloseOut.state == DONE)


def _stages() -> Any:
    """The stages of the budget. The body holds the id, the currency, all figures, and address and title of the drive
    that tells the bonds where it is another one; a blank between them."""
    rows = stage_rows(DRIVE, TELLS_BONDS, AT).subquery()
    # Written into the statement: to bind them anew with each view costs more than to execute it.
    blank, nothing = literal_column("' '"), literal_column("''")
    body = rows.c.id + blank + rows.c.currency
    for name in NUMBERS:
        body = body + blank + func.coalesce(cast(rows.c[name], Text), nothing)
    for name in ("holder_slug", "holder_title"):
        body = body + blank + func.coalesce(rows.c[name], nothing)
    row = _row(
        "stage",
        at=rows.c.changed_at,
        on_day=rows.c.dropped_on,
        title=rows.c.shown_name,
        body=body,
        number=rows.c.position,
    )
    return select(*row)


def _supporters() -> Any:
    """The pages that supporters started, those that raised most first."""
    first = public_pages(DRIVE).limit(SHOWN_SUPPORTERS).subquery()
    page = aliased(SupporterPage, first)
    body = page.id + "\n" + page.name
    return select(
        *_row("supporter", at=page.public_at, title=page.title, body=body, number=first.c.raised_minor)
    )


def _promised() -> Any:
    """What is promised and not paid, where staff wants the page to tell it."""
    left = func.sum(Pledge.amount_minor - Pledge.paid_minor)
    query = select(*_row("promised", number=func.coalesce(left, 0)))
    shown = select(PledgeDisplay.drive_id).where(PledgeDisplay.drive_id == DRIVE)
    return query.where(Pledge.drive_id == DRIVE, Pledge.drive_id.in_(shown), Pledge.state.in_(OWED))


def _row(kind: str, **given: Any) -> list[Any]:
    types = {"at": UtcDateTime(), "on_day": Date(), "title": Text(), "body": Text(), "number": BigInteger()}
    columns = [
        cast(given[name], kind_of).label(name)
        if name == "number" and name in given
        else (given[name].label(name) if name in given else cast(null(), kind_of).label(name))
        for name, kind_of in types.items()
    ]
    return [literal(kind).label("kind"), *columns]
