"""What donors' banks do in a life, and what staff tells them."""

from contextlib import suppress

import requests
from sqlalchemy import select

from core.db import transaction
from core.errors import Refusal
from donors import jobs
from donors.disputes import answering
from donors.disputes.dispute import UNDECIDED, Dispute
from donors.stripe_gateway import PaymentsUnavailable
from tests.torture.world import World

ASKS_ONLY = "warning_needs_response"
REASONS = ("fraudulent", "duplicate", ASKS_ONLY)


def dispute(world: World, reason: str, quarters: int) -> None:
    """A cardholder wants a quarter, a half, … of a charge back; or the bank only asks."""
    charges = [
        each
        for each in world.at_stripe("charge")
        if each["paid"] and each["captured"] and not each["disputed"] and not each["refunded"]
    ]
    if charges:
        charge = world.dice.choice(charges)
        amount = max(1, charge["amount"] * quarters // 4)
        world.stripe.control(f"charges/{charge['id']}/dispute", reason=reason, amount=amount)


def warn(world: World) -> None:
    """A card's issuer says that a charge may be fraudulent."""
    charges = [each for each in world.at_stripe("charge") if each["paid"] and each["captured"]]
    if charges:
        world.stripe.control(f"charges/{world.dice.choice(charges)['id']}/warn")


def decide(world: World, *, won: bool) -> None:
    """A bank decides what it has not decided yet."""
    waiting = [
        each for each in world.at_stripe("dispute") if each["status"] not in ("won", "lost", "warning_closed")
    ]
    if waiting:
        with suppress(requests.HTTPError):
            world.stripe.control(f"disputes/{world.dice.choice(waiting)['id']}/decide", won=won)


def answer(world: World, *, accept: bool) -> None:
    """Staff sends evidence, or accepts that the money is gone."""
    found = world.any_of(select(Dispute.id).where(Dispute.state.in_(UNDECIDED)).order_by(Dispute.id))
    if found is None:
        return
    with suppress(Refusal, PaymentsUnavailable):
        with transaction():
            row = answering.answer(world.actor, found, statement="A real gift.", is_accepting=accept)
        jobs.send_answer.run(row.id)
