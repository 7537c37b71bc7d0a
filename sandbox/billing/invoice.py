"""Invoices: drafted, finalized, then paid, voided or given up."""

from typing import Any

from sandbox.account import Account
from sandbox.billing.invoice_payment import payments_of, request_payment
from sandbox.protocol.views import Object, list_of, part, view

_NOTHING_YET = (
    "amount_overpaid",
    "amount_paid",
    "amount_paid_off_stripe",
    "amount_shipping",
    "attempt_count",
    "post_payment_credit_notes_amount",
    "pre_payment_credit_notes_amount",
    "starting_balance",
)
_EMPTY = (
    "default_tax_rates",
    "discounts",
    "total_discount_amounts",
    "total_pretax_credit_amounts",
    "total_taxes",
    "customer_tax_ids",
)


def draft(account: Account, subscription: Object, reason: str, lines: list[Object], **fields: Any) -> Object:
    """A new invoice of a subscription."""
    customer = account.get("customer", subscription["customer"])
    total = sum(line["amount"] for line in lines)
    row = account.new(
        "invoice",
        **_blank(customer, subscription)
        | {
            "amount_due": total,
            "amount_remaining": total,
            "billing_reason": reason,
            "subtotal": total,
            "subtotal_excluding_tax": total,
            "total": total,
            "total_excluding_tax": total,
            "_lines": lines,
        }
        | fields,
    )
    for line in lines:
        line["invoice"] = row["id"]
    subscription["latest_invoice"] = row["id"]
    account.save(subscription)
    account.save(row)
    account.emit("invoice.created", row)
    return row


def _blank(customer: Object, subscription: Object) -> Object:
    moments = ("finalized_at", "marked_uncollectible_at", "paid_at", "voided_at")
    settings = ("default_mandate", "payment_method_options", "payment_method_types")
    tax = ("disabled_reason", "liability", "provider", "status")
    start = subscription["_period_start"]
    fixed = {
        "account_country": "US",
        "account_name": "Sandbox",
        "attempted": False,
        "auto_advance": True,
        "automatic_tax": dict.fromkeys(tax) | {"enabled": False},
        "collection_method": "charge_automatically",
        "currency": subscription["currency"],
        "customer": customer["id"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_tax_exempt": "none",
        "issuer": {"type": "self"},
        "metadata": {},
        "parent": _parent(subscription),
        "payment_settings": dict.fromkeys(settings),
        "period_end": start,
        "period_start": start,
        "status": "draft",
        "status_transitions": dict.fromkeys(moments),
        "test_clock": customer["test_clock"],
        "_subscription": subscription["id"],
        "_intent": None,
        "_payments": [],
    }
    return dict.fromkeys(_NOTHING_YET, 0) | {name: [] for name in _EMPTY} | fixed


def _parent(subscription: Object) -> Object:
    details = {"metadata": dict(subscription["metadata"]), "subscription": subscription["id"]}
    return {"quote_details": None, "subscription_details": details, "type": "subscription_details"}


def finalize(account: Account, row: Object) -> None:
    """From draft to open, with a number and a payment to be made; nothing due is paid at once."""
    customer = account.get("customer", row["customer"])
    row |= {"status": "open", "effective_at": account.now, "automatically_finalizes_at": None}
    row["number"] = f"{customer['invoice_prefix']}-{customer['next_invoice_sequence']:04d}"
    row["hosted_invoice_url"] = f"{account.world.url}/invoices/{row['id']}"
    row["status_transitions"]["finalized_at"] = account.now
    customer["next_invoice_sequence"] += 1
    account.save(customer)
    if row["amount_due"]:
        request_payment(account, row)
    account.save(row)
    account.emit("invoice.finalized", row)
    if not row["amount_due"]:
        mark_paid(account, row)


def mark_paid(account: Account, row: Object) -> None:
    """The money is there, or none was due."""
    row |= {"status": "paid", "amount_paid": row["amount_due"], "amount_remaining": 0, "attempted": True}
    row |= {"auto_advance": False, "next_payment_attempt": None}
    row["status_transitions"]["paid_at"] = account.now
    account.save(row)
    account.emit("invoice.paid", row)
    account.emit("invoice.payment_succeeded", row)


def close(account: Account, row: Object, status: str) -> None:
    """Void or uncollectible: nothing is asked for any more."""
    moment, event = {
        "void": ("voided_at", "invoice.voided"),
        "uncollectible": ("marked_uncollectible_at", "invoice.marked_uncollectible"),
    }[status]
    row |= {"status": status, "auto_advance": False, "next_payment_attempt": None}
    row["status_transitions"][moment] = account.now
    account.save(row)
    account.emit(event, row)


@view("invoice")
def _invoice(account: Account, row: Object) -> Object:
    return {"lines": list_of([dict(line) for line in row["_lines"]], f"/v1/invoices/{row['id']}/lines")}


@part("invoice", "payments")
def _payments(account: Account, row: Object) -> Object:
    return list_of([account.show(one) for one in payments_of(account, row)], "/v1/invoice_payments")
