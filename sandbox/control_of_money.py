"""Controls for what banks and Stripe's own staff do: disputes, fraud warnings, payouts, new cards."""

from typing import TYPE_CHECKING, Any

from sandbox.account import Account
from sandbox.control import Body, control
from sandbox.payments.bank_account import bank_account_of
from sandbox.payments.card import card_of
from sandbox.payments.dispute import decide, dispute_charge
from sandbox.payments.fraud_warning import warn
from sandbox.payments.payout import bounce, pay_out_all
from sandbox.protocol.error import StripeError, missing_resource

if TYPE_CHECKING:
    from sandbox.world import World


@control("POST", "/_sandbox/disputes/{id}/decide")
def decide_dispute(world: "World", body: Body, identifier: str) -> Body:
    """{"won": true}: what the bank says."""
    account, row = _find(world, "dispute", identifier)
    decide(account, row, won=bool(body.get("won")))
    return account.show(row)


@control("POST", "/_sandbox/charges/{id}/dispute")
def dispute(world: "World", body: Body, identifier: str) -> Body:
    """{"reason", "amount"}: the cardholder goes to the bank, over all of the charge or a part."""
    account, charge = _find(world, "charge", identifier)
    amount = _amount(body.get("amount", charge["amount"]), charge["amount"])
    return account.show(dispute_charge(account, charge, str(body.get("reason", "fraudulent")), amount))


@control("POST", "/_sandbox/charges/{id}/warn")
def warn_of_fraud(world: "World", body: Body, identifier: str) -> Body:
    """{"fraud_type"}: the issuer warns."""
    account, charge = _find(world, "charge", identifier)
    return account.show(warn(account, charge, str(body.get("fraud_type", "misc"))))


@control("POST", "/_sandbox/payouts")
def pay_out(world: "World", body: Body, identifier: str) -> Body:
    """{"currency", "account"}: the automatic payout of everything that is available."""
    account = world.account_for(body.get("account"))
    row = pay_out_all(account, str(body.get("currency", "usd")).lower())
    return {"payout": account.show(row) if row else None}


@control("POST", "/_sandbox/payouts/{id}/bounce")
def bounce_payout(world: "World", body: Body, identifier: str) -> Body:
    """The bank sends it back."""
    account, row = _find(world, "payout", identifier)
    bounce(account, row)
    return account.show(row)


@control("POST", "/_sandbox/payment_methods/{id}/card")
def change_card(world: "World", body: Body, identifier: str) -> Body:
    """{"card": number}: from now on the card behaves like this test card, a bank account like this test account; it
    looks as before."""
    account, row = _find(world, "payment_method", identifier)
    number = str(body.get("card", ""))
    if row["type"] == "card":
        row["_number"] = card_of(number).number
    else:
        row["_number"] = bank_account_of(number, row["type"]).number
    account.save(row)
    return account.show(row)


def _find(world: "World", kind: str, identifier: str) -> tuple[Account, dict[str, Any]]:
    for account in world.accounts():
        row = account.find(kind, identifier)
        if row is not None:
            return account, row
    raise missing_resource(kind, identifier)


def _amount(given: Any, most: int) -> int:
    if not isinstance(given, int) or isinstance(given, bool) or not 1 <= given <= most:
        raise StripeError(f"`amount` is a whole number from 1 to {most}.", param="amount")
    return given
