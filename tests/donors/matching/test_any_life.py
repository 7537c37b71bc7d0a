"""Gifts of any size that are begun, paid, refunded and so on in any order: a match fund never gives more than its
cap, what it keeps is what its steps say, and each gift's match is its share to the cent."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from campaigns.matching.match_fund import MatchFund
from core import clock
from core.db import db, transaction
from core.ids import new_id
from donors.gifts import giving, settling
from donors.gifts.ending import end_unpaid
from donors.gifts.gift import EXPIRED, FAILED, PENDING, RECEIVED, TRANSITIONS, Gift
from donors.gifts.giving import GiftOrder
from donors.gifts.refund import Refund
from donors.matching import matching, recomputing
from donors.matching.match_entry import MatchLook
from donors.stripe_gateway import Payment, StripeRefund
from tests.donors.conftest import usd
from tests.donors.test_any_order import undone

LIVES = settings(
    max_examples=25,
    deadline=None,
    database=None,
    phases=[Phase.generate],  # a life of twenty steps is short enough to read as it is
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
ACTS = ("begin", "pay", "fail", "expire", "refund", "refund_all", "come_back")


class Lives:
    """Gifts of one drive, acted upon as Stripe's word would."""

    def __init__(self, drive: Drive) -> None:
        self.drive = drive
        self.gifts: list[str] = []
        self.refunds: dict[str, list[StripeRefund]] = {}
        self.paid_at: dict[str, Any] = {}

    def begin(self, minor: int) -> None:
        order = GiftOrder(amount=usd(minor), rhythm="once", email=f"ana{len(self.gifts)}@example.org")
        with transaction():
            gift = giving.start(db.session.get_one(Drive, self.drive.id), order, gift_id=new_id("gift"))
        self.gifts.append(gift.id)
        self.refunds[gift.id] = []
        self.paid_at[gift.id] = clock.now()

    def end(self, gift_id: str, state: str) -> None:
        with transaction():
            gift = settling.lock_gift(gift_id)
            assert gift is not None
            if state in TRANSITIONS[gift.state]:
                end_unpaid(gift, state)

    def apply(self, gift_id: str) -> None:
        """What Stripe says of the payment, its refunds included."""
        with transaction():
            gift = settling.lock_gift(gift_id)
            assert gift is not None
            seen = Payment(
                payment_intent_id=f"pi_{gift_id}",
                gift_id=gift_id,
                is_paid=True,
                paid_at=self.paid_at[gift_id],
                amount=gift.charged,
                fee=None,
                refunds=tuple(self.refunds[gift_id]),
                refusal="",
                account="",
            )
            settling.apply_payment(gift, seen)

    def refund(self, gift_id: str, minor: int) -> None:
        gift = db.session.get_one(Gift, gift_id)
        left = gift.refundable.minor
        if gift.state in RECEIVED and left:
            at = {"at": clock.now(), "refund_id": None, "status": "succeeded"}
            amount = usd(min(minor, left))
            self.refunds[gift_id].append(StripeRefund(id=new_id("re"), amount=amount, **at))
            self.apply(gift_id)

    def come_back(self, gift_id: str) -> None:
        """The last refund that stands fails after all."""
        rows = self.refunds[gift_id]
        standing = [number for number, row in enumerate(rows) if row.status == "succeeded"]
        if standing:
            number = standing[-1]
            rows[number] = StripeRefund(
                id=rows[number].id,
                amount=rows[number].amount,
                at=rows[number].at,
                refund_id=None,
                status="failed",
            )
            self.apply(gift_id)

    def act(self, act: str, which: int, minor: int) -> None:
        if act == "begin" or not self.gifts:
            self.begin(minor)
            return
        gift_id = self.gifts[which % len(self.gifts)]
        match act:
            case "pay":
                self.apply(gift_id)
            case "fail":
                self.end(gift_id, FAILED)
            case "expire":
                self.end(gift_id, EXPIRED)
            case "refund":
                self.refund(gift_id, minor)
            case "refund_all":
                self.refund(gift_id, 10**9)
            case _:
                self.come_back(gift_id)


steps = st.lists(
    st.tuples(st.sampled_from(ACTS), st.integers(0, 5), st.integers(100, 9_999)), min_size=4, max_size=25
)
terms = st.fixed_dictionaries(
    {
        "cap_minor": st.integers(1, 20_000),
        "match_parts": st.integers(1, 3),
        "gift_parts": st.integers(1, 3),
        "most_per_gift": st.one_of(st.none(), st.integers(1, 5_000)),
    }
)


@LIVES
@given(acts=steps, funds=st.lists(terms, min_size=1, max_size=3))
def test_no_life_of_gifts_breaks_the_cap_or_loses_a_cent(
    app: Flask,
    session: Session,
    led_drive: Drive,
    match_fund: Callable[..., MatchFund],
    acts: list[tuple[str, int, int]],
    funds: list[dict[str, Any]],
) -> None:
    with undone():
        opened = [match_fund(**each).id for each in funds]
        lives = Lives(led_drive)
        for act, which, minor in acts:
            lives.act(act, which, minor)
            assert list(recomputing.verify()) == []
        for gift_id in lives.gifts:
            _check_gift(gift_id, opened)


def _check_gift(gift_id: str, opened: list[str]) -> None:
    gift = db.session.get_one(Gift, gift_id)
    held = matching.standing(gift_id)
    looks = (
        db.session.query(MatchLook)
        .filter_by(gift_id=gift_id)
        .order_by(MatchLook.round, MatchLook.place)
        .all()
    )
    last = [look for look in looks if look.round == looks[-1].round]
    assert [look.match_fund_id for look in last] == opened  # asked in their order
    # No cent of the gift is matched twice: what the funds used of it fits into it.
    used = sum(-(-look.amount_minor * look.gift_parts // look.match_parts) for look in last)
    assert used <= gift.amount_minor
    for look in last:
        taken = held.get(look.match_fund_id, (0, 0))[0]
        if gift.state == PENDING:
            assert taken == look.amount_minor
        else:
            stands = gift.amount_minor - gift.refunded_minor if gift.paid_at else 0
            assert taken <= look.amount_minor * stands // gift.amount_minor
        if not gift.refunded_minor and gift.paid_at and not _came_back(gift_id):
            assert taken == look.amount_minor


def _came_back(gift_id: str) -> bool:
    """Others may have taken its match meanwhile."""
    query = db.session.query(Refund).filter(Refund.gift_id == gift_id, Refund.undone_at.is_not(None))
    return query.first() is not None


def test_time_matters_to_the_window_alone(match_fund: Callable[..., MatchFund], led_drive: Drive) -> None:
    """Half open: the first instant of the window is matched, the first after it is not."""
    now = clock.now()
    fund = match_fund(opens_at=now - timedelta(hours=2), closes_at=now + timedelta(hours=2))
    assert fund.state(fund.opens_at) == "open"
    assert fund.closes_at is not None
    assert fund.state(fund.closes_at - timedelta(microseconds=1)) == "open"
    assert fund.state(fund.closes_at) == "over"
    assert fund.state(fund.opens_at - timedelta(microseconds=1)) == "scheduled"
