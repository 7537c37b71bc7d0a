"""Payouts made by hand at Stripe. It does not tell what they carry, so staff says whose money it is."""

from flask_babel import gettext as _
from sqlalchemy import func, select

from campaigns import reading as campaigns
from campaigns.funds import ledger
from campaigns.funds.fund import Fund
from core.db import db
from core.errors import Invalid
from core.i18n import money as money_text
from core.money import Money
from donors.payouts import matching
from donors.payouts.movement import PAYOUT_KINDS, Movement
from donors.payouts.payout import Payout
from staff.access import Actor

#: Instead of a fund: all of the organisation's, by what each has at Stripe.
ALL_FUNDS = "all"


def put_down(actor: Actor, payout: Payout, fund_id: str) -> None:
    """Post a locked payout as the money of a fund, or of all by what each has at Stripe.

    Raises Invalid on `fund_id` where it is not by hand, or more than what is there.
    """
    if payout.posted_at is not None or _is_told(payout):
        raise Invalid(
            {"fund_id": [_("Stripe tells what this payout carries. Explain what of it is not known.")]}
        )
    shares = _all_shares(actor, payout) if fund_id == ALL_FUNDS else _one_share(actor, payout, fund_id)
    payout.organisation_id = actor.organisation_id
    matching.post(payout, shares)


def _is_told(payout: Payout) -> bool:
    carried = select(Movement.id).where(Movement.payout_id == payout.id, Movement.kind.not_in(PAYOUT_KINDS))
    return db.session.scalar(carried.limit(1)) is not None


def _one_share(actor: Actor, payout: Payout, fund_id: str) -> dict[str, int]:
    fund = db.session.scalars(
        campaigns.funds_of(actor).where(Fund.id == fund_id, Fund.organisation_id == actor.organisation_id)
    ).first()
    if fund is None or fund.currency != payout.currency:
        raise Invalid({"fund_id": [_("Choose a fund of your organisation in this currency.")]})
    _require(payout, ledger.balance(fund.id, [ledger.STRIPE], payout.currency))
    return {fund.id: payout.amount_minor}


def _all_shares(actor: Actor, payout: Payout) -> dict[str, int]:
    """In proportion to what each fund has at Stripe; what does not divide goes to the largest first."""
    balance = func.sum(ledger.LedgerTotal.balance_minor)
    query = (
        select(Fund.id, balance)
        .join(ledger.LedgerTotal, ledger.LedgerTotal.fund_id == Fund.id)
        .where(
            Fund.organisation_id == actor.organisation_id,
            ledger.LedgerTotal.account == ledger.STRIPE,
            ledger.LedgerTotal.currency == payout.currency,
        )
        .group_by(Fund.id)
        .having(balance > 0)
        .order_by(balance.desc(), Fund.id)
    )
    there = {row[0]: int(row[1]) for row in db.session.execute(query)}
    whole = sum(there.values())
    _require(payout, Money(whole, payout.currency))
    shares = {fund_id: minor * payout.amount_minor // whole for fund_id, minor in there.items()}
    left = payout.amount_minor - sum(shares.values())
    for fund_id in list(shares)[:left]:
        shares[fund_id] += 1
    return {fund_id: minor for fund_id, minor in shares.items() if minor}


def _require(payout: Payout, there: Money) -> None:
    if there < payout.amount:
        raise Invalid(
            {
                "fund_id": [
                    _("Only %(there)s is at Stripe there, and the payout is more.", there=money_text(there))
                ]
            }
        )
