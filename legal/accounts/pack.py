"""The pack for a year's books: cash by the ledger, the ASU 2020-07 table of services given, and the amounts that
reconcile the statements with Form 990 (Schedule D, parts XI and XII).

Donated services are in the statements when recognised, as much revenue as expense, so net assets do not move;
Form 990 leaves them out of revenue (part VIII), and Schedule D says by how much.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import func, select

from campaigns.campaign import Campaign
from campaigns.funds import ledger
from campaigns.funds.fund import Fund
from campaigns.funds.ledger import LedgerEntry, LedgerGroup
from campaigns.funds.purposes import COSTS
from campaigns.funds.release import RestrictionRelease
from core import clock
from core.db import db
from core.money import Money
from legal.accounts.recognition import DISCLOSED_ONLY, RECOGNISED, recognitions
from legal.costs.in_kind import ACCEPTED, InKindCost
from legal.hours.time_entry import TimeEntry, TimeEntryApproval
from legal.matters.matter import Matter
from legal.rates.rate_matrix import matrix
from legal.rates.valuation import Valuation
from staff.access import Actor


@dataclass(frozen=True, kw_only=True)
class ServiceRow:
    """One category of services given, as the note lists it. Services are used, never sold: utilised."""

    category: str
    amount: Money
    program: str
    matter_id: str
    technique: str
    recognition: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Pack:
    starts_on: date
    ends_on: date
    #: Change of each ledger account within the period, debits positive.
    moved: dict[str, Money]
    #: Balance of each asset at the end.
    assets: dict[str, Money]
    released: Money
    services: list[ServiceRow]

    def _sum(self, *accounts: str) -> Money:
        return sum((self.moved[each] for each in accounts), Money.zero(self.released.currency))

    @property
    def contributions(self) -> Money:
        """Cash gifts, covered fees, paid matches of sponsors and employers, less refunds: part VIII, line 1f. No
        service is in it."""
        return -self._sum(*(each for each in ledger.INCOME if each != ledger.INTEREST))

    @property
    def interest(self) -> Money:
        return -self._sum(ledger.INTEREST)

    @property
    def expenses(self) -> Money:
        """Cash expenses and forfeited bonds."""
        return self._sum(
            *(
                each
                for each in ledger.ACCOUNTS
                if each not in (*ledger.ASSETS, *ledger.INCOME, ledger.EXCHANGE)
            )
        )

    @property
    def recognised(self) -> Money:
        """Schedule D, part XI line 2b and part XII line 2a."""
        return self._services(RECOGNISED)

    @property
    def disclosed(self) -> Money:
        return self._services(DISCLOSED_ONLY)

    def _services(self, recognition: str) -> Money:
        zero = Money.zero(self.released.currency)
        return sum((row.amount for row in self.services if row.recognition == recognition), zero)

    @property
    def revenue_per_statements(self) -> Money:
        return self.contributions + self.interest + self.recognised

    @property
    def revenue_per_return(self) -> Money:
        return self.revenue_per_statements - self.recognised

    @property
    def expenses_per_statements(self) -> Money:
        return self.expenses + self.recognised

    @property
    def expenses_per_return(self) -> Money:
        return self.expenses_per_statements - self.recognised

    @property
    def net_assets(self) -> Money:
        """With donor restrictions, at the end: cash, what is disputed, bonds, and what is held in trust."""
        return sum(self.assets.values(), Money.zero(self.released.currency))


def pack(actor: Actor, starts_on: date, ends_on: date, currency: str = "USD") -> Pack:
    """The pack of the actor's organisation for these days, both included."""
    actor.require("costs.view")
    begins, ends = clock.opens_at(starts_on, "UTC"), clock.closes_at(ends_on, "UTC")
    moved = _accounts(
        actor, LedgerGroup.occurred_at >= begins, LedgerGroup.occurred_at < ends, currency=currency
    )
    until = _accounts(actor, LedgerGroup.occurred_at < ends, currency=currency)
    freed = (
        select(func.coalesce(func.sum(RestrictionRelease.amount_minor), 0))
        .join(Fund, Fund.id == RestrictionRelease.fund_id)
        .join(LedgerGroup, LedgerGroup.id == RestrictionRelease.group_id)
        .where(
            Fund.organisation_id == actor.organisation_id,
            RestrictionRelease.currency == currency,
            LedgerGroup.occurred_at >= begins,
            LedgerGroup.occurred_at < ends,
        )
    )
    return Pack(
        starts_on=starts_on,
        ends_on=ends_on,
        moved=moved,
        assets={account: until[account] for account in ledger.ASSETS},
        released=Money(int(db.session.scalar(freed) or 0), currency),
        services=list(_services(actor, starts_on, ends_on, currency)),
    )


