"""Refunds: all of a charge or parts of it, as often as something is left."""

from typing import Any

from sandbox.account import Account
from sandbox.agenda import timed
from sandbox.payments.balance_transaction import enter
from sandbox.payments.card import card_of
from sandbox.payments.currency import check_amount
from sandbox.payments.fraud_warning import settle_warnings
from sandbox.protocol.call import Call
from sandbox.protocol.error import StripeError
from sandbox.protocol.listing import matching, page_of
from sandbox.protocol.routes import route
from sandbox.protocol.views import Object

_SETTLES_AFTER_SECONDS = 60


@route("POST", "/v1/refunds")
def create(call: Call) -> Object:
    charge = _charge_of(call)
    left = charge["amount"] - charge["amount_refunded"]
    amount = call.params.get("amount", left)
    check_amount(amount, charge["currency"], "amount")
    _require_refundable(charge, amount, left)
    return refund_charge(
        call.account, charge, amount, metadata=call.metadata, reason=call.params.get("reason")
    )


def refund_charge(account: Account, charge: Object, amount: int, **fields: Any) -> Object:
    """Gives `amount` minor units back. Stripe keeps its fee."""
    behaviour = _behaviour(account, charge)
    row = account.new(
        "refund",
        amount=amount,
        charge=charge["id"],
        currency=charge["currency"],
        destination_details=_destination(charge["payment_method_details"]["type"]),
        payment_intent=charge["payment_intent"],
        status="pending" if behaviour == "pending" else "succeeded",
        _settles_at=account.now + _SETTLES_AFTER_SECONDS if behaviour else None,
        **fields,
    )
    row["balance_transaction"] = enter(account, row, kind="refund", amount=-amount)["id"]
    account.save(row)
    _change_charge(account, charge, amount)
    account.emit("refund.created", row)
    account.emit("charge.refunded", charge, {"amount_refunded": charge["amount_refunded"] - amount})
    account.emit("refund.updated", row)
    return row


def _behaviour(account: Account, charge: Object) -> str:
    """What becomes of a refund: a card's own, and to a bank account it is on its way for a while."""
    method = account.get("payment_method", charge["payment_method"])
    return card_of(method["_number"]).refund if method["type"] == "card" else "pending"


def _destination(kind: str) -> Object:
    reference = {
        "type": "refund",
        "reference_status": "pending",
        "reference_type": "acquirer_reference_number",
    }
    return {"type": kind, "card": reference} if kind == "card" else {"type": kind}


def _change_charge(account: Account, charge: Object, amount: int) -> None:
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    account.save(charge)
    if charge["refunded"]:
        settle_warnings(account, charge)


@timed("refund", lambda row: row["_settles_at"])
def _settle(account: Account, row: Object) -> None:
    """Bank accounts and some test cards settle a refund later, for good or ill."""
    charge = account.get("charge", row["charge"])
    row["_settles_at"] = None
    if _behaviour(account, charge) == "failed":
        _fail(account, row, charge)
    elif row["status"] == "pending":
        row["status"] = "succeeded"
        account.save(row)
        account.emit("refund.updated", row, {"status": "pending"})


def _fail(account: Account, row: Object, charge: Object) -> None:
    _give_up(account, row, charge, status="failed", reason="expired_or_canceled_card")
    account.emit("refund.failed", row)
    account.emit("charge.refund.updated", row)


def _give_up(account: Account, row: Object, charge: Object, *, status: str, reason: str) -> None:
    """The money comes back to the account."""
    former = row["status"]
    row |= {"status": status, "failure_reason": reason, "_settles_at": None}
    entry = enter(account, row, kind="refund_failure", amount=row["amount"])
    row["failure_balance_transaction"] = entry["id"]
    account.save(row)
    _change_charge(account, charge, -row["amount"])
    account.emit("refund.updated", row, {"status": former})


def _charge_of(call: Call) -> Object:
    if "charge" in call.params:
        return call.account.get("charge", call.params["charge"], "charge")
    if "payment_intent" not in call.params:
        raise StripeError(
            "One of the following params should be provided for this request: payment_intent or charge.",
            code="parameter_missing",
        )
    intent = call.account.get("payment_intent", call.params["payment_intent"], "payment_intent")
    if intent["status"] != "succeeded":
        raise StripeError(
            "This PaymentIntent does not have a successful charge to refund.", param="payment_intent"
        )
    return call.account.get("charge", intent["latest_charge"])


def _require_refundable(charge: Object, amount: int, left: int) -> None:
    if charge["disputed"]:
        raise StripeError(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed"
        )
    if charge["refunded"]:
        raise StripeError(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if not charge["paid"]:
        raise StripeError(f"Charge {charge['id']} did not succeed; cannot issue a refund.")
    if amount < 1:
        raise StripeError("Invalid positive integer", code="parameter_invalid_integer", param="amount")
    if amount > left:
        raise StripeError(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})", param="amount"
        )


@route("POST", "/v1/refunds/{refund}/cancel")
def cancel(call: Call) -> Object:
    """A refund on its way is called back."""
    row = retrieve(call)
    if row["status"] not in ("pending", "requires_action"):
        raise StripeError("This refund cannot be canceled: it is not pending.")
    charge = call.account.get("charge", row["charge"])
    _give_up(call.account, row, charge, status="canceled", reason="merchant_request")
    return row


@route("GET", "/v1/refunds/{refund}")
def retrieve(call: Call) -> Object:
    return call.account.get("refund", call.path["refund"], "refund")


@route("POST", "/v1/refunds/{refund}")
def update(call: Call) -> Object:
    row = retrieve(call)
    call.change_metadata(row)
    call.account.save(row)
    call.account.emit("refund.updated", row)
    return row


@route("GET", "/v1/refunds")
def list_refunds(call: Call) -> Object:
    return page_of(call, "refund", matching(call, "charge", "payment_intent"))
