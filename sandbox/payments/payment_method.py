"""Payment methods: cards and bank accounts, as they are shown and attached."""

import hashlib
from dataclasses import dataclass
from typing import Any

from sandbox.account import Account
from sandbox.payments.bank_account import CURRENCIES, BankAccount, bank_account_of
from sandbox.payments.card import Card, card_of, card_of_token
from sandbox.protocol.call import Call
from sandbox.protocol.error import StripeError
from sandbox.protocol.listing import page_of
from sandbox.protocol.routes import route
from sandbox.protocol.views import Object


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Who pays, as typed on the page."""

    email: str | None = None
    name: str | None = None


def new_payment_method(
    account: Account, card: Card, *, exp_month: int, exp_year: int, holder: Holder | None = None
) -> Object:
    """A card that belongs to nobody yet."""
    details = _card_details(card, exp_month, exp_year)
    return _new(account, "card", details, card.number, holder or Holder())


def new_bank_method(account: Account, bank: BankAccount, holder: Holder) -> Object:
    """A bank account that belongs to nobody yet."""
    return _new(account, bank.kind, bank.as_method, bank.number, holder)


def _new(account: Account, kind: str, details: Object, number: str, who: Holder) -> Object:
    return account.new(
        "payment_method",
        **{kind: details},
        allow_redisplay="unspecified",
        billing_details={
            "address": dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state")),
            "email": who.email,
            "name": who.name,
            "phone": None,
            "tax_id": None,
        },
        metadata={},
        type=kind,
        _number=number,
    )


def card_behind(payment_method: Object) -> Card:
    return card_of(payment_method["_number"])


def attach(account: Account, identifier: str, customer: Object) -> Object:
    """Raises StripeError 402 when the card refuses even this."""
    row = find_or_make(account, identifier, "payment_method")
    refusing = card_behind(row) if row["type"] == "card" else None
    if refusing and refusing.refusal:
        raise StripeError(
            refusing.message, status=402, kind="card_error", code=refusing.code, decline_code=refusing.refusal
        )
    row["customer"] = customer["id"]
    account.save(row)
    account.emit("payment_method.attached", row)
    return row


def find_or_make(account: Account, identifier: str, param: str) -> Object:
    """A payment method by its identifier; `pm_card_visa` and its kin make a new one each time."""
    card = card_of_token(identifier) if identifier.startswith("pm_card_") else None
    if card is not None:
        return new_payment_method(account, card, exp_month=12, exp_year=2034)
    return account.get("payment_method", identifier, param)


@route("POST", "/v1/payment_methods")
def create(call: Call) -> Object:
    kind = str(call.params.get("type"))
    given: dict[str, Any] = call.params.get(kind) or {}
    if kind not in ("card", *CURRENCIES) or not given:
        raise StripeError("Pass type (card or a kind of debit), and its details.", param="type")
    if kind != "card":
        bank = bank_account_of(_number_in(given), kind)
        return new_bank_method(call.account, bank, _holder(call))
    if "token" in given:
        card = card_of_token(given["token"])
        if card is None:
            raise StripeError(
                f"No such token: '{given['token']}'", code="resource_missing", param="card[token]"
            )
        month, year = 12, 2034
    else:
        card, month, year = card_of(given.get("number", "")), given["exp_month"], given["exp_year"]
    row = new_payment_method(call.account, card, exp_month=month, exp_year=year, holder=_holder(call))
    row["metadata"] = call.metadata
    return row


def _holder(call: Call) -> Holder:
    details = call.params.get("billing_details") or {}
    return Holder(email=details.get("email") or None, name=details.get("name") or None)


def _number_in(given: dict[str, Any]) -> str:
    """Of a bank account's details: an IBAN, or what stands for it elsewhere."""
    return given.get("iban") or given.get("sort_code", "") + given.get("account_number", "")


@route("GET", "/v1/payment_methods/{payment_method}")
def retrieve(call: Call) -> Object:
    return call.account.get("payment_method", call.path["payment_method"])


@route("POST", "/v1/payment_methods/{payment_method}/attach")
def attach_to_customer(call: Call) -> Object:
    customer = call.account.get("customer", call.params.get("customer", ""), "customer")
    return attach(call.account, call.path["payment_method"], customer)


@route("POST", "/v1/payment_methods/{payment_method}/detach")
def detach(call: Call) -> Object:
    row = retrieve(call)
    former, row["customer"] = row["customer"], None
    call.account.save(row)
    call.account.emit("payment_method.detached", row, {"customer": former})
    return row


@route("GET", "/v1/payment_methods")
def list_payment_methods(call: Call) -> Object:
    customer = call.params.get("customer")
    return page_of(call, "payment_method", lambda row: customer is not None and row["customer"] == customer)


@route("GET", "/v1/customers/{customer}/payment_methods")
def list_of_customer(call: Call) -> Object:
    customer = call.account.get("customer", call.path["customer"], "customer")
    return page_of(call, "payment_method", lambda row: row["customer"] == customer["id"])


def _card_details(card: Card, exp_month: int, exp_year: int) -> Object:
    return {
        "brand": card.brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": "US",
        "display_brand": card.brand,
        "exp_month": exp_month,
        "exp_year": exp_year,
        "fingerprint": hashlib.sha256(card.number.encode()).hexdigest()[:16],
        "funding": "credit",
        "generated_from": None,
        "last4": card.last4,
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }
