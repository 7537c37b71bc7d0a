"""The journey of a confirmed close-out through Stripe and the database in turns. As in at_stripe: what went back is
looked at, what is to go back is decided in a row, then Stripe is asked.

Stripe is asked how each payment stands just before its share is decided, because somebody may have refunded it there
without an event having reached us; and again before a refund is asked for a second time.
"""

import logging
from collections.abc import Iterable

from core.db import transaction
from donors.close_outs import giving_back, working
from donors.payments import at_stripe
from donors.stripe_gateway import PaymentsUnavailable

log = logging.getLogger(__name__)
#: Where Stripe refuses because a part went back a moment ago, the rest is asked for at once; the sweep goes on later.
ROUNDS = 2


def work_off(close_out_id: str) -> None:
    """Give back, write to donors, come to an end; as far as Stripe lets us."""
    if not any(_give_back(close_out_id) for _round in range(ROUNDS)):
        return  # Stripe is not done; the sweep goes on later
    more = True
    while more:
        with transaction():
            more = working.write_to_donors(close_out_id)
    with transaction():
        working.finish(close_out_id)


def take_in_moves() -> None:
    """What went back of close-outs that have ended, or came back."""
    for close_out_id in working.list_moved():
        with transaction():
            working.take_in_moves(close_out_id)


def _give_back(close_out_id: str) -> bool:
    """Whether nothing is on its way or undecided any more."""
    if not _look_at(giving_back.list_sent(close_out_id)):
        return False
    with transaction():
        giving_back.withdraw_overtaken(close_out_id)
    _send(close_out_id)
    while gift_ids := giving_back.list_undecided(close_out_id):
        if not _look_at(gift_ids):
            return False
        with transaction():
            giving_back.decide_refunds(close_out_id, gift_ids)
        _send(close_out_id)
    with transaction():
        return giving_back.take_in_refusals(close_out_id)


def _send(close_out_id: str) -> None:
    at_stripe.each_of(at_stripe.send_refund, giving_back.list_to_send(close_out_id))


def _look_at(gift_ids: Iterable[str]) -> bool:
    """Whether Stripe told how each payment stands."""
    try:
        for each in gift_ids:
            at_stripe.look_at_payment(each)
    except PaymentsUnavailable:
        log.warning("Stripe is not available; the close-out goes on later")
        return False
    return True
