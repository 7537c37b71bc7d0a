"""What staff decides about gifts: money goes back, a recurring gift ends, an event is tried again.

Each is checked against the actor, noted as a row and written to the audit trail, in the caller's
transaction; the caller then enqueues the job that tells Stripe.
"""

from core import clock
from core.db import db
from core.money import Money
from donors import reading
from donors.gifts import giving
from donors.gifts.refund import Refund
from donors.payments.stripe_event import StripeEvent
from donors.recurring.instalments import lock_promise
from donors.recurring.recurring_gift import Cancellation
from staff import audit
from staff.access import Actor
from staff.approval import two_people
from staff.approval.proposal import Proposal


def refund(actor: Actor, gift_id: str, *, amount: Money, reason: str) -> Refund | Proposal:
    """Decide to give money back; above the organisation's limit, propose it to a second person.

    Raises NotFound, Forbidden, Invalid naming the amount, Conflict `needs_second_person`.
    """
    gift = reading.get_gift(actor, gift_id)
    actor.require("gifts.refund")
    if not two_people.asks_for(actor, amount):
        return refund_now(actor, gift_id, amount=amount, reason=reason)
    giving.check_refund(gift, amount)
    terms = {"gift_id": gift.id, "amount_minor": amount.minor, "currency": amount.currency, "reason": reason}
    return two_people.propose(actor, "gift.refund", gift.id, terms=terms, amount=amount)


def refund_now(actor: Actor, gift_id: str, *, amount: Money, reason: str) -> Refund:
    """The same without a second person, whose confirmation it may be."""
    gift = reading.get_gift(actor, gift_id)
    actor.require("gifts.refund")
    row = giving.decide_refund(gift.id, amount, asked_by=actor.label, reason=reason)
    left = giving.left_to_refund(gift)
    audit.record(
        actor,
        "gift.refund",
        gift.id,
        before={"left_minor": left.minor + amount.minor, "currency": amount.currency},
        after={"left_minor": left.minor, "refund": row.id, "refund_minor": amount.minor},
        reason=reason,
    )
    return row


def cancel(actor: Actor, recurring_gift_id: str, *, reason: str, note: str = "") -> Cancellation:
    """End a recurring gift as its donor asked. Raises NotFound, Forbidden, Conflict `already_cancelled`.

    Asking again while the first asking is on its way returns that one.
    """
    found = reading.get_promise(actor, recurring_gift_id)
    actor.require("gifts.refund")
    promise = lock_promise(found.id)
    assert promise is not None
    before = reading.cancellation_of(promise.id)
    asked = giving.ask_to_cancel(promise, asked_by=actor.label, reason=reason)
    if before is None:
        audit.record(
            actor,
            "recurring_gift.cancel",
            promise.id,
            before={"state": promise.state},
            after={"cancellation": asked.id, "reason": reason},
            reason=note,
        )
    return asked


def try_again(actor: Actor, event_id: str) -> StripeEvent:
    """Make an event due at once. One that is done is left as it is. Raises NotFound, Forbidden."""
    found = reading.get_event(actor, event_id)
    actor.require("gifts.refund")
    event = db.session.get_one(StripeEvent, found.id, with_for_update=True, populate_existing=True)
    if event.done_at is None:
        before, event.next_attempt_at = event.attempts, clock.now()
        audit.record(actor, "stripe_event.retry", event.id, before={"attempts": before})
    return event
