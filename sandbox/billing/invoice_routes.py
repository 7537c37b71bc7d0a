"""The addresses of invoices."""

from sandbox.billing.collecting import collect
from sandbox.billing.invoice import close, finalize, mark_paid
from sandbox.payments.payment_intent import LATER
from sandbox.payments.payment_method import find_or_make
from sandbox.protocol.call import Call
from sandbox.protocol.error import StripeError
from sandbox.protocol.listing import matching, page_of
from sandbox.protocol.routes import route
from sandbox.protocol.views import Object


@route("GET", "/v1/invoices/{invoice}")
def retrieve(call: Call) -> Object:
    return call.account.get("invoice", call.path["invoice"], "invoice")


@route("GET", "/v1/invoices")
def list_invoices(call: Call) -> Object:
    same = matching(call, "customer", "status", "collection_method")
    subscription = call.params.get("subscription")
    return page_of(call, "invoice", lambda row: same(row) and subscription in (None, row["_subscription"]))


@route("GET", "/v1/invoices/{invoice}/lines")
def list_lines(call: Call) -> Object:
    row = retrieve(call)
    return {
        "object": "list",
        "data": [dict(line) for line in row["_lines"]],
        "has_more": False,
        "url": call.address,
    }


@route("POST", "/v1/invoices/{invoice}")
def update(call: Call) -> Object:
    row = retrieve(call)
    with call.account.changing(row, "invoice.updated"):
        call.change_metadata(row)
        for name in ("description", "footer"):
            if name in call.params:
                row[name] = call.params[name] or None
        if "auto_advance" in call.params:
            row["auto_advance"] = call.params["auto_advance"]
            if row["status"] == "open" and not row["auto_advance"]:
                row["next_payment_attempt"] = None
            if row["status"] == "draft" and row["auto_advance"]:
                row["automatically_finalizes_at"] = (
                    call.account.now + call.account.world.settings.finalize_after_seconds
                )
    return row


@route("POST", "/v1/invoices/{invoice}/finalize")
def finalize_now(call: Call) -> Object:
    row = retrieve(call)
    _require(row, "draft", "This invoice is already finalized, you can't re-finalize a non-draft invoice.")
    finalize(call.account, row)
    return row


@route("POST", "/v1/invoices/{invoice}/pay")
def pay(call: Call) -> Object:
    """Raises StripeError 402 when the card refuses."""
    row = retrieve(call)
    if row["status"] == "paid":
        raise StripeError("Invoice is already paid", code="invoice_already_paid")
    if row["status"] == "draft":
        finalize(call.account, row)
    if call.params.get("paid_out_of_band"):
        mark_paid(call.account, row)
    if row["status"] == "paid":
        return row
    _require(row, "open", "This invoice can't be paid: it is not open.")
    if call.account.get("payment_intent", row["_intent"])["status"] == "processing":
        raise StripeError(
            "This invoice's payment is processing: its bank has not answered yet.",
            code="payment_intent_unexpected_state",
        )
    given = call.params.get("payment_method")
    method = find_or_make(call.account, given, "payment_method")["id"] if given else None
    if refusal := collect(call.account, row, LATER, method):
        raise refusal
    return row


@route("POST", "/v1/invoices/{invoice}/void")
def void(call: Call) -> Object:
    row = retrieve(call)
    if row["status"] not in ("open", "uncollectible"):
        raise StripeError("You can only pass in open invoices. This invoice isn't open.")
    close(call.account, row, "void")
    return row


@route("POST", "/v1/invoices/{invoice}/mark_uncollectible")
def mark_uncollectible(call: Call) -> Object:
    row = retrieve(call)
    _require(row, "open", "You can only pass in open invoices. This invoice isn't open.")
    close(call.account, row, "uncollectible")
    return row


def _require(row: Object, status: str, message: str) -> None:
    if row["status"] != status:
        raise StripeError(message)
