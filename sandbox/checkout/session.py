"""Checkout sessions: an order that waits to be paid on the hosted page."""

from typing import Any

from sandbox.account import Account
from sandbox.agenda import timed
from sandbox.checkout.line_item import amount_of, due_now, read_lines, require_enough, shown_line
from sandbox.payments.bank_account import CURRENCIES
from sandbox.protocol.call import Call
from sandbox.protocol.error import StripeError, missing_parameter
from sandbox.protocol.listing import matching, page_of
from sandbox.protocol.routes import route
from sandbox.protocol.views import Object, list_of, part, view

_HOUR = 3600
_LEAST, _MOST = _HOUR // 2, 24 * _HOUR
_BELONGS_TO = {
    "payment_intent_data": ("payment",),
    "customer_creation": ("payment",),
    "invoice_creation": ("payment",),
    "subscription_data": ("subscription",),
    "setup_intent_data": ("setup",),
}


@route("POST", "/v1/checkout/sessions")
def create(call: Call) -> Object:
    account, params = call.account, call.params
    mode = _mode(params)
    _check(params, mode)
    kind = method_kind(params)
    lines = read_lines(account, params.get("line_items") or [], mode)
    total = due_now(account, lines, params.get("subscription_data") or {})
    currency = account.get("price", lines[0]["price"])["currency"] if lines else params.get("currency")
    if lines:
        require_enough(sum(amount_of(account, line) for line in lines), str(currency))
    _check_currency(kind, str(currency or CURRENCIES.get(kind)))
    customer = account.get("customer", params["customer"], "customer") if "customer" in params else None
    return account.new(
        "checkout.session",
        **_standing(params, mode)
        | {
            "payment_method_types": [kind],
            "payment_method_options": (
                {"card": {"request_three_d_secure": "automatic"}} if kind == "card" else {}
            ),
            "amount_subtotal": total if lines else None,
            "amount_total": total if lines else None,
            "currency": currency,
            "customer": customer["id"] if customer else None,
            **_expiry(account, params.get("expires_at")),
            "metadata": call.metadata,
            "_lines": lines,
            "_params": {name: params[name] for name in _BELONGS_TO if name in params},
        },
    )


def _mode(params: dict[str, Any]) -> str:
    if "mode" not in params:
        raise missing_parameter("mode")
    if params["mode"] != "setup" and not params.get("line_items"):
        raise missing_parameter("line_items")
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise StripeError("This sandbox has the hosted page alone.", param="ui_mode")
    return params["mode"]


def method_kind(params: dict[str, Any]) -> str:
    """How this session is paid: by card, or from a bank account. One way for each session."""
    kinds = params.get("payment_method_types") or ["card"]
    if len(kinds) != 1 or kinds[0] not in ("card", *CURRENCIES):
        raise StripeError(
            f"This sandbox takes one kind of payment for a session: card, {', '.join(CURRENCIES)}.",
            param="payment_method_types",
        )
    if kinds[0] != "card" and (params.get("payment_intent_data") or {}).get("capture_method") == "manual":
        raise StripeError(
            f"The payment method type `{kinds[0]}` does not support manual capture.",
            param="payment_intent_data[capture_method]",
        )
    return kinds[0]


def _check_currency(kind: str, currency: str) -> None:
    wanted = CURRENCIES.get(kind, currency)
    if currency != wanted:
        raise StripeError(
            f"The currency `{currency}` is not supported for the payment method type `{kind}`, which takes "
            f"`{wanted}`.",
            param="payment_method_types",
        )


def _check(params: dict[str, Any], mode: str) -> None:
    if "success_url" not in params:
        raise missing_parameter("success_url")
    for name in ("success_url", "cancel_url"):
        if name in params and not params[name].startswith(("http://", "https://")):
            raise StripeError("Not a valid URL", code="url_invalid", param=name)
    if "customer" in params and "customer_email" in params:
        raise StripeError(
            "You may only specify one of these parameters: customer, customer_email.", param="customer"
        )
    email = params.get("customer_email", "a@b")
    if "@" not in email.strip("@"):
        raise StripeError(f"Invalid email address: {email}", code="email_invalid", param="customer_email")
    for name, modes in _BELONGS_TO.items():
        if name in params and mode not in modes:
            raise StripeError(f"You can not pass `{name}` in `{mode}` mode.", param=name)
    if mode == "setup" and "currency" not in params and not params.get("payment_method_types"):
        raise missing_parameter("currency")


