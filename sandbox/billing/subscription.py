"""Subscriptions: a customer's standing promise."""

from typing import Any

from sandbox.account import Account
from sandbox.billing.collecting import collect
from sandbox.billing.invoice import draft, finalize
from sandbox.billing.invoice_line import lines_of
from sandbox.billing.period import next_end
from sandbox.billing.subscription_item import chosen_price, open_item
from sandbox.payments.payment_intent import LATER
from sandbox.protocol.call import Call
from sandbox.protocol.error import StripeError
from sandbox.protocol.listing import matching, page_of
from sandbox.protocol.routes import route
from sandbox.protocol.views import Object, list_of, view

_DAY = 24 * 3600
_ENDED = ("canceled", "incomplete_expired")


def open_subscription(
    account: Account, customer: Object, items: list[tuple[Object, int]], **fields: Any
) -> Object:
    """A new one over (price, quantity) pairs; `incomplete` until its first invoice is paid.

    With `trial_end` (epoch seconds) the first period is free and ends there.
    """
    now, recurring = account.now, items[0][0]["recurring"]
    trial_end = fields.pop("trial_end", None)
    row = account.new(
        "subscription",
        **_standing(customer, items[0][0]["currency"])
        | {
            "billing_cycle_anchor": trial_end or now,
            "start_date": now,
            "status": "trialing" if trial_end else "incomplete",
            "trial_end": trial_end,
            "trial_start": now if trial_end else None,
            "_items": [],
            "_period_start": now,
            "_period_end": trial_end
            or next_end(now, now, recurring["interval"], recurring["interval_count"]),
        }
        | fields,
    )
    row["_items"] = [open_item(account, row["id"], price, quantity)["id"] for price, quantity in items]
    if customer["currency"] is None:
        customer["currency"] = row["currency"]
        account.save(customer)
    account.save(row)
    account.emit("customer.subscription.created", row)
    return row


def _standing(customer: Object, currency: str) -> Object:
    return {
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_mode": {"type": "flexible", "flexible": {"proration_discounts": "included"}},
        "billing_schedules": [],
        "cancel_at_period_end": False,
        "cancellation_details": {"comment": None, "feedback": None, "reason": None},
        "collection_method": "charge_automatically",
        "currency": currency,
        "customer": customer["id"],
        "default_tax_rates": [],
        "discounts": [],
        "invoice_settings": {"account_tax_ids": None, "issuer": {"type": "self"}},
        "metadata": {},
        "payment_settings": {
            "payment_method_options": None,
            "payment_method_types": None,
            "save_default_payment_method": "off",
        },
        "test_clock": customer["test_clock"],
        "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
    }


@view("subscription")
def _subscription(account: Account, row: Object) -> Object:
    items = [account.show(account.get("subscription_item", one)) for one in row["_items"]]
    return {"items": list_of(items, f"/v1/subscription_items?subscription={row['id']}")}


@route("POST", "/v1/subscriptions")
def create(call: Call) -> Object:
    account, params = call.account, call.params
    customer = account.get("customer", params.get("customer", ""), "customer")
    given = params.get("items") or []
    if not given:
        raise StripeError("Missing required param: items.", code="parameter_missing", param="items")
    items = [
        (chosen_price(account, one, f"items[{place}]"), one.get("quantity", 1))
        for place, one in enumerate(given)
    ]
    method = params.get("default_payment_method") or None
    if method:
        account.get("payment_method", method, "default_payment_method")
    row = open_subscription(
        account,
        customer,
        items,
        default_payment_method=method,
        description=params.get("description") or None,
        metadata=call.metadata,
        trial_end=trial_end_of(account, params),
    )
    begin(account, row, pay=params.get("payment_behavior") != "default_incomplete")
    if params.get("payment_behavior") == "error_if_incomplete" and row["status"] == "incomplete":
        raise StripeError("Your card was declined.", status=402, kind="card_error", code="card_declined")
    return row


def trial_end_of(account: Account, given: dict[str, Any]) -> int | None:
    """The end of a trial asked for in days or as a moment."""
    if "trial_period_days" in given:
        return account.now + given["trial_period_days"] * _DAY
    end = given.get("trial_end")
    return end if isinstance(end, int) else None


def begin(
    account: Account,
    row: Object,
    *,
    pay: bool = True,
    presence: str = LATER,
    once: list[Object] | None = None,
) -> Object:
    """The first invoice, paid at once if possible. `once`: lines that are on this invoice alone."""
    lines = lines_of(account, row) + (once or [])
    invoice = draft(account, row, "subscription_create", lines)
    finalize(account, invoice)
    if pay and invoice["status"] == "open":
        collect(account, invoice, presence)
    return invoice


@route("GET", "/v1/subscriptions/{subscription_exposed_id}")
def retrieve(call: Call) -> Object:
    return call.account.get("subscription", call.path["subscription_exposed_id"])


@route("GET", "/v1/subscriptions")
def list_subscriptions(call: Call) -> Object:
    """Without a status, all that have not ended, as Stripe does."""
    status = call.params.get("status")
    same = matching(call, "customer", "collection_method", "test_clock")
    price = call.params.get("price")

    def keep(row: Object) -> bool:
        if not same(row) or not _has_status(row, status):
            return False
        items = [call.account.get("subscription_item", one) for one in row["_items"]]
        return price is None or any(item["price"] == price for item in items)

    return page_of(call, "subscription", keep)


def _has_status(row: Object, status: str | None) -> bool:
    if status == "all":
        return True
    if status is None:
        return row["status"] not in _ENDED
    return row["status"] in _ENDED if status == "ended" else row["status"] == status
