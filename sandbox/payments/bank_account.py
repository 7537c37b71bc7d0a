"""Stripe's published test bank accounts, and what a debit from each of them does.

Source: https://docs.stripe.com/payments/ach-direct-debit, .../sepa-debit and .../bacs-debit, their sections on
testing. A British number is a sort code and an account number together. A number that is none of them is refused:
this is no place for a real account.
"""

import hashlib
from dataclasses import dataclass

from sandbox.payments.card import input_error
from sandbox.protocol.views import Object

#: What each kind of debit is in, and how long it takes until the bank has answered.
CURRENCIES = {"us_bank_account": "usd", "sepa_debit": "eur", "bacs_debit": "gbp"}
DAYS_TO_SETTLE = {"us_bank_account": 4, "sepa_debit": 5, "bacs_debit": 6}


@dataclass(frozen=True, kw_only=True)
class BankAccount:
    """One test account. `failure` is the code with which its bank refuses each debit, days later."""

    number: str
    kind: str
    failure: str = ""
    message: str = ""
    dispute: str = ""
    says: str = "The debit succeeds after some days."

    @property
    def last4(self) -> str:
        return self.number[-4:]

    @property
    def _fingerprint(self) -> str:
        return hashlib.sha256(self.number.encode()).hexdigest()[:16]

    @property
    def as_method(self) -> Object:
        """As a payment method shows it, under its kind."""
        if self.kind == "bacs_debit":
            return self._british
        if self.kind == "sepa_debit":
            return {**self._european, "generated_from": {"charge": None, "setup_attempt": None}}
        return {
            **self._american,
            "financial_connections_account": None,
            "networks": {"preferred": "ach", "supported": ["ach"]},
            "status_details": None,
        }

    @property
    def as_used(self) -> Object:
        """As a charge shows it, under its kind."""
        if self.kind in ("sepa_debit", "bacs_debit"):
            return {**(self._european if self.kind == "sepa_debit" else self._british), "mandate": None}
        return {**self._american, "payment_reference": None}

    @property
    def _european(self) -> Object:
        return {
            "bank_code": self.number[4:12],
            "branch_code": "",
            "country": self.number[:2],
            "fingerprint": self._fingerprint,
            "last4": self.last4,
        }

    @property
    def _british(self) -> Object:
        sort_code = "-".join(self.number[at : at + 2] for at in (0, 2, 4))
        return {"fingerprint": self._fingerprint, "last4": self.last4, "sort_code": sort_code}

    @property
    def _american(self) -> Object:
        return {
            "account_holder_type": "individual",
            "account_type": "checking",
            "bank_name": "STRIPE TEST BANK",
            "fingerprint": self._fingerprint,
            "last4": self.last4,
            "routing_number": "110000000",
        }


_US, _SEPA, _BACS = "us_bank_account", "sepa_debit", "bacs_debit"
_ACCOUNTS = (
    BankAccount(number="000123456789", kind=_US),
    BankAccount(
        number="000111111113",
        kind=_US,
        failure="account_closed",
        message="The customer's bank account has been closed.",
        says="Fails after some days (account_closed).",
    ),
    BankAccount(
        number="000222222227",
        kind=_US,
        failure="insufficient_funds",
        message="The customer's account has insufficient funds to cover this payment.",
        says="Fails after some days (insufficient_funds).",
    ),
    BankAccount(
        number="000333333335",
        kind=_US,
        failure="debit_not_authorized",
        message="The customer has notified their bank that this payment was unauthorized.",
        says="Fails after some days (debit_not_authorized).",
    ),
    BankAccount(
        number="000555555559", kind=_US, dispute="debit_not_authorized", says="Succeeds, then disputed."
    ),
    BankAccount(number="DE89370400440532013000", kind=_SEPA),
    BankAccount(
        number="DE62370400440532013001",
        kind=_SEPA,
        failure="insufficient_funds",
        message="The customer's account has insufficient funds to cover this payment.",
        says="Fails after some days (insufficient_funds).",
    ),
    BankAccount(
        number="DE35370400440532013002",
        kind=_SEPA,
        dispute="debit_not_authorized",
        says="Succeeds, then disputed.",
    ),
    BankAccount(number="10880000012345", kind=_BACS),
    BankAccount(
        number="10880022222227",
        kind=_BACS,
        failure="insufficient_funds",
        message="The customer's account has insufficient funds to cover this payment.",
        says="Fails after some days (insufficient_funds).",
    ),
    BankAccount(
        number="10880033333335",
        kind=_BACS,
        failure="debit_not_authorized",
        message="The customer has notified their bank that this payment was unauthorized.",
        says="Fails after some days (debit_not_authorized).",
    ),
    BankAccount(
        number="10880055555559", kind=_BACS, dispute="debit_not_authorized", says="Succeeds, then disputed."
    ),
)
BANK_ACCOUNTS = {each.number: each for each in _ACCOUNTS}


def bank_account_of(number: str, kind: str) -> BankAccount:
    """The test account of a number written with or without spaces. Raises StripeError 402 for any other."""
    found = BANK_ACCOUNTS.get("".join(number.replace("-", " ").split()).upper())
    if found is None or found.kind != kind:
        raise input_error("Your bank account number is invalid.", "account_number_invalid", "card_number")
    return found
