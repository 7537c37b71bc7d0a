"""Bringing in what Stripe says of its balance, and going on with what webhooks missed.

Each batch is a transaction of its own; nothing is done twice when it is run again, and a run that dies leaves
what it has done.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import select

from core.db import db, transaction
from donors import stripe_gateway
from donors.disputes import looking as disputes
from donors.gifts import settling
from donors.gifts.gift import Gift
from donors.payments import events_at_stripe, inbox
from donors.payments.connected_account import ConnectedAccount, ForeignAccount
from donors.payments.stripe_event import NotYet
from donors.payouts import matching
from donors.payouts.movement import PAYOUT_KINDS
from donors.payouts.payout import Payout
from donors.stripe_gateway import StripeMovement

log = logging.getLogger(__name__)
BATCH = 200


@dataclass
class Repaired:
    """What a run found; `missed` are events that no webhook had brought."""

    events: int = 0
    missed: int = 0
    movements: int = 0
    unmatched: int = 0
    payouts: int = 0


def reconcile(since: datetime) -> Repaired:
    """Bring in Stripe's events, movements and payouts from `since` on, for every account, and repair what was
    missed. Raises PaymentsUnavailable; what was done until then stays done."""
    found = Repaired()
    for account in accounts():
        with stripe_gateway.on_account(account):
            _catch_up_on_events(since, found)
            _bring_in(since, found)
    return found


def bring_in(since: datetime) -> Repaired:
    """The same without events: what the daily comparison needs."""
    found = Repaired()
    for account in accounts():
        with stripe_gateway.on_account(account):
            _bring_in(since, found)
    return found


def accounts() -> list[str]:
    """Our own account, and each that an organisation has or has had payouts on."""
    connected = db.session.scalars(select(ConnectedAccount.account)).all()
    paid_out = db.session.scalars(select(Payout.account).distinct()).all()
    return sorted({"", *connected, *paid_out})


def _catch_up_on_events(since: datetime, found: Repaired) -> None:
    for body in stripe_gateway.events_since(since):
        event = stripe_gateway.parse_event(body)
        found.events += 1
        found.missed += inbox.take_in(event, body)
        events_at_stripe.apply_event(event.id)


def _bring_in(since: datetime, found: Repaired) -> None:
    for batch in _batches(stripe_gateway.movements_since(since)):
        with transaction():
            rows = matching.keep_all(batch)
        found.movements += len(rows)
        for seen, row in zip(batch, rows, strict=True):
            if not row.matched_to:
                found.unmatched += not _repair(seen)
    for seen in list(stripe_gateway.payouts_since(since)):
        with transaction():
            matching.apply_payout(seen)
        found.payouts += 1


def _batches(seen: Iterator[StripeMovement]) -> Iterator[list[StripeMovement]]:
    while batch := list(islice(seen, BATCH)):
        yield batch


def _repair(seen: StripeMovement) -> bool:
    """Ask Stripe what is behind a movement of which nothing of ours is known, and apply it."""
    try:
        step = _look(seen)
        if step is None:
            return False
        with transaction():
            step()
    except (NotYet, ForeignAccount, settling.AmountDiffers):
        log.warning("%s stays unmatched", seen.id)
        return False
    with transaction():
        return bool(matching.keep_all([seen])[0].matched_to)


def _look(seen: StripeMovement) -> Callable[[], object] | None:
    if seen.kind in PAYOUT_KINDS or not seen.payment_intent_id:
        return None
    if seen.kind == "adjustment":
        return disputes.step_of_dispute(stripe_gateway.read_dispute(seen.source))
    payment = stripe_gateway.read_payment(seen.payment_intent_id, was_refunded=True)
    known = db.session.scalar(select(Gift.id).where(Gift.payment_intent_id == seen.payment_intent_id))
    gift_id = known or payment.gift_id
    if gift_id is None:
        return None

    def apply() -> None:
        gift = settling.lock_gift(gift_id)
        if gift is not None:
            settling.apply_payment(gift, payment)

    return apply
