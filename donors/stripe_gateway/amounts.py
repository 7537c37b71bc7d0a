"""Amounts in Stripe's spelling, and what it takes in each currency. Source: https://docs.stripe.com/currencies.

Ours are minor units by ISO 4217. Stripe writes two currencies without decimals as if they had two, and of
those with three decimals it takes whole tens.
"""

from core.money import EXPONENTS, Money

#: Without decimals, and written by Stripe with two that are zero.
_HUNDREDFOLD = ("ISK", "UGX")
#: The smallest charge in our minor units. For other currencies Stripe asks for half a dollar's worth.
_LEAST = {
    **dict.fromkeys(("AUD", "BRL", "CAD", "CHF", "EUR", "INR", "JPY", "NZD", "USD"), 50),
    "DKK": 250,
    "GBP": 30,
    "MXN": 1000,
    "NOK": 300,
    "PLN": 200,
    "SEK": 300,
}
#: Digits of an amount, where Stripe takes other than eight.
_DIGITS = {"COP": 10, "INR": 9}


def to_stripe(amount: Money) -> int:
    """Raises ValueError for an amount that has no spelling there: see `step`."""
    if amount.minor % step(amount.currency).minor:
        raise ValueError(f"{amount} is finer than Stripe takes")
    return amount.minor * (100 if amount.currency in _HUNDREDFOLD else 1)


def from_stripe(number: int, currency: str) -> Money:
    """`currency` in either case. Raises ValueError for a fraction of a currency that has none."""
    currency = currency.upper()
    if currency not in _HUNDREDFOLD:
        return Money(number, currency)
    whole, rest = divmod(number, 100)
    if rest:
        raise ValueError(f"{number} is no whole amount of {currency}")
    return Money(whole, currency)


def nearest(number: int, currency: str) -> Money:
    """The same, rounded to a whole amount: fees are worked out in hundredths of what has none."""
    currency = currency.upper()
    return Money((number + 50) // 100 if currency in _HUNDREDFOLD else number, currency)


def step(currency: str) -> Money:
    """Amounts must be whole multiples of this."""
    return Money(10 if EXPONENTS[currency] == 3 else 1, currency)


def least(currency: str) -> Money:
    """The smallest amount that Stripe charges."""
    return Money(_LEAST.get(currency, step(currency).minor), currency)


def most(currency: str) -> Money:
    """The largest amount that Stripe charges."""
    digits = _DIGITS.get(currency, 8)
    largest = (10**digits - 1) // (100 if currency in _HUNDREDFOLD else 1)
    return Money(largest - largest % step(currency).minor, currency)
