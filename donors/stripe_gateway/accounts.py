"""Accounts of organisations that have one of their own (Connect)."""

from dataclasses import dataclass

import stripe

from donors.stripe_gateway.client import calling, client, on_account


class UnknownAccount(Exception):
    """Stripe knows no such account, or it is not connected to ours."""


@dataclass(frozen=True)
class OwnAccount:
    id: str
    can_charge: bool
    can_be_paid_out: bool
    country: str


def read_account(account: str) -> OwnAccount:
    """What a connected account may do now. Raises UnknownAccount, PaymentsUnavailable."""
    try:
        with on_account(""), calling():  # the platform asks about it
            found = client().v1.accounts.retrieve(account)
    except (stripe.PermissionError, stripe.InvalidRequestError) as refusal:
        raise UnknownAccount from refusal
    return OwnAccount(
        id=found.id,
        can_charge=bool(found.charges_enabled),
        can_be_paid_out=bool(found.payouts_enabled),
        country=found.country or "",
    )
