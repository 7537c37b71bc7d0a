"""The lines of an invoice: what is charged, for which period."""

from sandbox.account import Account, new_id
from sandbox.amounts import rhythm, written
from sandbox.protocol.views import Object


def lines_of(account: Account, subscription: Object) -> list[Object]:
    """A line for each item, over the subscription's present period."""
    items = [account.get("subscription_item", one) for one in subscription["_items"]]
    trialing = subscription["status"] == "trialing"
    return [_line_of_item(account, subscription, item, free=trialing) for item in items]


def line_of_price(account: Account, price: Object, quantity: int) -> Object:
    """A line that stands on one invoice alone."""
    product = account.get("product", price["product"])
    return _line(account, price, quantity, description=product["name"], period=(account.now, account.now))


def _line_of_item(account: Account, subscription: Object, item: Object, *, free: bool) -> Object:
    price = account.get("price", item["price"])
    name = account.get("product", price["product"])["name"]
    recurring = price["recurring"]
    amount = written(price["unit_amount"], price["currency"])
    pace = rhythm(recurring["interval"], recurring["interval_count"]).replace("every", "/", 1)
    text = f"Trial period for {name}" if free else f"{item['quantity']} × {name} (at {amount} {pace})"
    period = (subscription["_period_start"], subscription["_period_end"])
    line = _line(account, price, item["quantity"], description=text, period=period)
    line["parent"] = {
        "invoice_item_details": None,
        "subscription_item_details": {
            "invoice_item": None,
            "proration": False,
            "proration_details": {"credited_items": None},
            "subscription": subscription["id"],
            "subscription_item": item["id"],
        },
        "type": "subscription_item_details",
    }
    line["subscription"] = subscription["id"]
    return line | ({"amount": 0, "subtotal": 0} if free else {})


def _line(
    account: Account, price: Object, quantity: int, *, description: str, period: tuple[int, int]
) -> Object:
    amount = price["unit_amount"] * quantity
    return {
        "id": new_id("line_item"),
        "object": "line_item",
        "amount": amount,
        "currency": price["currency"],
        "description": description,
        "discount_amounts": [],
        "discountable": True,
        "discounts": [],
        "invoice": None,
        "livemode": False,
        "metadata": {},
        "parent": None,
        "period": {"start": period[0], "end": period[1]},
        "pretax_credit_amounts": [],
        "pricing": {
            "price_details": {"price": price["id"], "product": price["product"]},
            "type": "price_details",
            "unit_amount_decimal": price["unit_amount_decimal"],
        },
        "quantity": quantity,
        "subtotal": amount,
        "subscription": None,
        "taxes": [],
    }
