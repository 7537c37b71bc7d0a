"""Disputes: the cardholder asks the bank for the money back."""

from typing import Any

from sandbox.account import Account
from sandbox.agenda import timed
from sandbox.payments.balance_transaction import enter
from sandbox.payments.fraud_warning import settle_warnings
from sandbox.protocol.call import Call
from sandbox.protocol.error import StripeError
from sandbox.protocol.listing import matching, page_of
from sandbox.protocol.routes import route
from sandbox.protocol.views import Object, view

_EVIDENCE = [
    "access_activity_log",
    "billing_address",
    "cancellation_policy",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_communication",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "customer_signature",
    "duplicate_charge_documentation",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "receipt",
    "refund_policy",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "service_documentation",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_documentation",
    "shipping_tracking_number",
    "uncategorized_file",
    "uncategorized_text",
]
_ANSWER_WITHIN = 9 * 24 * 3600
_OPEN = ("needs_response", "under_review")
_ASKING = ("warning_needs_response", "warning_under_review")
INQUIRY = "warning_needs_response"


def dispute_charge(account: Account, charge: Object, reason: str, amount: int | None = None) -> Object:
    """The charge, or `amount` of it, is disputed and withdrawn at once, with the bank's fee.

    With the reason `inquiry` the bank only asks: no money moves, and the charge can still be refunded.
    """
    inquiry = reason == INQUIRY
    row = account.new(
        "dispute",
        amount=charge["amount"] if amount is None else amount,
        balance_transactions=[],
        charge=charge["id"],
        currency=charge["currency"],
        enhanced_eligibility_types=[],
        evidence=dict.fromkeys(_EVIDENCE) | {"enhanced_evidence": {}},
        evidence_details={
            "due_by": account.now + _ANSWER_WITHIN,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        is_charge_refundable=inquiry,
        metadata={},
        payment_intent=charge["payment_intent"],
        **_card_of(charge, inquiry=inquiry),
        reason="general" if inquiry else reason,
        status="warning_needs_response" if inquiry else "needs_response",
    )
    account.emit("charge.dispute.created", row)
    if inquiry:
        return row
    charge["disputed"] = True
    account.save(charge)
    settle_warnings(account, charge)
    fee = account.world.settings.dispute_fee
    _move(account, row, -row["amount"], fee)
    account.emit("charge.dispute.funds_withdrawn", row)
    account.emit("charge.updated", charge, {"disputed": False})
    return row


def _card_of(charge: Object, *, inquiry: bool) -> Object:
    """The dispute's card; of a bank account there is nothing to say."""
    card = charge["payment_method_details"].get("card")
    if card is None:
        return {}
    kind = "inquiry" if inquiry else "chargeback"
    details = {"brand": card["brand"], "case_type": kind, "network_reason_code": "10.4"}
    return {"payment_method_details": {"type": "card", "card": details}}


def decide(account: Account, row: Object, *, won: bool) -> None:
    """The bank's decision. A dispute that is won brings the amount back, and the fee; an inquiry just ends."""
    if row["status"] in _ASKING:
        row["status"] = "warning_closed"
        account.save(row)
        account.emit("charge.dispute.closed", row)
        return
    if row["status"] not in _OPEN:
        raise StripeError("This dispute is already closed.", code="resource_already_exists")
    row["status"] = "won" if won else "lost"
    account.save(row)
    if won:
        _move(account, row, row["amount"], -account.world.settings.dispute_fee)
        account.emit("charge.dispute.funds_reinstated", row)
    account.emit("charge.dispute.closed", row)


def _due(row: Object) -> int | None:
    unanswered = row["status"] in ("needs_response", "warning_needs_response")
    return row["evidence_details"]["due_by"] if unanswered else None


@timed("dispute", _due)
def _run_out(account: Account, row: Object) -> None:
    """Nobody answered in time."""
    row["evidence_details"]["past_due"] = True
    decide(account, row, won=False)


def _move(account: Account, row: Object, amount: int, fee: int) -> None:
    entry = enter(
        account,
        row,
        kind="adjustment",
        amount=amount,
        fee=fee,
        reporting_category="dispute" if amount < 0 else "dispute_reversal",
    )
    row["balance_transactions"].append(entry["id"])
    account.save(row)


@view("dispute")
def _dispute(account: Account, row: Object) -> Object:
    entries = [account.show(account.get("balance_transaction", one)) for one in row["balance_transactions"]]
    return {"balance_transactions": entries, "evidence": dict(row["evidence"])}


@route("GET", "/v1/disputes/{dispute}")
def retrieve(call: Call) -> Object:
    return call.account.get("dispute", call.path["dispute"], "dispute")


@route("POST", "/v1/disputes/{dispute}")
def update(call: Call) -> Object:
    """Evidence and metadata. The texts `winning_evidence` and `losing_evidence` decide, as at Stripe."""
    row = retrieve(call)
    if row["status"] not in _OPEN + _ASKING and "evidence" in call.params:
        raise StripeError("This dispute is already closed.", code="resource_already_exists")
    evidence: dict[str, Any] = call.params.get("evidence") or {}
    row["evidence"] |= {name: value or None for name, value in evidence.items() if name in row["evidence"]}
    call.change_metadata(row)
    if evidence:
        row["evidence_details"]["has_evidence"] = True
    submitted = bool(evidence) and call.params.get("submit", True)
    if submitted:
        row["evidence_details"]["submission_count"] += 1
        row["status"] = "warning_under_review" if row["status"] in _ASKING else "under_review"
    call.account.save(row)
    call.account.emit("charge.dispute.updated", row)
    text = row["evidence"]["uncategorized_text"]
    if submitted and text in ("winning_evidence", "losing_evidence"):
        decide(call.account, row, won=text == "winning_evidence")
    return row


@route("POST", "/v1/disputes/{dispute}/close")
def close(call: Call) -> Object:
    row = retrieve(call)
    decide(call.account, row, won=False)
    return row


@route("GET", "/v1/disputes")
def list_disputes(call: Call) -> Object:
    return page_of(call, "dispute", matching(call, "charge", "payment_intent"))
