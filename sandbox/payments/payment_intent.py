"""Payment intents: one amount that someone wants to pay, through as many attempts as it takes."""

import secrets
from typing import Any

from sandbox.account import Account
from sandbox.agenda import timed
from sandbox.payments import bank_debit, capturing, charge
from sandbox.payments.card import Card
from sandbox.payments.currency import check_charge
from sandbox.payments.dispute import dispute_charge
from sandbox.payments.fraud_warning import warn
from sandbox.payments.payment_method import card_behind, find_or_make
from sandbox.protocol.call import Call
from sandbox.protocol.error import StripeError
from sandbox.protocol.listing import matching, page_of
from sandbox.protocol.routes import route
from sandbox.protocol.views import Object

AUTHENTICATION_FAILED = Card(
    number="4000002500003155",
    code="payment_intent_authentication_failure",
    message="We are unable to authenticate your payment method. Please choose a different payment method "
    "and try again.",
)
_OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")
ON_SESSION, LATER, AUTHENTICATED = "on_session", "later", "authenticated"


def open_intent(account: Account, *, amount: int, currency: str, **fields: Any) -> Object:
    """A new intent and its event."""
    row = account.new(
        "payment_intent",
        **{
            "amount": amount,
            "amount_capturable": 0,
            "amount_details": {"tip": {}},
            "amount_received": 0,
            "capture_method": "automatic_async",
            "confirmation_method": "automatic",
            "currency": currency,
            "metadata": {},
            "payment_method_options": {
                "card": {
                    "installments": None,
                    "mandate_options": None,
                    "network": None,
                    "request_three_d_secure": "automatic",
                }
            },
            "payment_method_types": ["card"],
            "status": "requires_payment_method",
        }
        | fields,
    )
    row["client_secret"] = f"{row['id']}_secret_{secrets.token_hex(12)}"
    account.save(row)
    account.emit("payment_intent.created", row)
    return row


def confirm(account: Account, row: Object, method: Object, presence: str = ON_SESSION) -> Object:
    """Tries the card. `presence`: the payer is there, is not, or has just authenticated.

    Raises StripeError 402 after recording the failed attempt. The answer is succeeded, requires_capture or
    requires_action; of a bank account it is processing.
    """
    if method["type"] != "card":
        bank_debit.begin(account, row, method)
        return row
    card = card_behind(method)
    row |= {"payment_method": method["id"], "last_payment_error": None, "next_action": None}
    if card.refusal or (presence == LATER and card.later_refusal):
        raise _failed(account, row, method, card)
    if card.authentication == "always" and presence == LATER:
        raise _failed(account, row, method, _needs_authentication(card))
    if card.authentication and presence == ON_SESSION:
        row["status"] = "requires_action"
        row["next_action"] = {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}}
        account.save(row)
        account.emit("payment_intent.requires_action", row)
        return row
    if row["capture_method"] == "manual":
        capturing.hold(account, row, method)
        return row
    _succeed(account, row, method)
    taken = account.get("charge", row["latest_charge"])
    if card.dispute:
        dispute_charge(account, taken, card.dispute)
    if card.warning:
        warn(account, taken, card.warning)
    return row


def _moment(row: Object) -> int | None:
    return {"requires_capture": row.get("_capture_before"), "processing": row.get("_settles_at")}.get(
        row["status"]
    )


@timed("payment_intent", _moment)
def _come_due(account: Account, row: Object) -> None:
    """What nobody took in time is let go; a debit is answered."""
    if row["status"] == "processing":
        bank_debit.settle(account, row)
    else:
        capturing.release(account, row, reason="automatic")


def fail_authentication(account: Account, row: Object) -> StripeError:
    """The payer's bank said no: no charge, and another card may be tried."""
    method = account.get("payment_method", row["payment_method"])
    return _refuse(account, row, AUTHENTICATION_FAILED, method=method, charged=None)


def _needs_authentication(card: Card) -> Card:
    message = "Your card was declined. This transaction requires authentication."
    return Card(
        number=card.number, code="authentication_required", refusal="authentication_required", message=message
    )


def _succeed(account: Account, row: Object, method: Object) -> None:
    taken = charge.succeed(account, row, method)
    row |= {"status": "succeeded", "amount_received": row["amount"], "latest_charge": taken["id"]}
    account.save(row)
    account.emit("payment_intent.succeeded", row)