def _expiry(account: Account, given: int | None) -> Object:
    """What is shown, and when it happens here.

    A client that lives in the real time while the sandbox's clock was moved ahead is understood: its
    moment is moved by as much.
    """
    now, ahead = account.now, account.world.clock.offset
    if given is None:
        return {"expires_at": now + 24 * _HOUR, "_expires_at": now + 24 * _HOUR}
    if ahead and _LEAST <= given - (now - ahead) <= _MOST:
        return {"expires_at": given, "_expires_at": given + ahead}
    if given < now + _LEAST:
        message = "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation."
        raise StripeError(message, param="expires_at")
    if given > now + _MOST:
        message = "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation."
        raise StripeError(message, param="expires_at")
    return {"expires_at": given, "_expires_at": given}


_PLAIN = (
    "cancel_url",
    "success_url",
    "client_reference_id",
    "customer_email",
    "locale",
    "submit_type",
    "billing_address_collection",
    "origin_context",
)
_TEXTS = ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
_NO_TAX = {"enabled": False, "liability": None, "provider": None, "status": None}


def _standing(params: dict[str, Any], mode: str) -> Object:
    creation = {"payment": params.get("customer_creation", "if_required"), "subscription": "always"}
    texts = params.get("custom_text") or {}
    return {name: params[name] for name in _PLAIN if name in params} | {
        "adaptive_pricing": {"enabled": False},
        "automatic_tax": dict(_NO_TAX),
        "collected_information": {"business_name": None, "individual_name": None, "shipping_details": None},
        "custom_fields": [],
        "custom_text": {name: texts.get(name) or None for name in _TEXTS},
        "customer_creation": creation.get(mode),
        "discounts": [],
        "mode": mode,
        "payment_method_collection": "if_required" if mode == "payment" else "always",
        "payment_status": "no_payment_required" if mode == "setup" else "unpaid",
        "permissions": None,
        "phone_number_collection": {"enabled": False},
        "shipping_options": [],
        "status": "open",
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
        "wallet_options": None,
        "_intent": None,
        "_waiting": None,
    }


@view("checkout.session")
def _session(account: Account, row: Object) -> Object:
    return {"url": f"{account.world.url}/c/pay/{row['id']}" if row["status"] == "open" else None}


@part("checkout.session", "line_items")
def _line_items(account: Account, row: Object) -> Object:
    lines = [shown_line(account, line) for line in row["_lines"]]
    return list_of(lines, f"/v1/checkout/sessions/{row['id']}/line_items")


@timed("checkout.session", lambda row: row["_expires_at"] if row["status"] == "open" else None)
def expire(account: Account, row: Object) -> None:
    """Nobody paid in time, or the organisation does not wait any longer."""
    row["status"] = "expired"
    account.save(row)
    account.emit("checkout.session.expired", row)


@route("POST", "/v1/checkout/sessions/{session}/expire")
def expire_now(call: Call) -> Object:
    row = retrieve(call)
    if row["status"] != "open":
        raise StripeError(
            f'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a '
            f"status of `{row['status']}`.",
            param="session",
        )
    expire(call.account, row)
    return row


@route("GET", "/v1/checkout/sessions/{session}")
def retrieve(call: Call) -> Object:
    return call.account.get("checkout.session", call.path["session"], "session")


@route("POST", "/v1/checkout/sessions/{session}")
def update(call: Call) -> Object:
    row = retrieve(call)
    call.change_metadata(row)
    call.account.save(row)
    return row


@route("GET", "/v1/checkout/sessions/{session}/line_items")
def list_line_items(call: Call) -> Object:
    return _line_items(call.account, retrieve(call))


@route("GET", "/v1/checkout/sessions")
def list_sessions(call: Call) -> Object:
    same = matching(call, "customer", "payment_intent", "status", "subscription")
    email = (call.params.get("customer_details") or {}).get("email")

    def keep(row: Object) -> bool:
        return same(row) and (email is None or (row["customer_details"] or {}).get("email") == email)

    return page_of(call, "checkout.session", keep)