def _accounts(actor: Actor, *when: object, currency: str) -> dict[str, Money]:
    query = (
        select(LedgerEntry.account, func.sum(LedgerEntry.amount_minor))
        .join(LedgerGroup, LedgerGroup.id == LedgerEntry.group_id)
        .join(Fund, Fund.id == LedgerEntry.fund_id)
        .where(Fund.organisation_id == actor.organisation_id, LedgerEntry.currency == currency, *when)  # pyright: ignore[reportArgumentType]
        .group_by(LedgerEntry.account)
    )
    found = {account: int(minor) for account, minor in db.session.execute(query)}
    return {account: Money(found.get(account, 0), currency) for account in ledger.ACCOUNTS}


def _services(actor: Actor, starts_on: date, ends_on: date, currency: str) -> Iterator[ServiceRow]:
    """Approved hours by matter and matrix, then accepted gifts in kind by matter and category, of the campaigns
    that the organisation leads."""
    decided = recognitions(actor.organisation_id)
    found = [*_hours(actor, starts_on, ends_on, currency), *_in_kind(actor, starts_on, ends_on, currency)]
    for category, matter_id, program, minor, technique in found:
        row = decided.get(matter_id)
        yield ServiceRow(
            category=category,
            amount=Money(minor, currency),
            program=program,
            matter_id=matter_id,
            technique=technique,
            recognition=row.recognition if row else DISCLOSED_ONLY,
            reason=row.reason
            if row
            else _("Given to the client; nobody has decided yet that it was given to us."),
        )


Given = tuple[str, str, str, int, str]


def _hours(actor: Actor, starts_on: date, ends_on: date, currency: str) -> Iterator[Given]:
    latest = select(func.max(Valuation.number)).where(Valuation.entry_id == TimeEntry.id).correlate(TimeEntry)
    query = (
        select(Matter.id, Campaign.title, Valuation.matrix, func.sum(Valuation.value_minor))
        .join(Campaign, Campaign.id == Matter.campaign_id)
        .join(TimeEntry, TimeEntry.matter_id == Matter.id)
        .join(TimeEntryApproval, TimeEntryApproval.entry_id == TimeEntry.id)
        .join(
            Valuation, (Valuation.entry_id == TimeEntry.id) & (Valuation.number == latest.scalar_subquery())
        )
        .where(
            Campaign.organisation_id == actor.organisation_id,
            Valuation.currency == currency,
            TimeEntry.worked_on.between(starts_on, ends_on),
        )
        .group_by(Matter.id, Campaign.title, Valuation.matrix)
        .order_by(Campaign.title, Matter.id, Valuation.matrix)
    )
    for matter_id, program, matrix_id, minor in db.session.execute(query):
        technique = _("Approved hours at published rates: %(matrix)s", matrix=str(matrix(matrix_id).title))
        yield _("Legal services"), matter_id, program, int(minor), technique


def _in_kind(actor: Actor, starts_on: date, ends_on: date, currency: str) -> Iterator[Given]:
    query = (
        select(InKindCost, Campaign.title)
        .join(Matter, Matter.id == InKindCost.matter_id)
        .join(Campaign, Campaign.id == Matter.campaign_id)
        .where(
            Campaign.organisation_id == actor.organisation_id,
            InKindCost.state == ACCEPTED,
            InKindCost.currency == currency,
            InKindCost.given_on.between(starts_on, ends_on),
        )
        .order_by(Campaign.title, InKindCost.given_on, InKindCost.id)
    )
    for row, program in db.session.execute(query):
        yield str(COSTS[row.category]), row.matter_id, program, row.amount_minor, row.method
