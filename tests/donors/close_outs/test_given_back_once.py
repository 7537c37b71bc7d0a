"""Whatever is refunded at Stripe's dashboard while a drive is closed out, whichever answers are lost and in which
order news arrives: every cent is in the fund, moved, or with the donor, and no donor has a share twice."""

from datetime import timedelta
from typing import Any

import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from campaigns.funds import ledger
from campaigns.funds.fund import Fund
from core import clock
from core.db import transaction
from core.ids import new_id
from core.money import Money
from donors.close_outs import confirming, giving_back, standing
from donors.close_outs.close_out import BACK, DONE, MOVED, STAYS, CloseOut, CloseOutChoice, CloseOutShare
from donors.close_outs.plan import plan_of
from donors.gifts import form_token
from donors.gifts.gift import Gift
from donors.gifts.refund import Refund
from donors.jobs import sweep_close_outs, work_close_out
from tests.conftest import Cast
from tests.donors.conftest import Stripe

AMOUNTS = ("40", "25", "10")
DASHBOARD = st.tuples(st.just("dashboard"), st.integers(0, len(AMOUNTS) - 1), st.integers(1, 100))
PLAIN = st.sampled_from(["deliver", "work", "decide", "lose_answer", "go_down", "recover", "grow_old"])
STEPS = st.lists(st.one_of(DASHBOARD, PLAIN.map(lambda name: (name, 0, 0))), max_size=10)


def pay_for(stripe: Stripe, session: Session, slug: str, amount: str) -> Gift:
    """A gift that went all the way."""
    typed = {
        "form_token": form_token.new_token(),
        "amount_choice": "other",
        "amount_other": amount,
        "rhythm": "once",
        "email": f"{new_id('donor')}@example.org",
        "name": "Ana Lopez",
        "name_display": "initial",
    }
    answer = stripe.client.post(f"/d/{slug}/gifts", data=typed)
    assert answer.status_code == 303, answer.text
    session.expire_all()
    gift = session.scalars(select(Gift).where(Gift.checkout_url == answer.headers["Location"])).one()
    stripe.pay(gift)
    stripe.deliver_all()
    session.expire_all()
    return gift


def another(session: Session, drive: Drive) -> tuple[Drive, Fund, Fund]:
    """A public drive with a fund of its own, and a fund that money may move to."""
    words = {"name": "A fund", "purpose": "Bonds", "surplus_clause": "It goes back."}
    fund, target = (Fund(organisation_id=drive.organisation_id, currency="USD", **words) for _each in "ab")
    session.add_all([fund, target])
    session.flush()
    same = ("campaign_id", "organisation_id", "currency", "zone", "opens_at", "published_at", "title")
    made = Drive(slug=new_id("drive").replace("_", "-"), fund_id=fund.id, grace_minutes=0)
    for name in same:
        setattr(made, name, getattr(drive, name))
    session.add(made)
    session.commit()
    return made, fund, target


