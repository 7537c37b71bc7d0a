"""Payouts: the balance on its way to the organisation's bank."""

from sandbox.account import Account
from sandbox.agenda import timed
from sandbox.payments.balance_transaction import enter
from sandbox.protocol.call import Call
from sandbox.protocol.error import StripeError
from sandbox.protocol.listing import matching, page_of
from sandbox.protocol.routes import route
from sandbox.protocol.views import Object

_ON_THE_WAY_SECONDS = 2 * 24 * 3600


@route("POST", "/v1/payouts")
def create(call: Call) -> Object:
    account, amount = call.account, call.params["amount"]
    currency = call.params["currency"].lower()
    unpaid = [
        one
        for one in account.all("balance_transaction")
        if one["currency"] == currency and not one.get("_payout")
    ]
    if amount < 1 or amount > sum(one["net"] for one in unpaid):
        raise StripeError(
            "You have insufficient funds in your Stripe account for this transfer.",
            code="balance_insufficient",
        )
    row = account.new(
        "payout",
        amount=amount,
        arrival_date=account.now + _ON_THE_WAY_SECONDS,
        automatic=False,
        currency=currency,
        description=call.params.get("description"),
        destination="ba_sandbox",
        metadata=call.metadata,
        method=call.params.get("method", "standard"),
        reconciliation_status="not_applicable",
        source_type="card",
        statement_descriptor=call.params.get("statement_descriptor"),
        status="pending",
        type="bank_account",
    )
    row["balance_transaction"] = enter(account, row, kind="payout", amount=-amount)["id"]
    for one in [*unpaid, account.get("balance_transaction", row["balance_transaction"])]:
        one["_payout"] = row["id"]
        account.save(one)
    account.save(row)
    account.emit("payout.created", row)
    return row


@timed("payout", lambda row: row["arrival_date"] if row["status"] == "pending" else None)
def _arrive(account: Account, row: Object) -> None:
    row["status"] = "paid"
    account.save(row)
    account.emit("payout.paid", row, {"status": "pending"})


@route("GET", "/v1/payouts/{payout}")
def retrieve(call: Call) -> Object:
    return call.account.get("payout", call.path["payout"], "payout")


@route("GET", "/v1/payouts")
def list_payouts(call: Call) -> Object:
    return page_of(call, "payout", matching(call, "status", "destination"))
