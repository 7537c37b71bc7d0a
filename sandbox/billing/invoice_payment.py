"""Invoice payments: what ties an invoice to the payment intent that pays it."""

from sandbox.account import Account
from sandbox.payments.payment_intent import open_intent
from sandbox.protocol.call import Call
from sandbox.protocol.listing import page_of
from sandbox.protocol.routes import route
from sandbox.protocol.views import Object


def request_payment(account: Account, invoice: Object) -> Object:
    """The intent over what is due, and the tie between both."""
    intent = open_intent(
        account,
        amount=invoice["amount_due"],
        currency=invoice["currency"],
        customer=invoice["customer"],
        description="Subscription creation"
        if invoice["billing_reason"] == "subscription_create"
        else "Subscription update",
        setup_future_usage="off_session",
        _invoice=invoice["id"],
        _test_clock=invoice["test_clock"],
    )
    invoice["_intent"] = intent["id"]
    row = account.new(
        "invoice_payment",
        amount_requested=invoice["amount_due"],
        currency=invoice["currency"],
        invoice=invoice["id"],
        is_default=True,
        payment={"payment_intent": intent["id"], "type": "payment_intent"},
        status="open",
        status_transitions={"canceled_at": None, "paid_at": None},
    )
    invoice["_payments"].append(row["id"])
    return row


def payments_of(account: Account, invoice: Object) -> list[Object]:
    return [account.get("invoice_payment", one) for one in invoice["_payments"]]


def settle(account: Account, invoice: Object) -> None:
    """The intent has succeeded."""
    for row in payments_of(account, invoice):
        row |= {"status": "paid", "amount_paid": row["amount_requested"]}
        row["status_transitions"]["paid_at"] = account.now
        account.save(row)
        account.emit("invoice_payment.paid", row)


@route("GET", "/v1/invoice_payments/{invoice_payment}")
def retrieve(call: Call) -> Object:
    return call.account.get("invoice_payment", call.path["invoice_payment"])


@route("GET", "/v1/invoice_payments")
def list_invoice_payments(call: Call) -> Object:
    wanted = call.params.get("payment") or {}

    def keep(row: Object) -> bool:
        same = all(row[name] == call.params[name] for name in ("invoice", "status") if name in call.params)
        return same and all(row["payment"].get(name) == value for name, value in wanted.items())

    return page_of(call, "invoice_payment", keep)
