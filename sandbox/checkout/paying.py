"""Paying a checkout session: what happens when someone presses the button."""

import re
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sandbox.account import Account
from sandbox.billing.invoice_line import line_of_price
from sandbox.billing.subscription import begin, open_subscription, trial_end_of
from sandbox.payments.bank_account import bank_account_of
from sandbox.payments.card import Card, card_of, input_error
from sandbox.payments.customer import open_customer
from sandbox.payments.payment_intent import (
    AUTHENTICATED,
    AUTHENTICATION_FAILED,
    ON_SESSION,
    confirm,
    fail_authentication,
    open_intent,
)
from sandbox.payments.payment_method import Holder, attach, new_bank_method, new_payment_method
from sandbox.payments.setup_intent import set_up
from sandbox.protocol.error import StripeError
from sandbox.protocol.views import Object

_EXPIRY = re.compile(r"(\d{1,2})\s*/\s*(\d{2}|\d{4})\Z")


@dataclass(frozen=True, kw_only=True)
class Payer:
    """What was typed on the page, untrimmed; `card_number` is the account's number where a bank pays."""

    email: str
    card_number: str
    exp: str = "12 / 34"
    cvc: str = "123"
    name: str = ""


def pay(account: Account, session: Object, payer: Payer, *, authenticated: bool = False) -> None:
    """Completes the session, or leaves it waiting for the payer's bank (`is_waiting`).

    Raises StripeError: 400 when the session is not open, 402 when something typed is wrong or the card
    refuses; then the session stays open.
    """
    if session["status"] != "open":
        raise StripeError("This Checkout Session is not open any more.", code="checkout_session_not_open")
    holder = Holder(email=payer.email.strip() or None, name=payer.name.strip() or None)
    kind = session["payment_method_types"][0]
    if kind == "card":
        card, method = _card_method(account, payer, holder)
        if card.authentication and not authenticated:
            _wait(account, session, payer, method)
            return
    else:
        method = _bank_method(account, payer, holder, kind)
    session["_waiting"] = None
    clock = account.test_clock_of(session)
    with account.world.clock.standing_at(clock["frozen_time"]) if clock else nullcontext():
        {"payment": _pay_once, "subscription": _subscribe, "setup": _set_up}[session["mode"]](
            account, session, method, holder
        )
        _complete(account, session, holder)


def _card_method(account: Account, payer: Payer, holder: Holder) -> tuple[Card, Object]:
    month, year = _read_expiry(payer.exp)
    card = card_of(payer.card_number)
    _check_email(payer)
    _check_code(payer, card.brand)
    return card, new_payment_method(account, card, exp_month=month, exp_year=year, holder=holder)


def _bank_method(account: Account, payer: Payer, holder: Holder, kind: str) -> Object:
    bank = bank_account_of(payer.card_number, kind)
    _check_email(payer)
    if not holder.name:
        raise input_error("Your name is incomplete.", "incomplete_name", "name")
    return new_bank_method(account, bank, holder)


def is_waiting(session: Object) -> bool:
    """Whether the payer's bank is asked to authenticate (3-D Secure)."""
    return session["status"] == "open" and session["_waiting"] is not None


def answer_bank(account: Account, session: Object, *, approved: bool) -> None:
    """What the payer told the bank. Raises StripeError as `pay` does, and when authentication failed."""
    payer = Payer(**session["_waiting"])
    if approved:
        pay(account, session, payer, authenticated=True)
        return
    session["_waiting"] = None
    account.save(session)
    if session["mode"] != "payment":
        message = AUTHENTICATION_FAILED.message
        raise input_error(message, "setup_intent_authentication_failure", "card_number")
    raise fail_authentication(account, account.get("payment_intent", session["_intent"]))


def _wait(account: Account, session: Object, payer: Payer, method: Object) -> None:
    session["_waiting"] = asdict(payer)
    account.save(session)
    if session["mode"] == "payment":
        confirm(account, _intent(account, session, session["customer"]), method, ON_SESSION)


def _pay_once(account: Account, session: Object, method: Object, holder: Holder) -> None:
    data = session["_params"].get("payment_intent_data") or {}
    wants_customer = session["customer_creation"] == "always" or "setup_future_usage" in data
    customer = session["customer"]
    intent = _intent(account, session, customer)
    try:
        confirm(account, intent, method, AUTHENTICATED)
    except StripeError:
        account.save(session)
        raise
    if wants_customer and customer is None:
        customer = open_customer(account, email=holder.email, name=holder.name)["id"]
        intent["customer"] = customer
        account.save(intent)
        charge = account.get("charge", intent["latest_charge"])
        charge["customer"] = customer
        account.save(charge)
    if customer and intent["setup_future_usage"]:
        attach(account, method["id"], account.get("customer", customer))
    # What is only held on the card is not paid before it is captured.
    paid = "paid" if intent["status"] == "succeeded" else "unpaid"
    session |= {"customer": customer, "payment_intent": intent["id"], "payment_status": paid}


