"""Taking cash out of a fund: for a cost that is spent, or for a bond that is only deposited."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import func, select

from campaigns.funds import ledger, reserving
from campaigns.funds.fund import Fund
from campaigns.funds.ledger import BANK, CASH, Line
from campaigns.funds.purposes import PURPOSES
from core import clock
from core.db import db
from core.errors import Conflict
from core.i18n import money
from core.money import Money
from legal.costs.expense import APPROVED, Expense
from legal.matters.matter import Matter
from staff.access import Actor


def take_cash(*, kind: str, source: str, fund_id: str, amount: Money, into: str) -> str:
    """Post `amount` from the fund's cash into another account, as one balanced group; returns its id.

    Raises Conflict `fund_too_small` when the fund has less. The fund's row is the lock: two payments are
    counted one after the other.
    """
    db.session.execute(select(Fund.id).where(Fund.id == fund_id).with_for_update())
    available = ledger.balance(fund_id, CASH, amount.currency)
    if available < amount:
        message = _(
            "The fund has %(available)s and this takes %(amount)s. Nothing was paid.",
            available=money(available),
            amount=money(amount),
        )
        raise Conflict("fund_too_small", message)
    # Money still on its way from Stripe is the fund's as well, so the bank may stand below zero meanwhile.
    lines = [Line(into, amount), Line(BANK, -amount)]
    return ledger.post(kind=kind, source=source, fund_id=fund_id, lines=lines, occurred_at=clock.now())


def fund_for(actor: Actor, matter: Matter, fund_id: str) -> Fund | None:
    """The fund if costs of the matter may be paid from it, None where the actor cannot know of it.

    Raises Conflict `outside_purpose` for a fund of the actor's organisation that is for another campaign.
    """
    fund = db.session.get(Fund, fund_id)
    if fund is None or fund.campaign_id == matter.campaign_id:
        return fund
    if fund.organisation_id == actor.organisation_id:
        raise Conflict("outside_purpose", _("Donors gave this fund for another campaign."))
    return None


def require_purpose(fund: Fund, purpose: str) -> None:
    """Raise Conflict `outside_purpose` unless donors gave for this kind of cost."""
    if not fund.allows(purpose):
        message = _(
            "Donors gave this fund for other purposes than %(purpose)s. Choose another fund.",
            purpose=str(PURPOSES[purpose]).lower(),
        )
        raise Conflict("outside_purpose", message)


def funds_for(matter: Matter) -> list[Fund]:
    """The funds that costs of a matter may be paid from: those of its campaign."""
    query = select(Fund).where(Fund.campaign_id == matter.campaign_id)
    return list(db.session.scalars(query.order_by(Fund.name, Fund.id)))


@reserving.reserves(lazy_gettext("Approved costs, not paid yet"))
def approved_costs(fund: Fund) -> Money:
    """The sum of the fund's approved claims: cash that is promised."""
    query = select(func.coalesce(func.sum(Expense.amount_minor), 0)).where(
        Expense.fund_id == fund.id, Expense.currency == fund.currency, Expense.state == APPROVED
    )
    return Money(int(db.session.scalar(query) or 0), fund.currency)
