"""From an event to what it means for us.

Handlers never trust an event's copy of an object: `look` asks Stripe how it stands now, outside any
transaction, and returns the step that applies this to our locked rows inside one. So any order and any
repetition of events ends in the same state.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from core import ids
from core.db import db
from donors import stripe_gateway
from donors.defence import learning, reviewing
from donors.disputes import looking as disputes
from donors.gifts import debiting, settling
from donors.gifts.ending import end_unpaid
from donors.gifts.gift import EXPIRED, FAILED, PENDING, Gift
from donors.payments.connected_account import require_same
from donors.payments.stripe_event import NotYet as NotYet
from donors.payouts import looking as payouts
from donors.recurring import carding, instalments
from donors.recurring.recurring_gift import ABANDONED, RecurringGift
from donors.recurring.recurring_gift import PENDING as PROMISE_PENDING
from donors.stripe_gateway import Checkout, Event, Invoice, Payment, Subscription

#: Applies what was seen, inside a transaction.
Step = Callable[[], object]


def look(event: Event) -> Step:
    """Ask Stripe about the event's object; unknown types and other people's objects need no step."""
    handler = _HANDLERS.get(event.type)
    with stripe_gateway.on_account(event.account):
        return (handler(event) if handler else None) or _nothing


def look_at_checkout(gift_id: str, session_id: str) -> Step:
    """How a payment page and everything behind it stand."""
    checkout = stripe_gateway.read_checkout(session_id)
    payment = invoice = subscription = None
    if checkout.payment_intent_id:
        payment = stripe_gateway.read_payment(checkout.payment_intent_id)
    if checkout.subscription_id:
        subscription = stripe_gateway.read_subscription(checkout.subscription_id)
    if checkout.invoice_id:
        invoice, payment = _read_invoice(checkout.invoice_id)
    return lambda: _apply_checkout(gift_id, checkout, payment, invoice, subscription)


def _on_checkout(event: Event) -> Step | None:
    named = str(event.object.get("client_reference_id") or "")
    if ids.is_id(named, "card"):
        return _look_at_card_page(named, event.object_id)
    return look_at_checkout(named, event.object_id) if ids.is_id(named, "gift") else None


def _look_at_card_page(card_update_id: str, session_id: str) -> Step | None:
    method = stripe_gateway.read_card_page(session_id).payment_method_id
    if method is None:
        return None

    def take() -> None:
        carding.take(card_update_id, method)

    return take


def _on_payment(event: Event) -> Step | None:
    gift_id = _metadata(event).get("gift_id", "")
    if not ids.is_id(gift_id, "gift"):
        return None  # an instalment's payment is found through its invoice
    payment = stripe_gateway.read_payment(event.object_id)
    return lambda: _apply_payment(gift_id, payment)


def _on_asked(event: Event) -> Step | None:
    """A bank has been asked: for a gift of its own, or for an instalment, whose invoice says nothing yet."""
    if ids.is_id(_metadata(event).get("gift_id", ""), "gift"):
        return _on_payment(event)
    invoice_id = stripe_gateway.invoice_behind(event.object_id)
    return look_at_invoice(invoice_id) if invoice_id else None


def look_at_invoice(invoice_id: str) -> Step:
    """How an instalment's invoice and its payment stand. Retries are ours to make, so Stripe's own end."""
    invoice, payment = _read_invoice(invoice_id)
    if not invoice.recurring_gift_id:
        return _nothing
    is_debit = payment is not None and payment.is_debit is True and not payment.is_processing
    # The first payment by card belongs to the page on which it is tried; a debit's was asked for and refused since.
    if invoice.is_retried_there and invoice.attempts > 0 and (is_debit or not invoice.is_first):
        stripe_gateway.stop_retries(invoice.id)
    return lambda: instalments.apply_invoice(invoice, payment)


def _on_invoice(event: Event) -> Step:
    return look_at_invoice(event.object_id)


def _on_subscription(event: Event) -> Step | None:
    if not ids.is_id(_metadata(event).get("recurring_gift_id", ""), "recur"):
        return None
    subscription = stripe_gateway.read_subscription(event.object_id)
    return lambda: instalments.apply_subscription(subscription)


def _on_refund(event: Event) -> Step | None:
    intent_id = event.object.get("payment_intent")
    if not isinstance(intent_id, str):
        return None
    payment = stripe_gateway.read_payment(intent_id, was_refunded=True)
    known = db.session.scalar(select(Gift.id).where(Gift.payment_intent_id == intent_id))
    gift_id = known or payment.gift_id
    if gift_id is None:
        raise NotYet(event.type)
    return lambda: _apply_payment(gift_id, payment)


def _on_held(event: Event) -> Step | None:
    if not ids.is_id(_metadata(event).get("gift_id", ""), "gift"):
        return None
    payment = stripe_gateway.read_held(event.object_id)
    return lambda: reviewing.apply_held(payment)


def _on_card(event: Event) -> Step | None:
    tried = stripe_gateway.card_try(event)
    if tried.gift_id is None or not ids.is_id(tried.gift_id, "gift"):
        return None
    if event.type == "charge.failed":
        return lambda: learning.note_declined(tried)
    return lambda: learning.note_accepted(tried)


_HANDLERS: dict[str, Callable[[Event], Step | None]] = {
    **dict.fromkeys(
        (
            *("checkout.session.completed", "checkout.session.expired"),
            *("checkout.session.async_payment_succeeded", "checkout.session.async_payment_failed"),
        ),
        _on_checkout,
    ),
    "payment_intent.succeeded": _on_payment,
    "payment_intent.processing": _on_asked,
    **dict.fromkeys(("invoice.paid", "invoice.payment_failed", "invoice.voided"), _on_invoice),
    **dict.fromkeys(("payment_intent.amount_capturable_updated", "payment_intent.canceled"), _on_held),
    **dict.fromkeys(("charge.failed", "charge.succeeded"), _on_card),
    **dict.fromkeys(("customer.subscription.updated", "customer.subscription.deleted"), _on_subscription),
    **dict.fromkeys(("charge.refunded", "refund.created", "refund.updated", "refund.failed"), _on_refund),
    **disputes.HANDLERS,
    **payouts.HANDLERS,
}


def _nothing() -> None:
    return None


def _metadata(event: Event) -> dict[str, Any]:
    return event.object.get("metadata") or {}


def _read_invoice(invoice_id: str) -> tuple[Invoice, Payment | None]:
    invoice = stripe_gateway.read_invoice(invoice_id)
    intent_id = invoice.payment_intent_id
    return invoice, stripe_gateway.read_payment(intent_id) if intent_id else None


def _apply_payment(gift_id: str, payment: Payment) -> None:
    gift = settling.lock_gift(gift_id)
    if gift is not None:
        settling.apply_payment(gift, payment)
        debiting.follow(gift, payment, is_over=False)
        if payment.is_paid:
            reviewing.note_taken(gift.id)


def _apply_checkout(
    gift_id: str,
    checkout: Checkout,
    payment: Payment | None,
    invoice: Invoice | None,
    subscription: Subscription | None,
) -> None:
    gift = settling.lock_gift(gift_id)
    if gift is None:
        return
    require_same(gift.account, checkout.account)
    gift.checkout_session_id = checkout.id
    if checkout.status == "expired":
        _expire(gift)
    elif invoice is not None:
        instalments.apply_invoice(invoice, payment)
    elif payment is not None:
        settling.apply_payment(gift, payment)
        debiting.follow(gift, payment, is_over=checkout.status == "complete")
    if subscription is not None:
        instalments.apply_subscription(subscription)


def _expire(gift: Gift) -> None:
    """The payment page closed unpaid. No money moved."""
    if gift.state not in {PENDING, FAILED}:
        return
    if gift.recurring_gift_id:
        promise = db.session.get_one(RecurringGift, gift.recurring_gift_id, with_for_update=True)
        if promise.state == PROMISE_PENDING:
            promise.move(ABANDONED)
    end_unpaid(gift, EXPIRED)
