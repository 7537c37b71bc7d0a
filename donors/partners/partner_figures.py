"""What each partner of a campaign gave and brought: hours, costs, and what came in by its link.

One function counts, for staff pages, API and public pages. Raised is what the ledger posted for the gifts that
came by the link and count toward their drives, refunds and lost disputes taken off; it is a part of what the
drives raised, and never added to it. Hours are certified ones, costs are paid ones.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select, union_all

from campaigns.campaign import Campaign
from campaigns.funds.ledger import NO_DRIVE, RAISED, LedgerEntry, LedgerGroup
from campaigns.partner import Partner
from campaigns.petitions.signature import CONFIRMED, Signature
from campaigns.reading import partners_of
from core.db import db
from core.money import Money
from donors.figures.tally import NewMonthlyDonor
from donors.gifts.gift import RECEIVED, Gift
from donors.gifts.refund import Refund
from donors.partners.referral import Referral, SignatureReferral, referred_gifts
from legal.costs.expense import PAID, Expense
from legal.costs.refunding import ExpenseRefund
from legal.hours.time_entry import APPROVED, TimeEntry
from legal.matters.matter import Matter
from staff.access import Actor


@dataclass
class PartnerFigures:
    """Amounts by currency, none of them zero."""

    hours_tenths: int = 0
    costs: list[Money] = field(default_factory=list)
    raised: list[Money] = field(default_factory=list)
    #: Gifts that came by the link, count and stand.
    gifts: int = 0
    new_monthly_donors: int = 0
    #: Confirmed ones under petitions, which came by the link.
    signatures: int = 0


def seen_partners(actor: Actor, campaign: Campaign) -> list[Partner]:
    """The partners whose figures the actor may read: all of them for the lead, its own for another."""
    return [
        each
        for each in partners_of(campaign.id)
        if actor.organisation_id in (campaign.organisation_id, each.organisation_id)
    ]


def figures_of(partners: Iterable[Partner]) -> dict[str, PartnerFigures]:
    """The figures of some partners of one campaign, by partner."""
    partners = list(partners)
    found = {each.id: PartnerFigures() for each in partners}
    if not partners:
        return found
    campaign_id = partners[0].campaign_id
    by_organisation = {each.organisation_id: found[each.id] for each in partners}
    for organisation_id, tenths in _hours(campaign_id, list(by_organisation)):
        by_organisation[organisation_id].hours_tenths = int(tenths)
    for organisation_id, amount in _costs(campaign_id, list(by_organisation)):
        by_organisation[organisation_id].costs.append(amount)
    for partner_id, amount in _raised(list(found)):
        found[partner_id].raised.append(amount)
    for partner_id, number in _gifts(list(found)):
        found[partner_id].gifts = number
    for partner_id, number in _new_monthly_donors(list(found)):
        found[partner_id].new_monthly_donors = number
    for partner_id, number in _signatures(list(found)):
        found[partner_id].signatures = number
    return found


def _hours(campaign_id: str, organisation_ids: list[str]) -> list[Any]:
    query = (
        select(TimeEntry.organisation_id, func.sum(TimeEntry.units_tenths))
        .join(Matter, Matter.id == TimeEntry.matter_id)
        .where(
            Matter.campaign_id == campaign_id,
            TimeEntry.organisation_id.in_(organisation_ids),
            TimeEntry.state == APPROVED,
        )
    )
    return list(db.session.execute(query.group_by(TimeEntry.organisation_id)))


def _costs(campaign_id: str, organisation_ids: list[str]) -> list[tuple[str, Money]]:
    """What claims of the organisations were paid, less what came back of them."""
    about = (
        Matter.campaign_id == campaign_id,
        Expense.organisation_id.in_(organisation_ids),
        Expense.state == PAID,
    )
    paid = (
        select(Expense.organisation_id, Expense.currency, Expense.amount_minor.label("minor"))
        .join(Matter, Matter.id == Expense.matter_id)
        .where(*about)
    )
    back = (
        select(Expense.organisation_id, Expense.currency, (-ExpenseRefund.amount_minor).label("minor"))
        .join(Expense, Expense.id == ExpenseRefund.expense_id)
        .join(Matter, Matter.id == Expense.matter_id)
        .where(*about)
    )
    return _sums(union_all(paid, back).subquery())


def _raised(partner_ids: list[str]) -> list[tuple[str, Money]]:
    referred = referred_gifts(*partner_ids).subquery()
    gifts = select(referred.c.partner_id, referred.c.gift_id.label("source"))
    refunds = select(referred.c.partner_id, Refund.id).join(Refund, Refund.gift_id == referred.c.gift_id)
    causes = union_all(gifts, refunds).subquery()
    entries = (
        select(causes.c.partner_id, LedgerEntry.currency, (-LedgerEntry.amount_minor).label("minor"))
        .join(LedgerGroup, LedgerGroup.source == causes.c.source)
        .join(LedgerEntry, LedgerEntry.group_id == LedgerGroup.id)
        .where(LedgerEntry.account.in_(RAISED), LedgerEntry.drive_id != NO_DRIVE)
    )
    return _sums(entries.subquery())


def _sums(rows: Any) -> list[tuple[str, Money]]:
    """Rows of (whose, currency, minor) added up by the first two; sums of zero are left out."""
    whose, currency, minor = rows.c
    query = select(whose, currency, func.sum(minor)).group_by(whose, currency).order_by(whose, currency)
    return [(row[0], Money(int(row[2]), row[1])) for row in db.session.execute(query) if row[2]]


def _gifts(partner_ids: list[str]) -> list[Any]:
    referred = referred_gifts(*partner_ids).subquery()
    query = (
        select(referred.c.partner_id, func.count())
        .join(Gift, Gift.id == referred.c.gift_id)
        .where(Gift.counts.is_(True), Gift.state.in_(RECEIVED))
    )
    return list(db.session.execute(query.group_by(referred.c.partner_id)))


def _new_monthly_donors(partner_ids: list[str]) -> list[Any]:
    query = (
        select(Referral.partner_id, func.count())
        .join(NewMonthlyDonor, NewMonthlyDonor.recurring_gift_id == Referral.recurring_gift_id)
        .where(Referral.partner_id.in_(partner_ids), NewMonthlyDonor.lost_at.is_(None))
    )
    return list(db.session.execute(query.group_by(Referral.partner_id)))


def _signatures(partner_ids: list[str]) -> list[Any]:
    query = (
        select(SignatureReferral.partner_id, func.count())
        .join(Signature, Signature.id == SignatureReferral.signature_id)
        .where(SignatureReferral.partner_id.in_(partner_ids), Signature.state == CONFIRMED)
    )
    return list(db.session.execute(query.group_by(SignatureReferral.partner_id)))
