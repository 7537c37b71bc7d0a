"""Preparing a report: which months it may speak of, and its whole content. Nothing is written."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _

from campaigns.campaign import Campaign
from core import clock
from core.db import db
from core.errors import Conflict, Invalid
from legal.reports.budgets import budgets_of
from legal.reports.building import Hours, lay_out
from legal.reports.counting import Span, Worked, changed_work, count_work
from legal.reports.differencing import correct
from legal.reports.folding import next_month
from legal.reports.report import TransparencyReport, current_reports
from legal.reports.snapshot import hours_content, lines_of, method_content, stamp
from legal.reports.spending import currency_of, first_cost, money_of
from legal.reports.suppression import PUBLIC_K
from staff.organisation import Organisation

FORMAT = "amparo-transparency-report/1"
SMALLEST_K, LARGEST_K = 5, 100


#: Why a figure of bonds is null.
WITHHELD = "no_consent"


@dataclass(frozen=True, kw_only=True)
class ReportOrder:
    """What is wanted. `through` is a day of the last month (None: the latest closed one); `supersedes_id`
    names the latest report when it should be corrected, and then its own months are told again."""

    through: date | None = None
    k: int = PUBLIC_K
    supersedes_id: str | None = None


@dataclass(frozen=True)
class Prepared:
    """A report that could be published. `hours` is the table with what is hidden, for staff."""

    content: dict[str, Any]
    hours: Hours
    first_month: date
    last_month: date
    as_of: datetime


@dataclass(frozen=True)
class _Place:
    """Where a report stands among the campaign's others: the one before it and the one that it replaces."""

    last_month: date
    before: TransparencyReport | None
    replaces: TransparencyReport | None

    def span(self, as_of: datetime) -> Span:
        counted = Span(next_month(self.before.last_month), self.before.as_of) if self.before else None
        return Span(next_month(self.last_month), as_of, counted)


def prepare(campaign: Campaign, order: ReportOrder, *, report_id: str) -> Prepared:
    """The report of a campaign's closed months that no report has told yet.

    A bond's amount to which the client has not agreed is left out for good, with the reason, as a snapshot cannot
    be changed later. Raises Invalid on through, k, supersedes_id; Conflict `nothing_new`, `too_little_to_publish`,
    `difference_too_small`.
    """
    zone = db.session.get_one(Organisation, campaign.organisation_id).zone
    as_of = clock.now()
    place = _place(campaign, order, zone)
    work = count_work(campaign.id, place.span(as_of))
    hours = _table(campaign, order, place, work, as_of)
    first, last = hours.lines.months[0].first, hours.lines.months[-1].last
    content = {
        "format": FORMAT,
        "id": report_id,
        "campaign_id": campaign.id,
        "organisation": db.session.get_one(Organisation, campaign.organisation_id).name,
        "period": {"first_month": f"{first:%Y-%m}", "last_month": f"{last:%Y-%m}"},
        "zone": zone,
        "as_of": stamp(as_of),
        "supersedes": place.replaces.id if place.replaces else None,
        "currency": currency_of(campaign.id),
        "hours": hours_content(hours),
        "method": method_content(hours, k=order.k),
        **_money(campaign, first, last, zone, is_first=place.before is None),
    }
    if content["bonds"]["posted_minor"] and not campaign.tells_bond_amount:
        content["bonds"] = dict.fromkeys(content["bonds"]) | {"withheld": WITHHELD}
    content["budgets"] = budgets_of(campaign, content, place.replaces)
    content["tiles"] = {
        "cash_spent_minor": content.pop("cash_spent_minor"),
        "bond_held_minor": content["bonds"]["held_minor"],
        "in_kind_minor": content["hours"]["value_minor"],
        "trust_held_minor": content.pop("trust_held_minor"),
    }
    return Prepared(content, hours, first, last, as_of)


def _place(campaign: Campaign, order: ReportOrder, zone: str) -> _Place:
    if not SMALLEST_K <= order.k <= LARGEST_K:
        raise Invalid(
            {"k": [_("Choose a threshold from %(least)s to %(most)s.", least=SMALLEST_K, most=LARGEST_K)]}
        )
    present = current_reports(campaign.id)
    if order.supersedes_id:
        if not present or present[0].id != order.supersedes_id:
            raise Invalid({"supersedes_id": [_("Only the latest report of a campaign can be corrected.")]})
        return _Place(present[0].last_month, present[1] if len(present) > 1 else None, present[0])
    closed = _month_before(clock.today(zone))
    last = (order.through or closed).replace(day=1)
    if last > closed:
        raise Invalid({"through": [_("Choose a month that has ended.")]})
    before = present[0] if present else None
    if before and last <= before.last_month:
        raise Conflict("nothing_new", _("These months are published already."))
    return _Place(last, before, None)


def _month_before(day: date) -> date:
    year, index = divmod(day.year * 12 + day.month - 2, 12)
    return date(year, index + 1, 1)


def _table(
    campaign: Campaign, order: ReportOrder, place: _Place, work: list[Worked], as_of: datetime
) -> Hours:
    if place.replaces:
        content = place.replaces.figures
        changed = changed_work(campaign.id, place.span(as_of), since=place.replaces.as_of)
        return correct(content, lines_of(content, work), work, changed, k=order.k)
    first = next_month(place.before.last_month) if place.before else _first_month(campaign, work)
    return lay_out(work, first=first, last=place.last_month, k=order.k)


def _first_month(campaign: Campaign, work: list[Worked]) -> date:
    zone = db.session.get_one(Organisation, campaign.organisation_id).zone
    days = [each.month for each in work]
    cost = first_cost(campaign.id, zone)
    days += [cost] if cost else []
    if not days:
        raise Conflict("nothing_new", _("There are no hours and no costs to report yet."))
    return min(days).replace(day=1)


def _money(campaign: Campaign, first: date, last: date, zone: str, *, is_first: bool) -> dict[str, Any]:
    """A first report takes in all costs before its end, so that none is left out between two reports."""
    starts_at = None if is_first else clock.opens_at(first, zone)
    return money_of(campaign.id, starts_at=starts_at, ends_at=clock.opens_at(next_month(last), zone))
