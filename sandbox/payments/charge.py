"""Charges: one attempt each to take money from a card or a bank account."""

from typing import Any

from sandbox.account import Account
from sandbox.payments.balance_transaction import bank_fee_for, enter, fee_for
from sandbox.payments.bank_account import bank_account_of
from sandbox.payments.card import Card
from sandbox.payments.payment_method import card_behind
from sandbox.protocol.call import Call
from sandbox.protocol.listing import matching, page_of
from sandbox.protocol.routes import route
from sandbox.protocol.views import Object, list_of, part

#: A score that Stripe might give, for each level of risk.
_SCORES = {"normal": 12, "elevated": 67, "highest": 92}


def succeed(account: Account, intent: Object, method: Object) -> Object:
    """Takes the intent's amount; the money is in the balance at once."""
    row = _accepted(account, intent, method)
    _take(account, row, row["amount"])
    account.emit("charge.succeeded", row)
    return row


def authorise(account: Account, intent: Object, method: Object, *, until: int) -> Object:
    """Holds the intent's amount on the card `until` (epoch seconds); nothing is in the balance."""
    row = _accepted(account, intent, method)
    row["payment_method_details"]["card"]["capture_before"] = until
    account.save(row)
    account.emit("charge.succeeded", row)
    return row


def capture(account: Account, row: Object, amount: int) -> None:
    """Takes `amount` of what is held; the rest is let go."""
    left = row["amount"] - amount
    _take(account, row, amount)
    if left:
        row["amount_refunded"] = left
        account.save(row)
    account.emit("charge.captured", row)


def ask_bank(account: Account, intent: Object, method: Object) -> Object:
    """Asks the payer's bank for the intent's amount; it answers later."""
    row = _attempt(account, intent, method, paid=False, captured=True, status="pending", amount_captured=0)
    account.emit("charge.pending", row)
    return row


def arrive(account: Account, row: Object) -> None:
    """The bank has paid; the money is in the balance."""
    row |= {"status": "succeeded", "paid": True}
    row["outcome"] = _outcome("authorized", "approved_by_network", "Payment complete.")
    _take(account, row, row["amount"])
    account.emit("charge.succeeded", row)


def bounce(account: Account, row: Object, *, code: str, message: str) -> None:
    """The bank has refused; nothing was taken."""
    row |= {"status": "failed", "captured": False, "failure_code": code, "failure_message": message}
    row["outcome"] = _outcome("issuer_declined", code, "The bank returned a decline.")
    account.save(row)
    account.emit("charge.failed", row)


def _accepted(account: Account, intent: Object, method: Object) -> Object:
    row = _attempt(account, intent, method, paid=True, captured=False, status="succeeded", amount_captured=0)
    row["outcome"] = _outcome("authorized", "approved_by_network", "Payment complete.")
    row["outcome"] |= {
        "risk_level": card_behind(method).risk,
        "risk_score": _SCORES[card_behind(method).risk],
    }
    account.save(row)
    return row


def _take(account: Account, row: Object, amount: int) -> None:
    kind = row["payment_method_details"]["type"]
    fee = fee_for(account, amount) if kind == "card" else bank_fee_for(kind, amount)
    row |= {"captured": True, "amount_captured": amount}
    row["balance_transaction"] = enter(account, row, kind="charge", amount=amount, fee=fee)["id"]
    row["receipt_url"] = f"{account.world.url}/receipts/{row['id']}"
    account.save(row)


def fail(account: Account, intent: Object, method: Object, card: Card) -> Object:
    """An attempt that the card refused."""
    row = _attempt(account, intent, method, paid=False, captured=False, status="failed", amount_captured=0)
    row |= {"failure_code": card.code, "failure_message": card.message}
    reason = card.refusal or card.later_refusal or "authentication_required"
    row["outcome"] = _outcome("issuer_declined", reason, "The bank returned a decline.")
    row["outcome"] |= {"network_decline_code": "01", "network_status": "declined_by_network"}
    if card.risk == "highest":
        row["outcome"] |= {
            "network_status": "not_sent_to_network",
            "reason": "highest_risk_level",
            "risk_level": "highest",
            "risk_score": _SCORES["highest"],
            "seller_message": "Stripe blocked this payment as too risky.",
            "type": "blocked",
        }
    account.save(row)
    account.emit("charge.failed", row)
    return row


def _attempt(account: Account, intent: Object, method: Object, **fields: Any) -> Object:
    kind = method["type"]
    used = (
        _used_card(method["card"], intent["amount"])
        if kind == "card"
        else bank_account_of(method["_number"], kind).as_used
    )
    return account.new(
        "charge",
        amount=intent["amount"],
        amount_refunded=0,
        billing_details=method["billing_details"],
        calculated_statement_descriptor="SANDBOX",
        currency=intent["currency"],
        customer=intent["customer"],
        description=intent["description"],
        disputed=False,
        fraud_details={},
        metadata=dict(intent["metadata"]),
        payment_intent=intent["id"],
        payment_method=method["id"],
        payment_method_details={"type": kind, kind: used},
        receipt_email=intent["receipt_email"],
        refunded=False,
        statement_descriptor=intent["statement_descriptor"],
        statement_descriptor_suffix=intent["statement_descriptor_suffix"],
        transfer_group=intent["transfer_group"],
        **fields,
    )


def _used_card(card: Object, amount: int) -> Object:
    kept = (
        "brand",
        "checks",
        "country",
        "exp_month",
        "exp_year",
        "fingerprint",
        "funding",
        "last4",
        "wallet",
    )
    return {name: card[name] for name in kept} | {
        "amount_authorized": amount,
        "authorization_code": None,
        "extended_authorization": {"status": "disabled"},
        "incremental_authorization": {"status": "unavailable"},
        "installments": None,
        "mandate": None,
        "multicapture": {"status": "unavailable"},
        "network": card["brand"],
        "network_token": {"used": False},
        "network_transaction_id": None,
        "overcapture": {"maximum_amount_capturable": amount, "status": "unavailable"},
        "regulated_status": "unregulated",
        "three_d_secure": None,
    }


def _outcome(kind: str, reason: str, message: str) -> Object:
    approved = kind == "authorized"
    return {
        "advice_code": None if approved else "try_again_later",
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": reason if approved else "declined_by_network",
        "reason": None if approved else reason,
        "risk_level": "normal",
        "risk_score": 12,
        "seller_message": message,
        "type": kind,
    }


@route("GET", "/v1/charges/{charge}")
def retrieve(call: Call) -> Object:
    return call.account.get("charge", call.path["charge"])


@route("POST", "/v1/charges/{charge}")
def update(call: Call) -> Object:
    row = retrieve(call)
    if "description" in call.params:
        row["description"] = call.params["description"]
    call.change_metadata(row)
    call.account.save(row)
    call.account.emit("charge.updated", row)
    return row


@route("GET", "/v1/charges")
def list_charges(call: Call) -> Object:
    return page_of(call, "charge", matching(call, "customer", "payment_intent", "transfer_group"))


@part("charge", "refunds")
def _refunds(account: Account, row: Object) -> Object:
    mine = [account.show(one) for one in reversed(account.all("refund")) if one["charge"] == row["id"]]
    return list_of(mine, f"/v1/charges/{row['id']}/refunds")
