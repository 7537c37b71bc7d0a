"""Payouts: the balance on its way to the organisation's bank."""

from typing import Any

from sandbox.account import Account
from sandbox.agenda import timed
from sandbox.payments.balance_transaction import enter
from sandbox.protocol.call import Call
from sandbox.protocol.error import StripeError
from sandbox.protocol.listing import matching, page_of
from sandbox.protocol.routes import route
from sandbox.protocol.views import Object

_ON_THE_WAY_SECONDS = 2 * 24 * 3600


def pay_out_all(account: Account, currency: str) -> Object | None:
    """An automatic payout of everything that is available by now; None where that is nothing."""
    ready = [one for one in _unpaid(account, currency) if one["available_on"] <= account.now]
    amount = sum(one["net"] for one in ready)
    return _send(account, ready, amount, currency, automatic=True) if amount > 0 else None


def _unpaid(account: Account, currency: str) -> list[Object]:
    rows = account.all("balance_transaction")
    return [one for one in rows if one["currency"] == currency and not one.get("_payout")]


def _send(account: Account, covered: list[Object], amount: int, currency: str, **fields: Any) -> Object:
    row = account.new(
        "payout",
        **{
            "amount": amount,
            "arrival_date": account.now + _ON_THE_WAY_SECONDS,
            "automatic": False,
            "currency": currency,
            "destination": "ba_sandbox",
            "metadata": {},
            "method": "standard",
            "reconciliation_status": "completed" if fields.get("automatic") else "not_applicable",
            "source_type": "card",
            "status": "pending",
            "type": "bank_account",
        }
        | fields,
    )
    row["balance_transaction"] = enter(account, row, kind="payout", amount=-amount)["id"]
    for one in [*covered, account.get("balance_transaction", row["balance_transaction"])]:
        one["_payout"] = row["id"]
        account.save(one)
    account.save(row)
    account.emit("payout.created", row)
    if row["automatic"]:
        account.emit("payout.reconciliation_completed", row)
    return row


@route("POST", "/v1/payouts")
def create(call: Call) -> Object:
    account, amount = call.account, call.params["amount"]
    currency = call.params["currency"].lower()
    unpaid = _unpaid(account, currency)
    if amount < 1 or amount > sum(one["net"] for one in unpaid):
        raise StripeError(
            "You have insufficient funds in your Stripe account for this transfer.",
            code="balance_insufficient",
        )
    plain = ("description", "method", "statement_descriptor")
    given = {name: call.params[name] for name in plain if name in call.params}
    return _send(account, unpaid, amount, currency, metadata=call.metadata, **given)


@timed("payout", lambda row: row["arrival_date"] if row["status"] == "pending" else None)
def _arrive(account: Account, row: Object) -> None:
    row["status"] = "paid"
    account.save(row)
    account.emit("payout.paid", row, {"status": "pending"})


def bounce(account: Account, row: Object) -> None:
    """The bank sends the money back; what the payout had covered is unpaid again."""
    if row["status"] not in ("pending", "in_transit", "paid"):
        raise StripeError("This payout has ended already.")
    _take_back(account, row, status="failed", kind="payout_failure")
    row |= {"failure_code": "account_closed", "failure_message": "The bank account has been closed."}
    account.save(row)
    account.emit("payout.failed", row)


@route("POST", "/v1/payouts/{payout}/cancel")
def cancel(call: Call) -> Object:
    row = retrieve(call)
    if row["status"] != "pending":
        raise StripeError("Payouts can only be canceled while they are pending.")
    _take_back(call.account, row, status="canceled", kind="payout_cancel")
    call.account.emit("payout.canceled", row)
    return row


def _take_back(account: Account, row: Object, *, status: str, kind: str) -> None:
    entry = enter(account, row, kind=kind, amount=row["amount"])
    row |= {"status": status, "failure_balance_transaction": entry["id"]}
    account.save(row)


@route("GET", "/v1/payouts/{payout}")
def retrieve(call: Call) -> Object:
    return call.account.get("payout", call.path["payout"], "payout")


@route("POST", "/v1/payouts/{payout}")
def update(call: Call) -> Object:
    row = retrieve(call)
    with call.account.changing(row, "payout.updated"):
        call.change_metadata(row)
    return row


@route("GET", "/v1/payouts")
def list_payouts(call: Call) -> Object:
    return page_of(call, "payout", matching(call, "status", "destination"))
