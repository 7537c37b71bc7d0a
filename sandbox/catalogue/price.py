"""Prices: an amount, once or in a rhythm."""

from decimal import Decimal
from typing import Any

from sandbox.account import Account
from sandbox.catalogue.product import open_product
from sandbox.payments.currency import check_amount
from sandbox.protocol.call import Call
from sandbox.protocol.error import StripeError, missing_parameter
from sandbox.protocol.listing import matching, page_of
from sandbox.protocol.routes import route
from sandbox.protocol.views import Object

_LONGEST = {"day": 1095, "week": 156, "month": 36, "year": 3}


def open_price(
    account: Account,
    given: dict[str, Any],
    *,
    param: str = "",
    active: bool = True,
    metadata: dict[str, str] | None = None,
) -> Object:
    """A price from parameters of Stripe's `price_data`. `param` is where they stood, for the refusal."""
    amount = _amount(given, param)
    check_amount(amount, _currency(given["currency"], param), _inside(param, "unit_amount"))
    product = _product(account, given, param)
    recurring = given.get("recurring")
    row = account.new(
        "price",
        active=active,
        billing_scheme="per_unit",
        currency=_currency(given["currency"], param),
        metadata=metadata or {},
        product=product["id"],
        recurring=_recurring(recurring, param) if recurring else None,
        tax_behavior=given.get("tax_behavior", "unspecified"),
        type="recurring" if recurring else "one_time",
        unit_amount=amount,
        unit_amount_decimal=str(amount),
    )
    row |= {name: given[name] for name in ("nickname", "lookup_key") if name in given}
    account.save(row)
    return row


def _amount(given: dict[str, Any], param: str) -> int:
    name = _inside(param, "unit_amount")
    if "unit_amount" not in given and "unit_amount_decimal" not in given:
        raise missing_parameter(name)
    amount = given["unit_amount"] if "unit_amount" in given else int(Decimal(given["unit_amount_decimal"]))
    if amount < 0:
        raise StripeError("Invalid non-negative integer", code="parameter_invalid_integer", param=name)
    return amount


def _product(account: Account, given: dict[str, Any], param: str) -> Object:
    if "product" in given:
        return account.get("product", given["product"], _inside(param, "product"))
    if "product_data" not in given:
        raise missing_parameter(_inside(param, "product"))
    data = given["product_data"]
    return open_product(account, data, metadata=data.get("metadata") or {}, is_new=False)


def _currency(code: str, param: str) -> str:
    if len(code) != 3 or not code.isalpha():
        raise StripeError(
            f"Invalid currency: {code}.", code="invalid_currency", param=_inside(param, "currency")
        )
    return code.lower()


def _recurring(given: dict[str, Any], param: str) -> Object:
    count = given.get("interval_count", 1)
    if not 1 <= count <= _LONGEST[given["interval"]]:
        raise StripeError(
            "The interval must be between one day and three years.", param=_inside(param, "recurring")
        )
    return {
        "interval": given["interval"],
        "interval_count": count,
        "meter": None,
        "usage_type": "licensed",
    }


def _inside(param: str, name: str) -> str:
    return f"{param}[{name}]" if param else name


@route("POST", "/v1/prices")
def create(call: Call) -> Object:
    row = open_price(
        call.account, call.params, active=call.params.get("active", True), metadata=call.metadata
    )
    call.account.emit("price.created", row)
    return row


@route("GET", "/v1/prices/{price}")
def retrieve(call: Call) -> Object:
    return call.account.get("price", call.path["price"], "price")


@route("POST", "/v1/prices/{price}")
def update(call: Call) -> Object:
    row = retrieve(call)
    row |= {name: call.params[name] for name in ("active", "nickname", "lookup_key") if name in call.params}
    call.change_metadata(row)
    call.account.save(row)
    call.account.emit("price.updated", row)
    return row


@route("GET", "/v1/prices")
def list_prices(call: Call) -> Object:
    return page_of(call, "price", matching(call, "active", "currency", "product", "type"))