def _failed(account: Account, row: Object, method: Object, card: Card) -> StripeError:
    attempt = charge.fail(account, row, method, card)
    row["latest_charge"] = attempt["id"]
    return _refuse(account, row, card, method=method, charged=attempt["id"])


def _refuse(account: Account, row: Object, card: Card, *, method: Object, charged: str | None) -> StripeError:
    row |= {"status": "requires_payment_method", "payment_method": None, "next_action": None}
    error: Object = {"type": "card_error", "code": card.code, "message": card.message}
    error["doc_url"] = f"https://stripe.com/docs/error-codes/{card.code.replace('_', '-')}"
    if card.code == "card_declined":
        error["decline_code"] = card.refusal or card.later_refusal
    if charged:
        error["charge"] = charged
    row["last_payment_error"] = error | {"payment_method": account.show(method)}
    account.save(row)
    account.emit("payment_intent.payment_failed", row)
    more = {name: error[name] for name in ("decline_code", "charge", "doc_url") if name in error}
    return StripeError(
        card.message, status=402, kind="card_error", code=card.code, payment_intent=account.show(row), **more
    )


@route("POST", "/v1/payment_intents")
def create(call: Call) -> Object:
    params, account = call.params, call.account
    plain = (
        "description",
        "receipt_email",
        "setup_future_usage",
        "statement_descriptor",
        "transfer_group",
        "statement_descriptor_suffix",
        "application_fee_amount",
        "capture_method",
    )
    fields = {name: params[name] or None for name in plain if name in params}
    if "customer" in params:
        fields["customer"] = account.get("customer", params["customer"], "customer")["id"]
    if params["amount"] < 1:
        raise StripeError(
            "This value must be greater than or equal to 1.", code="parameter_invalid_integer", param="amount"
        )
    check_charge(params["amount"], params["currency"].lower(), "amount")
    row = open_intent(
        account,
        amount=params["amount"],
        currency=params["currency"].lower(),
        metadata=call.metadata,
        **fields,
    )
    if "payment_method" in params:
        row |= {"payment_method": find_or_make(account, params["payment_method"], "payment_method")["id"]}
        row["status"] = "requires_confirmation"
        account.save(row)
    return _confirm_by_call(call, row) if params.get("confirm") else row


@route("POST", "/v1/payment_intents/{intent}/confirm")
def confirm_by_call(call: Call) -> Object:
    return _confirm_by_call(call, retrieve(call))


def _confirm_by_call(call: Call, row: Object) -> Object:
    _require_open(row, "confirm")
    chosen = call.params.get("payment_method") or row["payment_method"]
    if not chosen:
        raise StripeError(
            "You cannot confirm this PaymentIntent because it's missing a payment method.",
            code="payment_intent_unexpected_state",
        )
    method = find_or_make(call.account, chosen, "payment_method")
    return confirm(call.account, row, method, LATER if call.params.get("off_session") is True else ON_SESSION)


@route("POST", "/v1/payment_intents/{intent}/cancel")
def cancel(call: Call) -> Object:
    row = retrieve(call)
    if row["status"] == "requires_capture":
        capturing.release(call.account, row, reason=call.params.get("cancellation_reason"))
        return row
    _require_open(row, "cancel")
    row |= {"status": "canceled", "canceled_at": call.account.now}
    row["cancellation_reason"] = call.params.get("cancellation_reason")
    call.account.save(row)
    call.account.emit("payment_intent.canceled", row)
    return row


@route("GET", "/v1/payment_intents/{intent}")
def retrieve(call: Call) -> Object:
    return call.account.get("payment_intent", call.path["intent"], "intent")


@route("POST", "/v1/payment_intents/{intent}")
def update(call: Call) -> Object:
    row = retrieve(call)
    row |= {
        name: call.params[name] or None for name in ("description", "receipt_email") if name in call.params
    }
    call.change_metadata(row)
    call.account.save(row)
    return row


@route("GET", "/v1/payment_intents")
def list_intents(call: Call) -> Object:
    return page_of(call, "payment_intent", matching(call, "customer"))


def _require_open(row: Object, verb: str) -> None:
    if row["status"] not in _OPEN:
        raise StripeError(
            f"You cannot {verb} this PaymentIntent because it has a status of {row['status']}. Only a "
            f"PaymentIntent with one of the following statuses may be {verb}ed: {', '.join(_OPEN)}.",
            code="payment_intent_unexpected_state",
        )
