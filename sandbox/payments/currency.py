"""What amounts Stripe takes in which currency. Source: https://docs.stripe.com/currencies."""

from sandbox.amounts import THREE_DECIMALS, written
from sandbox.protocol.error import StripeError

#: The smallest charge in minor units; of other currencies Stripe asks for half a dollar's worth.
_SMALLEST = {
    **dict.fromkeys(("aud", "brl", "cad", "chf", "eur", "inr", "nzd", "usd"), 50),
    "dkk": 250,
    "gbp": 30,
    "hkd": 400,
    "huf": 17500,
    "jpy": 50,
    "mxn": 1000,
    "myr": 200,
    "nok": 300,
    "pln": 200,
    "ron": 200,
    "sek": 300,
    "sgd": 50,
    "thb": 1000,
    "czk": 1500,
    "aed": 200,
}
#: Digits that an amount may have where it is not eight.
_DIGITS = {"idr": 12, "cop": 10, "huf": 10, "inr": 9, "lbp": 10}
#: Written with two decimals that must be zero, for the sake of older programs.
_HUNDREDS = ("isk", "ugx")


def smallest(currency: str) -> int:
    return _SMALLEST.get(currency, 1)


def check_amount(amount: int, currency: str, param: str) -> None:
    """Raises StripeError 400 for an amount that has no right form in the currency, or too many digits."""
    if amount >= 10 ** _DIGITS.get(currency, 8):
        largest = written(10 ** _DIGITS.get(currency, 8) - 1, currency)
        raise StripeError(f"Amount must be no more than {largest}", code="amount_too_large", param=param)
    step = 10 if currency in THREE_DECIMALS else 100 if currency in _HUNDREDS else 1
    if amount % step:
        raise StripeError(
            f"Invalid amount. Amounts in {currency} must be evenly divisible by {step}.",
            code="parameter_invalid_integer",
            param=param,
        )


def check_charge(amount: int, currency: str, param: str) -> None:
    """The same, and that it is no less than Stripe charges."""
    check_amount(amount, currency, param)
    least = smallest(currency)
    if amount < least:
        raise StripeError(
            f"Amount must be at least {written(least, currency)}", code="amount_too_small", param=param
        )
