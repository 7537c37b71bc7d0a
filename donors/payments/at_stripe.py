"""Journeys that need Stripe and the database in turns: commit our row, call Stripe with a key made from its
id, commit the outcome. A process that dies in between leaves a row from which the sweep goes on.

With its neighbours of the same ending, the one place below the edges that opens transactions, so that pages,
API and jobs walk the same way (docs/decisions/0002).
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import exists, select

from core import clock
from core.db import db, transaction
from donors import stripe_gateway
from donors.close_outs.close_out import CloseOutShare
from donors.defence import promise_reviewing, reviewing
from donors.defence.hold import HELD, Hold
from donors.defence.promise_review import PromiseReview
from donors.gifts import debiting, giving, settling
from donors.gifts.debit import WAITING, Debit
from donors.gifts.ending import end_unpaid
from donors.gifts.gift import EXPIRED, PENDING, Gift
from donors.gifts.refund import Refund
from donors.payments import disputes_at_stripe, events_at_stripe, stripe_events
from donors.receipts import letters
from donors.recurring.instalments import apply_subscription, lock_promise
from donors.recurring.recurring_gift import CANCELLED, ENDED, Cancellation, RecurringGift
from donors.stripe_gateway import PaymentsUnavailable

log = logging.getLogger(__name__)
#: Stripe keeps the answer under an idempotency key for a day; the same asking later is a new one.
KEYS_HOLD = timedelta(hours=20)


def open_checkout(gift_id: str) -> str:
    """Open the gift's payment page (or find it again) and return its address.

    Raises PaymentsUnavailable; the gift then stays pending and no money has moved. Conflict `under_review` while
    somebody has to look at it first.
    """
    gift = db.session.get_one(Gift, gift_id)
    if gift.checkout_url is not None and gift.state == PENDING:
        return gift.checkout_url
    review = db.session.get(PromiseReview, gift_id)
    if review is not None:
        with transaction():
            promise_reviewing.note_opened(gift_id)
    request = giving.checkout_request(
        gift,
        base_url=current_app.config["BASE_URL"],
        is_held=reviewing.is_to_be_held(gift.id),
        opened_at=review.opened_at if review else None,
    )
    with stripe_gateway.on_account(gift.account):
        checkout = stripe_gateway.open_checkout(request)
    with transaction():
        gift = settling.lock_gift(gift_id)
        assert gift is not None
        gift.checkout_session_id, gift.checkout_url = checkout.id, checkout.url
    return checkout.url or request.cancel_url


def refresh_gift(gift_id: str) -> None:
    """Ask Stripe how a gift stands and apply it, without waiting for an event."""
    gift = db.session.get_one(Gift, gift_id)
    with stripe_gateway.on_account(gift.account):
        if gift.checkout_session_id is not None:
            step = stripe_events.look_at_checkout(gift.id, gift.checkout_session_id)
        elif gift.invoice_id is not None:
            step = stripe_events.look_at_invoice(gift.invoice_id)
        else:
            return
    with transaction():
        step()


def look_at_payment(gift_id: str) -> None:
    """Ask Stripe what has gone back of a gift by now, and post it. Raises PaymentsUnavailable."""
    gift = db.session.get_one(Gift, gift_id)
    if gift.payment_intent_id is None:
        return
    with stripe_gateway.on_account(gift.account):
        payment = stripe_gateway.read_payment(gift.payment_intent_id)
    if payment.refunds:
        with transaction():
            gift = settling.lock_gift(gift_id)
            assert gift is not None
            settling.apply_payment(gift, payment)


def send_refund(refund_id: str) -> None:
    """Ask Stripe for a refund that was decided here, and post it. Raises PaymentsUnavailable."""
    row = db.session.get_one(Refund, refund_id)
    gift = db.session.get_one(Gift, row.gift_id)
    if row.done_at or row.failed_at or gift.payment_intent_id is None:
        return
    with stripe_gateway.on_account(gift.account):
        was_made = _is_old(row) and _is_made(gift.payment_intent_id, row)
        is_refused = not was_made and not stripe_gateway.refund(
            gift.payment_intent_id, row.amount, refund_id=row.id
        )
        payment = stripe_gateway.read_payment(gift.payment_intent_id, was_refunded=True)
    with transaction():
        gift = settling.lock_gift(row.gift_id)
        assert gift is not None
        settling.apply_payment(gift, payment)
        row = db.session.get_one(Refund, refund_id, populate_existing=True)
        if is_refused and row.done_at is None:
            row.failed_at = row.failed_at or clock.now()


def _is_old(row: Refund) -> bool:
    """Whether Stripe may have forgotten the key of an earlier asking whose answer was lost."""
    return row.asked_at + KEYS_HOLD < clock.now()


def _is_made(payment_intent_id: str, row: Refund) -> bool:
    payment = stripe_gateway.read_payment(payment_intent_id, was_refunded=True)
    return any(each.refund_id == row.id for each in payment.refunds)


def send_cancellation(cancellation_id: str) -> None:
    """Tell Stripe to end a recurring gift that somebody asked to end. Raises PaymentsUnavailable."""
    row = db.session.get_one(Cancellation, cancellation_id)
    promise = db.session.get_one(RecurringGift, row.recurring_gift_id)
    if row.done_at is not None:
        return
    with stripe_gateway.on_account(promise.account):
        subscription_id = promise.subscription_id or _subscription_behind(promise.id)
        ended = stripe_gateway.cancel_subscription(subscription_id, key=row.id) if subscription_id else None
    with transaction():
        promise = lock_promise(row.recurring_gift_id)
        assert promise is not None
        if ended is not None:
            apply_subscription(ended)
        elif promise.state not in ENDED:
            promise.move(CANCELLED)
            promise.cancelled_at = clock.now()
        row = db.session.get_one(Cancellation, cancellation_id, populate_existing=True)
        row.done_at = row.done_at or clock.now()
        if promise.state == CANCELLED:
            letters.recurring_gift_ended(promise)


def _subscription_behind(recurring_gift_id: str) -> str | None:
    """The subscription that a payment page began before its event reached us. A page that is still open is
    closed first, so that nobody begins what has been ended."""
    page = select(Gift.checkout_session_id).where(
        Gift.recurring_gift_id == recurring_gift_id, Gift.checkout_session_id.is_not(None)
    )
    session_id = db.session.scalar(page.limit(1))
    if session_id is None:
        return None
    stripe_gateway.expire_checkout(session_id)
    return stripe_gateway.read_checkout(session_id).subscription_id


def sweep() -> None:
    """Find and go on with whatever a lost nudge or a dead process left behind."""
    now = clock.now()
    events_at_stripe.sweep()
    late = now - timedelta(minutes=2)
    refunds = select(Refund.id).where(
        Refund.done_at.is_(None),
        Refund.failed_at.is_(None),
        Refund.asked_at < late,
        Refund.asked_by.not_in(("stripe", "bank")),
        # Those of close-outs are looked at before they are asked for again (close_outs_at_stripe).
        ~exists(select(CloseOutShare.gift_id).where(CloseOutShare.refund_id == Refund.id)),
    )
    each_of(send_refund, db.session.scalars(refunds.limit(200)).all())
    cancellations = select(Cancellation.id).where(
        Cancellation.done_at.is_(None), Cancellation.asked_at < late
    )
    each_of(send_cancellation, db.session.scalars(cancellations.limit(200)).all())
    each_of(disputes_at_stripe.send_answer, disputes_at_stripe.waiting_answers())
    _sweep_pending(now)


def _sweep_pending(now: datetime) -> None:
    """Pending gifts whose page must have closed by now: learn how it ended."""
    overdue = select(Gift.id).where(
        Gift.state == PENDING,
        Gift.invoice_id.is_(None),
        Gift.started_at < now - timedelta(hours=25),
        Gift.id.not_in(select(Hold.gift_id).where(Hold.state == HELD)),  # staff decides about these
        Gift.id.not_in(select(Debit.gift_id).where(Debit.state == WAITING)),  # a bank does
        Gift.id.not_in(select(PromiseReview.gift_id).where(PromiseReview.opened_at.is_(None))),  # staff again
    )
    each_of(_close_or_settle, db.session.scalars(overdue.limit(200)).all())
    each_of(refresh_gift, debiting.list_silent())


def _close_or_settle(gift_id: str) -> None:
    gift = db.session.get_one(Gift, gift_id)
    if gift.checkout_session_id is not None:
        refresh_gift(gift_id)
        return
    with transaction():  # no page was ever opened for it
        gift = settling.lock_gift(gift_id)
        if gift is not None and gift.state == PENDING:
            end_unpaid(gift, EXPIRED)


def each_of(work: Callable[[str], None], ids_due: Iterable[str]) -> None:
    """Go on with each; what fails is logged, and found again by the next sweep."""
    for each in ids_due:
        try:
            work(each)
        except PaymentsUnavailable:
            log.warning("Stripe is not available; the sweep goes on later")
            return
        except Exception:
            log.exception("%s could not go on; the next sweep tries again", each)
