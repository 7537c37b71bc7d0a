"""Connected accounts: organisations with a Stripe account of their own (Connect)."""

from typing import Any

from sandbox.account import Account
from sandbox.protocol.call import Call
from sandbox.protocol.listing import page_of
from sandbox.protocol.routes import route
from sandbox.protocol.views import Object


def open_account(platform: Account, **fields: Any) -> Object:
    """An account that may charge and be paid out; its objects are its own."""
    row = platform.new(
        "account",
        **{
            "charges_enabled": True,
            "capabilities": {"card_payments": "active", "transfers": "active"},
            "country": "US",
            "default_currency": "usd",
            "details_submitted": True,
            "metadata": {},
            "payouts_enabled": True,
            "type": "standard",
        }
        | fields,
    )
    platform.world.account(row["id"])
    return row


@route("POST", "/v1/accounts")
def create(call: Call) -> Object:
    given = {
        name: call.params[name]
        for name in ("country", "email", "business_type", "type")
        if name in call.params
    }
    return open_account(call.account, metadata=call.metadata, **given)


@route("GET", "/v1/accounts/{account}")
def retrieve(call: Call) -> Object:
    return call.account.get("account", call.path["account"])


@route("GET", "/v1/accounts")
def list_accounts(call: Call) -> Object:
    return page_of(call, "account")


@route("GET", "/v1/account")
def own(call: Call) -> Object:
    """The account the request speaks for."""
    platform = call.account.world.platform
    row = platform.find("account", call.account.id)
    return row if row is not None else open_account(platform, id=platform.id)
