"""Subscription items: a price and how many of it."""

from typing import Any

from sandbox.account import Account
from sandbox.catalogue.price import open_price
from sandbox.protocol.call import Call
from sandbox.protocol.error import StripeError
from sandbox.protocol.listing import page
from sandbox.protocol.routes import route
from sandbox.protocol.views import Object, view


def open_item(account: Account, subscription: str, price: Object, quantity: int) -> Object:
    """An item; its period is its subscription's."""
    return account.new(
        "subscription_item",
        discounts=[],
        metadata={},
        price=price["id"],
        quantity=quantity,
        subscription=subscription,
        tax_rates=[],
    )


def chosen_price(account: Account, given: dict[str, Any], param: str) -> Object:
    """The recurring price named by `price`, or made from `price_data`."""
    if "price_data" in given:
        price = open_price(account, given["price_data"], param=f"{param}[price_data]".lstrip("["))
    elif "price" in given:
        price = account.get("price", given["price"], f"{param}[price]")
    else:
        raise StripeError(f"Missing required param: {param}[price].", code="parameter_missing", param=param)
    if price["type"] != "recurring":
        raise StripeError(
            "The price specified is set to `type=one_time` but this field only accepts prices with "
            "`type=recurring`.",
            param=f"{param}[price]",
        )
    return price


@view("subscription_item")
def _item(account: Account, row: Object) -> Object:
    subscription = account.get("subscription", row["subscription"])
    return {
        "current_period_end": subscription["_period_end"],
        "current_period_start": subscription["_period_start"],
        "price": account.show(account.get("price", row["price"])),
    }


@route("GET", "/v1/subscription_items/{item}")
def retrieve(call: Call) -> Object:
    return call.account.get("subscription_item", call.path["item"], "item")


@route("GET", "/v1/subscription_items")
def list_items(call: Call) -> Object:
    subscription = call.account.get("subscription", call.params["subscription"], "subscription")
    rows = [call.account.get("subscription_item", one) for one in subscription["_items"]]
    return page(call, rows, "subscription_item")