def _intent(account: Account, session: Object, customer: str | None) -> Object:
    """The one intent of a session: a declined card and its successor share it."""
    if session["_intent"]:
        return account.get("payment_intent", session["_intent"])
    data: dict[str, Any] = dict(session["_params"].get("payment_intent_data") or {})
    plain = (
        "description",
        "receipt_email",
        "setup_future_usage",
        "statement_descriptor",
        "statement_descriptor_suffix",
        "transfer_group",
        "capture_method",
        "application_fee_amount",
        "on_behalf_of",
    )
    row = open_intent(
        account,
        amount=session["amount_total"],
        currency=session["currency"],
        customer=customer,
        metadata=data.get("metadata") or {},
        **_ways(session["payment_method_types"]),
        **{name: data[name] for name in plain if name in data},
    )
    session["_intent"] = row["id"]
    account.save(session)
    return row


def _ways(kinds: list[str]) -> Object:
    """How the session's intent may be paid, where that is not by card."""
    return {} if kinds == ["card"] else {"payment_method_types": kinds, "payment_method_options": {}}


def _subscribe(account: Account, session: Object, method: Object, holder: Holder) -> None:
    if method["type"] == "card" and card_of(method["_number"]).refusal:
        confirm(account, _intent(account, session, session["customer"]), method, AUTHENTICATED)
    customer = _customer(account, session, holder)
    attach(account, method["id"], customer)
    data: dict[str, Any] = dict(session["_params"].get("subscription_data") or {})
    prices = [(account.get("price", line["price"]), line["quantity"]) for line in session["_lines"]]
    subscription = open_subscription(
        account,
        customer,
        [(price, quantity) for price, quantity in prices if price["type"] == "recurring"],
        default_payment_method=method["id"],
        description=data.get("description"),
        metadata=data.get("metadata") or {},
        trial_end=trial_end_of(account, data),
    )
    once = [
        line_of_price(account, price, quantity) for price, quantity in prices if price["type"] == "one_time"
    ]
    invoice = begin(account, subscription, presence=AUTHENTICATED, once=once)
    paid = invoice["status"] if invoice["amount_due"] else "no_payment_required"
    session |= {
        "customer": customer["id"],
        "subscription": subscription["id"],
        "invoice": invoice["id"],
        "payment_status": "unpaid" if paid == "open" else paid,
    }


def _set_up(account: Account, session: Object, method: Object, holder: Holder) -> None:
    customer = account.get("customer", session["customer"]) if session["customer"] else None
    data: dict[str, Any] = dict(session["_params"].get("setup_intent_data") or {})
    row = set_up(
        account, method, customer, metadata=data.get("metadata") or {}, description=data.get("description")
    )
    session["setup_intent"] = row["id"]


def _customer(account: Account, session: Object, holder: Holder) -> Object:
    if session["customer"]:
        return account.get("customer", session["customer"])
    return open_customer(account, email=holder.email, name=holder.name)


def _complete(account: Account, session: Object, holder: Holder) -> None:
    session |= {"status": "complete", "_waiting": None}
    session["customer_details"] = {
        "address": {"country": "US"} | dict.fromkeys(("city", "line1", "line2", "postal_code", "state")),
        "business_name": None,
        "email": holder.email,
        "individual_name": None,
        "name": holder.name,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    }
    account.save(session)
    account.emit("checkout.session.completed", session)


def _read_expiry(text: str) -> tuple[int, int]:
    found = _EXPIRY.match(text.strip()) or _EXPIRY.match(text.strip()[:2] + "/" + text.strip()[2:])
    if not found or not 1 <= int(found[1]) <= 12:
        raise input_error("Your card's expiration date is invalid.", "invalid_expiry_month", "exp")
    month, year = int(found[1]), int(found[2]) % 100 + 2000
    now = datetime.now(UTC)
    if (year, month) < (now.year, now.month):
        raise input_error("Your card's expiration year is in the past.", "invalid_expiry_year", "exp")
    return month, year


def _check_email(payer: Payer) -> None:
    local, at, domain = payer.email.strip().partition("@")
    if not (local and at and "." in domain.strip(".")):
        raise input_error("Your email is invalid.", "email_invalid", "email")


def _check_code(payer: Payer, brand: str) -> None:
    length = 4 if brand == "amex" else 3
    if not (payer.cvc.strip().isdigit() and len(payer.cvc.strip()) == length):
        raise input_error("Your card's security code is invalid.", "invalid_cvc", "cvc")
