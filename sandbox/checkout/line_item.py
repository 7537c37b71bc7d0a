"""What a checkout session sells: prices and how many of each."""

from typing import Any

from sandbox.account import Account, new_id
from sandbox.amounts import written
from sandbox.catalogue.price import open_price
from sandbox.payments.currency import smallest
from sandbox.protocol.error import StripeError, missing_parameter
from sandbox.protocol.views import Object


def read_lines(account: Account, given: list[dict[str, Any]], mode: str) -> list[Object]:
    """The session's lines. Raises StripeError for prices that do not fit the mode or one another."""
    lines = [_read_line(account, one, f"line_items[{place}]") for place, one in enumerate(given)]
    prices = [account.get("price", line["price"]) for line in lines]
    recurring = [price for price in prices if price["type"] == "recurring"]
    if mode == "payment" and recurring:
        raise StripeError(
            "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode "
            "or use only one-time prices.",
            param="line_items[0]",
        )
    if mode == "subscription" and not recurring:
        raise StripeError(
            "You must provide at least one recurring price in `subscription` mode when using prices.",
            param="line_items[0]",
        )
    if len({price["currency"] for price in prices}) > 1:
        raise StripeError("All prices on a Checkout Session must have the same currency.", param="line_items")
    if len({(one["recurring"]["interval"], one["recurring"]["interval_count"]) for one in recurring}) > 1:
        raise StripeError(
            "Checkout does not support multiple prices with different billing intervals.", param="line_items"
        )
    return lines


def require_enough(total: int, currency: str) -> None:
    """Stripe takes no payment below a few cents."""
    least = smallest(currency)
    if total < least:
        raise StripeError(
            "The Checkout Session's total amount due must add up to at least "
            f"{written(least, currency)} {currency}",
            code="amount_too_small",
            param="line_items",
        )


def _read_line(account: Account, given: dict[str, Any], param: str) -> Object:
    if "price_data" in given:
        price = open_price(account, given["price_data"], param=f"{param}[price_data]", active=False)
    elif "price" in given:
        price = account.get("price", given["price"], f"{param}[price]")
        if not price["active"]:
            raise StripeError(
                "The price specified is inactive. This field only accepts active prices.",
                param=f"{param}[price]",
            )
    else:
        raise missing_parameter(f"{param}[price]")
    if "quantity" not in given:
        raise missing_parameter(f"{param}[quantity]")
    if given["quantity"] < 1:
        raise StripeError(
            "Invalid positive integer", code="parameter_invalid_integer", param=f"{param}[quantity]"
        )
    return {"id": new_id("item"), "price": price["id"], "quantity": given["quantity"]}


def amount_of(account: Account, line: Object) -> int:
    return account.get("price", line["price"])["unit_amount"] * line["quantity"]


def due_now(account: Account, lines: list[Object], subscription_data: dict[str, Any]) -> int:
    """What is paid on the page: with a trial, only what does not come again."""
    trial = bool({"trial_period_days", "trial_end"} & set(subscription_data))
    due = [line for line in lines if not trial or not account.get("price", line["price"])["recurring"]]
    return sum(amount_of(account, line) for line in due)


def shown_line(account: Account, line: Object) -> Object:
    price = account.get("price", line["price"])
    amount = amount_of(account, line)
    return {
        "id": line["id"],
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": price["currency"],
        "description": account.get("product", price["product"])["name"],
        "metadata": {},
        "price": account.show(price),
        "quantity": line["quantity"],
    }
