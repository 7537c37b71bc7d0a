"""Setup intents: a card or bank account kept for later charges, with no charge now."""

import secrets
from typing import Any

from sandbox.account import Account
from sandbox.payments.payment_method import attach
from sandbox.protocol.call import Call
from sandbox.protocol.listing import matching, page_of
from sandbox.protocol.routes import route
from sandbox.protocol.views import Object

_CARD_OPTIONS = {"card": {"mandate_options": None, "network": None, "request_three_d_secure": "automatic"}}


def set_up(account: Account, method: Object, customer: Object | None, **fields: Any) -> Object:
    """A finished setup, for a bank account with the payer's mandate. Raises StripeError 402 when the card refuses;
    then nothing is recorded."""
    if customer is not None:
        attach(account, method["id"], customer)
    kind = method["type"]
    row = account.new(
        "setup_intent",
        customer=customer["id"] if customer else None,
        payment_method=method["id"],
        payment_method_options=_CARD_OPTIONS if kind == "card" else {},
        payment_method_types=[kind],
        status="succeeded",
        usage="off_session",
        **fields,
    )
    row["client_secret"] = f"{row['id']}_secret_{secrets.token_hex(12)}"
    account.save(row)
    account.emit("setup_intent.created", row)
    account.emit("setup_intent.succeeded", row)
    return row


@route("GET", "/v1/setup_intents/{intent}")
def retrieve(call: Call) -> Object:
    return call.account.get("setup_intent", call.path["intent"], "intent")


@route("GET", "/v1/setup_intents")
def list_intents(call: Call) -> Object:
    return page_of(call, "setup_intent", matching(call, "customer", "payment_method"))
