"""Customers."""

import secrets
from typing import Any

from sandbox.account import Account
from sandbox.billing.cancelling import cancel_now
from sandbox.payments.payment_method import attach
from sandbox.protocol.call import Call
from sandbox.protocol.listing import matching, page_of
from sandbox.protocol.routes import route
from sandbox.protocol.views import Object, list_of, part

_PLAIN = ("email", "name", "phone", "description", "address", "shipping", "preferred_locales")


def open_customer(account: Account, **fields: Any) -> Object:
    """A new customer and its event."""
    settings = {
        "custom_fields": None,
        "default_payment_method": None,
        "footer": None,
        "rendering_options": None,
    }
    row = account.new(
        "customer",
        **{
            "balance": 0,
            "delinquent": False,
            "invoice_prefix": secrets.token_hex(4).upper(),
            "invoice_settings": settings,
            "metadata": {},
            "next_invoice_sequence": 1,
            "preferred_locales": [],
            "tax_exempt": "none",
        }
        | fields,
    )
    account.emit("customer.created", row)
    return row


@route("POST", "/v1/customers")
def create(call: Call) -> Object:
    fields = {name: call.params[name] or None for name in _PLAIN if name in call.params}
    if clock := call.params.get("test_clock"):
        fields["test_clock"] = call.account.get("test_helpers.test_clock", clock, "test_clock")["id"]
    row = open_customer(call.account, metadata=call.metadata, **fields)
    _change_invoice_settings(call, row)
    if method := call.params.get("payment_method"):
        attach(call.account, method, row)
    return row


@route("GET", "/v1/customers/{customer}")
def retrieve(call: Call) -> Object:
    return call.account.get("customer", call.path["customer"])


@route("POST", "/v1/customers/{customer}")
def update(call: Call) -> Object:
    row = retrieve(call)
    before = {name: row[name] for name in _PLAIN if name in call.params}
    row |= {name: call.params[name] or None for name in before}
    call.change_metadata(row)
    _change_invoice_settings(call, row)
    call.account.save(row)
    call.account.emit("customer.updated", row, before)
    return row


@route("DELETE", "/v1/customers/{customer}")
def delete(call: Call) -> Object:
    row = retrieve(call)
    for subscription in call.account.all("subscription"):
        if subscription["customer"] == row["id"] and subscription["status"] != "canceled":
            cancel_now(call.account, subscription)
    call.account.emit("customer.deleted", row)
    call.account.remove(row)
    return {"id": row["id"], "object": "customer", "deleted": True}


@route("GET", "/v1/customers")
def list_customers(call: Call) -> Object:
    return page_of(call, "customer", matching(call, "email", "test_clock"))


@part("customer", "subscriptions")
def _subscriptions(account: Account, row: Object) -> Object:
    mine = [one for one in account.all("subscription") if one["customer"] == row["id"]]
    current = [account.show(one) for one in mine if one["status"] != "canceled"]
    return list_of(current, f"/v1/customers/{row['id']}/subscriptions")


def _change_invoice_settings(call: Call, row: Object) -> None:
    given = call.params.get("invoice_settings") or {}
    if "default_payment_method" in given:
        method = given["default_payment_method"] or None
        if method:
            call.account.get("payment_method", method, "invoice_settings[default_payment_method]")
        row["invoice_settings"]["default_payment_method"] = method
        call.account.save(row)
