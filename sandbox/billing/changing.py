"""Changing a subscription: its price, its end, its pause, its card."""

from typing import Any

from sandbox.account import Account
from sandbox.billing.collecting import collect
from sandbox.billing.invoice import draft, finalize
from sandbox.billing.invoice_line import lines_of
from sandbox.billing.period import next_end
from sandbox.billing.subscription import retrieve
from sandbox.billing.subscription_item import chosen_price, open_item
from sandbox.payments.payment_intent import LATER
from sandbox.protocol.call import Call
from sandbox.protocol.error import StripeError
from sandbox.protocol.routes import route
from sandbox.protocol.views import Object


@route("POST", "/v1/subscriptions/{subscription_exposed_id}")
def update(call: Call) -> Object:
    row, params, account = retrieve(call), call.params, call.account
    ended = row["status"] in ("canceled", "incomplete_expired")
    if ended and set(params) - {"metadata", "cancellation_details"}:
        raise StripeError("A canceled subscription can only update its cancellation_details and metadata.")
    with account.changing(row, "customer.subscription.updated"):
        call.change_metadata(row)
        _change_plain(account, row, params)
        _change_end(account, row, params)
        _change_trial(account, row, params)
        change_items(account, row, params.get("items") or [], params.get("proration_behavior"))
    return row


@route("POST", "/v1/subscription_items/{item}")
def update_item(call: Call) -> Object:
    row = call.account.get("subscription_item", call.path["item"], "item")
    subscription = call.account.get("subscription", row["subscription"])
    names = ("price", "price_data", "quantity", "metadata")
    given = {name: call.params[name] for name in names if name in call.params} | {"id": row["id"]}
    with call.account.changing(subscription, "customer.subscription.updated"):
        change_items(call.account, subscription, [given], call.params.get("proration_behavior"))
    return row


def change_items(account: Account, row: Object, given: list[dict[str, Any]], proration: str | None) -> None:
    """New prices count from the next invoice; another rhythm begins a new period now, and is invoiced now."""
    rhythm = _rhythm(account, row)
    for place, one in enumerate(given):
        _change_item(account, row, one, f"items[{place}]", proration)
    if given and _rhythm(account, row) != rhythm:
        now, (interval, count) = account.now, _rhythm(account, row)
        row |= {
            "billing_cycle_anchor": now,
            "_period_start": now,
            "_period_end": next_end(now, now, interval, count),
        }
        account.save(row)
        invoice = draft(account, row, "subscription_update", lines_of(account, row))
        finalize(account, invoice)
        if invoice["status"] == "open":
            collect(account, invoice, LATER)


def _rhythm(account: Account, row: Object) -> tuple[str, int]:
    item = account.get("subscription_item", row["_items"][0])
    recurring = account.get("price", item["price"])["recurring"]
    return recurring["interval"], recurring["interval_count"]


def _change_item(
    account: Account, row: Object, given: dict[str, Any], param: str, proration: str | None
) -> None:
    if {"price", "price_data", "quantity", "deleted"} & set(given) and proration != "none":
        raise StripeError(
            "This sandbox computes no prorations. Pass proration_behavior=none.", param="proration_behavior"
        )
    if "id" not in given:
        price = chosen_price(account, given, param)
        row["_items"].append(open_item(account, row["id"], price, given.get("quantity", 1))["id"])
        return
    item = account.get("subscription_item", given["id"], f"{param}[id]")
    if item["subscription"] != row["id"]:
        raise StripeError(
            f"No such subscription_item: '{item['id']}'", code="resource_missing", param=f"{param}[id]"
        )
    if given.get("deleted"):
        _remove_item(account, row, item)
        return
    if "price" in given or "price_data" in given:
        item["price"] = _same_currency(chosen_price(account, given, param), row)["id"]
    if "quantity" in given:
        item["quantity"] = given["quantity"]
    if "metadata" in given:
        item["metadata"] = {} if given["metadata"] == "" else item["metadata"] | given["metadata"]
    account.save(item)


def _same_currency(price: Object, row: Object) -> Object:
    if price["currency"] != row["currency"]:
        raise StripeError(
            f"The price specified only supports `{price['currency']}`. This doesn't match the expected "
            f"currency: `{row['currency']}`.",
        )
    return price


def _remove_item(account: Account, row: Object, item: Object) -> None:
    if len(row["_items"]) == 1:
        raise StripeError("A subscription must have at least one active plan.")
    row["_items"].remove(item["id"])
    account.remove(item)


def _change_plain(account: Account, row: Object, params: dict[str, Any]) -> None:
    if "default_payment_method" in params:
        method = params["default_payment_method"] or None
        if method:
            account.get("payment_method", method, "default_payment_method")
        row["default_payment_method"] = method
    if "description" in params:
        row["description"] = params["description"] or None
    if "pause_collection" in params:
        pause = params["pause_collection"] or None
        row["pause_collection"] = {"resumes_at": None} | pause if pause else None
    for name, value in (params.get("cancellation_details") or {}).items():
        row["cancellation_details"][name] = value or None


def _change_end(account: Account, row: Object, params: dict[str, Any]) -> None:
    if "cancel_at_period_end" in params:
        ends = params["cancel_at_period_end"]
        _set_end(account, row, row["_period_end"] if ends else None, at_period_end=ends)
    elif "cancel_at" in params:
        moment = params["cancel_at"]
        moment = row["_period_end"] if moment in ("min_period_end", "max_period_end") else moment or None
        _set_end(account, row, moment, at_period_end=False)


def _set_end(account: Account, row: Object, moment: int | None, *, at_period_end: bool) -> None:
    row |= {"cancel_at": moment, "cancel_at_period_end": at_period_end}
    row["canceled_at"] = account.now if moment else None
    row["cancellation_details"]["reason"] = "cancellation_requested" if moment else None


def _change_trial(account: Account, row: Object, params: dict[str, Any]) -> None:
    """A trial on a running subscription puts the next payment off to its end."""
    if "trial_end" not in params:
        return
    end = account.now if params["trial_end"] == "now" else params["trial_end"]
    if end < account.now:
        raise StripeError(
            "Invalid timestamp: must be an integer Unix timestamp in the future.", param="trial_end"
        )
    row |= {"billing_cycle_anchor": end, "trial_end": end, "_period_end": end, "status": "trialing"}
    row["trial_start"] = row["trial_start"] or account.now
