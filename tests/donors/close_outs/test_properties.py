"""Whatever came in and was spent, in any currency: shares sum to what is left, no gift gets more than it still is,
and every book balances."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from campaigns.funds import ledger, surplus
from campaigns.funds.fund import Fund
from campaigns.funds.ledger import Line
from core import clock
from core.db import db
from core.ids import new_id
from core.money import EXPONENTS, Money
from donors.close_outs import confirming
from donors.close_outs.close_out import CloseOut, CloseOutChoice, CloseOutShare
from donors.close_outs.plan import plan_of
from donors.gifts.gift import Gift
from donors.stripe_gateway import amounts
from tests.conftest import Cast

GIFT = st.tuples(st.integers(1, 10**6), st.integers(0, 10**5), st.integers(0, 99), st.booleans())


def settled(drive: Drive, donor_id: str, clause_id: str, minors: tuple[int, int, int]) -> Gift:
    """A gift that was paid: its amount, the fee cover, and what of it went back, in minor units."""
    minor, fee_cover, back = minors
    gift = Gift(
        id=new_id("gift"),
        organisation_id=drive.organisation_id,
        drive_id=drive.id,
        fund_id=drive.fund_id,
        donor_id=donor_id,
        state="partly_refunded" if back else "settled",
        fee_cover_minor=fee_cover,
        refunded_minor=back,
        surplus_clause_id=clause_id,
        payment_intent_id=new_id("pi"),
        paid_at=clock.now(),
    )
    gift.amount = Money(minor, drive.currency)
    db.session.add(gift)
    net = Money(minor + fee_cover - back, drive.currency)
    lines = [Line(ledger.STRIPE, net), Line(ledger.GIFTS, -net)]
    ledger.post(
        kind="gift_settled", source=gift.id, fund_id=drive.fund_id, lines=lines, occurred_at=clock.now()
    )
    return gift


def spent(fund: Fund, percent: int) -> None:
    cash = ledger.balance(fund.id, ledger.CASH, fund.currency)
    amount = Money(cash.minor * percent // 100, fund.currency)
    if amount:
        lines = [Line(ledger.LEGAL_COSTS, amount), Line(ledger.BANK, -amount)]
        ledger.post(kind="spent", source=new_id("exp"), fund_id=fund.id, lines=lines, occurred_at=clock.now())


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    currency=st.sampled_from(sorted(EXPONENTS)),
    gifts=st.lists(GIFT, min_size=1, max_size=12),
    percent=st.integers(0, 100),
    ways=st.tuples(st.sampled_from(["refund", "move"]), st.sampled_from(["refund", "move"])),
)
def test_shares_sum_to_what_is_left_and_every_book_balances(
    drive: Drive,
    donor_id: str,
    cast: Cast,
    session: Session,
    currency: str,
    gifts: list[Any],
    percent: int,
    ways: tuple[str, str],
) -> None:
    with session.begin_nested() as nested:
        fund = session.get_one(Fund, drive.fund_id)
        fund.currency = drive.currency = currency
        words = {"name": "Next", "purpose": "Bonds", "surplus_clause": "Stays."}
        target = Fund(organisation_id=drive.organisation_id, currency=currency, **words)
        session.add(target)
        session.flush()
        clauses = [surplus.current(fund.id)]
        fund.surplus_clause = "Another one."
        session.flush()
        clauses.append(surplus.current(fund.id))
        step = amounts.step(currency).minor
        for minor, cover, back, is_later in gifts:
            minors = (minor * step, cover * step, minor * back // 100 * step)
            settled(drive, donor_id, clauses[is_later].id, minors)
        spent(fund, percent)
        session.flush()
        close_out = CloseOut(
            organisation_id=drive.organisation_id, drive_id=drive.id, fund_id=fund.id, begun_by="test"
        )
        session.add(close_out)
        session.flush()
        for clause, way in zip(clauses, ways, strict=True):
            to = target.id if way == "move" else None
            session.add(
                CloseOutChoice(
                    close_out_id=close_out.id, clause_id=clause.id, way=way, to_fund_id=to, why="It says so."
                )
            )
        session.flush()
        plan, cash = plan_of(close_out), ledger.balance(fund.id, ledger.CASH, currency)
        assert sum(share.amount_minor for share in plan.shares) == plan.reckoning.left.minor
        assert sum((part.amount for part in plan.parts), Money.zero(currency)) == plan.reckoning.left
        assert Money.zero(currency) <= cash - plan.reckoning.left < Money(step, currency)
        confirming.perform(
            cast.actor("frida"),
            {"close_out_id": close_out.id, "digest": plan.digest, "proposal_id": "prop_1"},
        )
        for share in session.scalars(select(CloseOutShare)):
            assert share.amount <= session.get_one(Gift, share.gift_id).refundable
        assert ledger.balance(target.id, ledger.CASH, currency) == plan.total("moved")
        assert ledger.balance(fund.id, ledger.CASH, currency) == cash - plan.total("moved")
        assert list(ledger.verify()) == []
        nested.rollback()
