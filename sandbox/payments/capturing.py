"""Manual capture: the amount is held on the card, and taken, let go or lost later."""

from sandbox.account import Account
from sandbox.payments import charge
from sandbox.protocol.call import Call
from sandbox.protocol.error import StripeError
from sandbox.protocol.routes import route
from sandbox.protocol.views import Object

#: A card network keeps an authorisation for a week.
HELD_SECONDS = 7 * 24 * 3600


def hold(account: Account, row: Object, method: Object) -> None:
    """The card says yes; nothing is taken yet."""
    held = charge.authorise(account, row, method, until=account.now + HELD_SECONDS)
    row |= {
        "status": "requires_capture",
        "amount_capturable": row["amount"],
        "latest_charge": held["id"],
        "_capture_before": account.now + HELD_SECONDS,
    }
    account.save(row)
    account.emit("payment_intent.amount_capturable_updated", row)


def release(account: Account, row: Object, *, reason: str | None) -> None:
    """The held amount is free again; nothing was taken."""
    held = account.get("charge", row["latest_charge"])
    row |= {
        "status": "canceled",
        "canceled_at": account.now,
        "cancellation_reason": reason,
        "amount_capturable": 0,
    }
    account.save(row)
    held |= {"refunded": True, "amount_refunded": held["amount"]}
    account.save(held)
    if reason == "automatic":
        account.emit("charge.expired", held)
    else:
        account.emit("charge.refunded", held, {"amount_refunded": 0})
    account.emit("payment_intent.canceled", row)


@route("POST", "/v1/payment_intents/{intent}/capture")
def capture(call: Call) -> Object:
    """Takes what is held, or a part of it; the rest is let go."""
    account = call.account
    row = account.get("payment_intent", call.path["intent"], "intent")
    if row["status"] != "requires_capture":
        raise StripeError(
            "This PaymentIntent could not be captured because it has a status of "
            f"{row['status']}. Only a PaymentIntent with one of the following statuses may be captured: "
            "requires_capture.",
            code="payment_intent_unexpected_state",
        )
    amount = call.params.get("amount_to_capture", row["amount_capturable"])
    if not 1 <= amount <= row["amount_capturable"]:
        raise StripeError(
            "The amount to capture must be at least 1 and at most what is held.",
            code="amount_too_large",
            param="amount_to_capture",
        )
    held = account.get("charge", row["latest_charge"])
    charge.capture(account, held, amount)
    row |= {"status": "succeeded", "amount_received": amount, "amount_capturable": 0}
    account.save(row)
    account.emit("payment_intent.succeeded", row)
    for session in account.all("checkout.session"):
        if session["payment_intent"] == row["id"]:
            session["payment_status"] = "paid"
            account.save(session)
    return row