def spend(session: Session, fund_id: str, percent: int) -> None:
    cash = ledger.balance(fund_id, ledger.CASH, "USD").minor
    spent = Money(cash * percent // 100, "USD")
    if spent:
        lines = [ledger.Line(ledger.LEGAL_COSTS, spent), ledger.Line(ledger.BANK, -spent)]
        ledger.post(kind="spent", source=new_id("exp"), fund_id=fund_id, lines=lines, occurred_at=clock.now())
    session.commit()


class Journey:
    """One close-out from its confirmation to its end, and what was done at the dashboard by the way."""

    def __init__(self, session: Session, stripe: Stripe, close_out_id: str, gifts: list[Gift]) -> None:
        self.session, self.stripe, self.close_out_id = session, stripe, close_out_id
        self.gifts = [gift.id for gift in gifts]
        self.intents = [str(gift.payment_intent_id) for gift in gifts]
        #: By gift: refunds made at the dashboard before its share's own was made there.
        self.before = [0, 0, 0]

    def at_stripe(self, number: int) -> list[dict[str, Any]]:
        asked: dict[str, Any] = {"payment_intent": self.intents[number], "limit": 100}
        box = self.stripe.box
        return requests.get(f"{box.url}/v1/refunds", params=asked, auth=(box.key, ""), timeout=10).json()[
            "data"
        ]

    def dashboard(self, number: int, percent: int) -> None:
        charged = self.session.get_one(Gift, self.gifts[number]).charged.minor
        self.stripe.forget_faults()  # they are for the application
        made = self.at_stripe(number)
        amount = min(charged * percent // 100, charged - sum(each["amount"] for each in made))
        if amount <= 0:
            return
        asked = {"payment_intent": self.intents[number], "amount": amount}
        box = self.stripe.box
        requests.post(f"{box.url}/v1/refunds", data=asked, auth=(box.key, ""), timeout=10).raise_for_status()
        if not any(each["metadata"].get("refund_id") for each in made):
            self.before[number] += amount

    def step(self, name: str) -> None:
        self.session.commit()
        if name == "deliver":
            self.stripe.deliver_all()
        elif name == "work":
            work_close_out.run(self.close_out_id)
        elif name == "decide":
            with transaction():
                giving_back.decide_refunds(self.close_out_id, giving_back.list_undecided(self.close_out_id))
        elif name == "lose_answer":  # the client tries thrice
            self.stripe.control("faults", kind="drop_after", path="/v1/refunds", method="POST", times=3)
        elif name == "go_down":
            self.stripe.control("faults", kind="error", path="/v1/payment_intents", times=6)
        elif name == "recover":
            self.stripe.forget_faults()
        else:
            old = clock.now() - timedelta(minutes=5)
            self.session.execute(update(Refund).where(Refund.done_at.is_(None)).values(asked_at=old))
        self.session.commit()

    def end(self) -> None:
        self.stripe.forget_faults()
        for name in ("deliver", "grow_old", "work", "work", "deliver"):
            self.step(name)
        sweep_close_outs.run()
        self.session.commit()
        self.session.expire_all()


def confirm(session: Session, drive: Drive, target: Fund, clauses: list[str], cast: Cast) -> str:
    close_out = CloseOut(
        organisation_id=drive.organisation_id, drive_id=drive.id, fund_id=drive.fund_id, begun_by="test"
    )
    session.add(close_out)
    session.flush()
    for clause_id, way in zip(clauses, ("refund", "move"), strict=True):
        to = target.id if way == "move" else None
        choice = CloseOutChoice(close_out_id=close_out.id, clause_id=clause_id, way=way, to_fund_id=to)
        choice.why = "The words say so."
        session.add(choice)
    session.commit()
    digest = plan_of(close_out).digest
    session.commit()
    with transaction():
        confirming.perform(cast.actor("frida"), {"close_out_id": close_out.id, "digest": digest})
    session.commit()
    return close_out.id


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, spent=st.sampled_from([0, 30, 80]))
def test_every_cent_is_in_the_fund_moved_or_back(
    drive: Drive,
    cast: Cast,
    session: Session,
    stripe: Stripe,
    steps: list[tuple[str, int, int]],
    spent: int,
) -> None:
    stripe.forget_faults()
    own, fund, target = another(session, drive)
    gifts = [pay_for(stripe, session, own.slug, amount) for amount in AMOUNTS[:2]]
    fund.surplus_clause = "It moves."
    session.commit()
    gifts.append(pay_for(stripe, session, own.slug, AMOUNTS[2]))
    spend(session, fund.id, spent)
    own.closed_at = clock.now()
    session.commit()
    had = ledger.balance(fund.id, ledger.CASH, "USD").minor
    clauses = [gifts[0].surplus_clause_id, gifts[2].surplus_clause_id]
    close_out_id = confirm(session, own, target, [str(each) for each in clauses], cast)
    journey = Journey(session, stripe, close_out_id, gifts)
    for name, number, percent in steps:
        if name == "dashboard":
            journey.dashboard(number, percent)
        else:
            journey.step(name)
    journey.end()
    check(session, journey, (fund, target), had)


def check(session: Session, journey: Journey, funds: tuple[Fund, Fund], had: int) -> None:
    row = session.get_one(CloseOut, journey.close_out_id)
    assert row.state == DONE
    shares = [session.get_one(CloseOutShare, gift_id) for gift_id in journey.gifts]
    moved = sum(share.amount_minor for share in shares if share.outcome == MOVED)
    refunded = 0
    for number, share in enumerate(shares):
        gift = session.get_one(Gift, share.gift_id)
        there = journey.at_stripe(number)
        assert sum(each["amount"] for each in there) == gift.refunded_minor <= gift.charged.minor
        refunded += gift.refunded_minor
        ours = sum(each["amount"] for each in there if each["metadata"].get("refund_id"))
        if share.outcome == MOVED:
            assert ours == 0
            continue
        assert ours <= max(0, share.amount_minor - journey.before[number])
        went = ours + share.elsewhere_minor
        assert went <= share.amount_minor
        assert (share.outcome == BACK) == (went == share.amount_minor)
    assert [ledger.balance(fund.id, ledger.CASH, "USD").minor for fund in funds] == [
        had - moved - refunded,
        moved,
    ]
    told = sum(share.amount_minor for share in shares if share.outcome in (BACK, STAYS))
    assert row.returned_minor + row.stayed_minor == told
    assert session.scalars(standing.list_moved()).all() == []
    assert list(ledger.verify()) == []
