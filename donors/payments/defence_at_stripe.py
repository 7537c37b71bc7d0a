"""The defence against card testing, where it takes Stripe and the database in turns.

It opens transactions, like donors.payments.at_stripe: commit the decision, tell Stripe with a key made from
the gift's id, commit the outcome.
"""

from datetime import timedelta

from core import clock
from core.db import db, transaction
from donors import stripe_gateway
from donors.defence import admitting, learning, promise_reviewing, reviewing
from donors.defence.admitting import Caller, NotNow
from donors.defence.hold import RELEASING, TAKING, Hold
from donors.gifts import settling
from donors.gifts.gift import Gift


def ask_the_guard(caller: Caller, gift_id: str) -> list[str]:
    """Whether this gift may be begun; what looks wrong with it. Raises NotNow, after noting the refusal."""
    try:
        return admitting.admit(caller, gift_id)
    except NotNow:
        if admitting.count_refusal(caller):
            with transaction():
                admitting.block_address(caller)
        raise


def judge_decline(decline_id: str) -> None:
    """Count a declined card, make the blocks it leads to, and close a page on which too many were tried."""
    verdict = learning.weigh(decline_id)
    if verdict.blocks:
        with transaction():
            learning.pronounce(verdict)
    gift = db.session.get_one(Gift, verdict.gift_id)
    if verdict.closes_page and gift.checkout_session_id:
        with stripe_gateway.on_account(gift.account):
            stripe_gateway.expire_checkout(gift.checkout_session_id)


def send_decision(gift_id: str) -> None:
    """Tell Stripe what was decided about a held gift, and apply what came of it."""
    row = db.session.get_one(Hold, gift_id)
    if row.state not in (TAKING, RELEASING):
        return
    tell = stripe_gateway.take_held if row.state == TAKING else stripe_gateway.release_held
    with stripe_gateway.on_account(db.session.get_one(Gift, gift_id).account):
        held = tell(row.payment_intent_id, key=row.gift_id)
        payment = stripe_gateway.read_payment(row.payment_intent_id)
    with transaction():
        reviewing.apply_held(held)
        gift = settling.lock_gift(gift_id)
        assert gift is not None
        settling.apply_payment(gift, payment)


def list_undone() -> list[str]:
    """Held gifts whose decision has to be sent: those nobody decided in time included. What waits for a look before
    Stripe is reached ends by itself too."""
    for gift_id in promise_reviewing.overdue():
        with transaction():
            promise_reviewing.turn_down_overdue(gift_id)
    for gift_id in reviewing.overdue():
        with transaction():
            reviewing.let_go_overdue(gift_id)
    return reviewing.decided_before(clock.now() - timedelta(minutes=1))
