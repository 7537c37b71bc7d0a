"""Stripe's published test cards, and what each of them does.

Source: https://docs.stripe.com/testing. A number that is none of them is refused: this is no place for
a real card.
"""

from dataclasses import dataclass

from sandbox.protocol.error import StripeError

DECLINED = "Your card was declined."


@dataclass(frozen=True, kw_only=True)
class Card:
    """One test card.

    `refusal` is the decline code of every charge, `later_refusal` of those without the payer present.
    `authentication` is "", "once" (3-D Secure, then settled for later) or "always". `alias` is the name in
    `pm_card_...` and `tok_...`. `risk` is what Stripe's own look at the payment says: normal, elevated or
    highest. `warning` is the kind of fraud of which the issuer warns after the payment.
    """

    number: str
    brand: str = "visa"
    code: str = "card_declined"
    refusal: str = ""
    later_refusal: str = ""
    message: str = DECLINED
    authentication: str = ""
    dispute: str = ""
    refund: str = ""
    warning: str = ""
    risk: str = "normal"
    alias: str = ""
    says: str = "Payment succeeds."

    @property
    def last4(self) -> str:
        return self.number[-4:]


_CARDS = (
    Card(number="4242424242424242", alias="visa"),
    Card(number="4000056655665556", alias="visa_debit"),
    Card(number="5555555555554444", brand="mastercard", alias="mastercard"),
    Card(number="378282246310005", brand="amex", alias="amex"),
    Card(number="6011111111111117", brand="discover", alias="discover"),
    Card(
        number="4000000000000002",
        refusal="generic_decline",
        alias="visa_chargeDeclined",
        says="Declined (generic_decline).",
    ),
    Card(
        number="4000000000009995",
        refusal="insufficient_funds",
        message="Your card has insufficient funds.",
        alias="visa_chargeDeclinedInsufficientFunds",
        says="Declined (insufficient_funds).",
    ),
    Card(number="4000000000009987", refusal="lost_card", says="Declined (lost_card)."),
    Card(number="4000000000009979", refusal="stolen_card", says="Declined (stolen_card)."),
    Card(
        number="4000000000000069",
        code="expired_card",
        refusal="expired_card",
        message="Your card has expired.",
        alias="chargeDeclinedExpiredCard",
        says="Declined (expired_card).",
    ),
    Card(
        number="4000000000000127",
        code="incorrect_cvc",
        refusal="incorrect_cvc",
        message="Your card's security code is incorrect.",
        alias="chargeDeclinedIncorrectCvc",
        says="Declined (incorrect_cvc).",
    ),
    Card(
        number="4000000000000119",
        code="processing_error",
        refusal="processing_error",
        message="An error occurred while processing your card. Try again in a little bit.",
        alias="chargeDeclinedProcessingError",
        says="Declined (processing_error).",
    ),
    Card(
        number="4000000000000341",
        later_refusal="generic_decline",
        alias="chargeCustomerFail",
        says="Accepted in Checkout and attached; every later charge fails.",
    ),
    Card(
        number="4000002500003155",
        authentication="once",
        alias="authenticationRequiredOnSetup",
        says="Asks for 3-D Secure; later charges succeed.",
    ),
    Card(
        number="4000002760003184",
        authentication="always",
        alias="authenticationRequired",
        says="Asks for 3-D Secure every time; later charges fail.",
    ),
    Card(
        number="4000000000000259",
        dispute="fraudulent",
        alias="createDispute",
        says="Succeeds, then disputed as fraudulent.",
    ),
    Card(
        number="4000000000002685",
        dispute="product_not_received",
        alias="createDisputeProductNotReceived",
        says="Succeeds, then disputed as not received.",
    ),
    Card(
        number="4000000000001976",
        dispute="warning_needs_response",
        alias="createDisputeInquiry",
        says="Succeeds, then an inquiry asks about it; no money moves.",
    ),
    Card(
        number="4000000000005423",
        warning="made_with_stolen_card",
        alias="createIssuerFraudRecord",
        says="Succeeds, then the issuer warns of fraud.",
    ),
    Card(
        number="4000000000009235",
        risk="elevated",
        alias="riskLevelElevated",
        says="Succeeds with an elevated risk.",
    ),
    Card(
        number="4100000000000019",
        refusal="fraudulent",
        risk="highest",
        alias="radarBlock",
        says="Blocked as too risky; the bank is never asked.",
    ),
    Card(
        number="4000000000007726",
        refund="pending",
        alias="pendingRefund",
        says="A refund is pending at first.",
    ),
    Card(
        number="4000000000005126", refund="failed", alias="refundFail", says="A refund fails after a while."
    ),
)
CARDS = {card.number: card for card in _CARDS}


def card_of(number: str) -> Card:
    """The test card of a number written with or without spaces. Raises StripeError 402 for any other."""
    digits = "".join(number.split()).replace("-", "")
    if digits in CARDS:
        return CARDS[digits]
    if not digits.isdigit() or not 12 <= len(digits) <= 19 or not _passes_luhn(digits):
        raise input_error("Your card number is invalid.", "invalid_number", "number")
    message = "Your card was declined. Your request was in test mode, but used a non test card."
    raise StripeError(
        message, status=402, kind="card_error", code="card_declined", decline_code="test_mode_live_card"
    )


def card_of_token(token: str) -> Card | None:
    """The card behind `pm_card_visa` or `tok_visa`."""
    name = token.removeprefix("pm_card_").removeprefix("tok_")
    return next((card for card in _CARDS if card.alias == name), None)


def input_error(message: str, code: str, param: str) -> StripeError:
    return StripeError(message, status=402, kind="card_error", code=code, param=param)


def _passes_luhn(digits: str) -> bool:
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
