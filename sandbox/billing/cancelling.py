"""The end of a subscription."""

from typing import Any

from sandbox.account import Account
from sandbox.protocol.call import Call
from sandbox.protocol.error import missing_resource
from sandbox.protocol.routes import route
from sandbox.protocol.views import Object


def cancel_now(account: Account, row: Object, *, reason: str = "cancellation_requested") -> None:
    """Ends it at this moment; drafts are not collected any more, nothing is given back."""
    row |= {"status": "canceled", "ended_at": account.now, "canceled_at": row["canceled_at"] or account.now}
    row["cancellation_details"]["reason"] = reason
    row["pause_collection"] = None
    account.save(row)
    for invoice in account.all("invoice"):
        if invoice["_subscription"] == row["id"] and invoice["status"] in ("draft", "open"):
            invoice |= {
                "auto_advance": False,
                "automatically_finalizes_at": None,
                "next_payment_attempt": None,
            }
            account.save(invoice)
    account.emit("customer.subscription.deleted", row)


@route("DELETE", "/v1/subscriptions/{subscription_exposed_id}")
def cancel(call: Call) -> Object:
    identifier = call.path["subscription_exposed_id"]
    row = call.account.get("subscription", identifier)
    if row["status"] in ("canceled", "incomplete_expired"):
        raise missing_resource("subscription", identifier)
    details: dict[str, Any] = call.params.get("cancellation_details") or {}
    row["cancellation_details"] |= {name: value or None for name, value in details.items()}
    cancel_now(call.account, row)
    return row
