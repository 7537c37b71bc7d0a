"""Money as a type: whole minor units of one currency, and nothing else.

A `Money` refuses floats, bools and mixed currencies, so a sum of dollars and yen, or a cent lost in a
binary fraction, cannot be written. Exponents stand in one table; nobody divides by 100.
"""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import total_ordering
from typing import Self

#: Decimals of each currency that drives may use (ISO 4217). A currency that is not here is refused.
EXPONENTS: dict[str, int] = {
    **dict.fromkeys(("CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND"), 0),
    **dict.fromkeys(
        (
            *("ARS", "AUD", "BOB", "BRL", "CAD", "CHF", "COP", "CRC", "DKK", "DOP", "EUR", "GBP", "GTQ"),
            *("HNL", "INR", "MXN", "NIO", "NOK", "NZD", "PEN", "PLN", "SEK", "USD", "UYU", "ZAR"),
        ),
        2,
    ),
    **dict.fromkeys(("BHD", "JOD", "KWD", "TND"), 3),
}

#: The largest amount a BIGINT column and Stripe's eight digits both leave well inside their limits.
LARGEST_MINOR = 10**15


class CurrencyMismatch(ValueError):
    """Two currencies met in one sum or comparison."""


class NotMoney(ValueError):
    """What was typed is not an amount in this currency; the message says why, for a person."""


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """`minor` units (cents, yen, fils) of `currency` (ISO 4217, upper case)."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(f"Money counts whole minor units, not {type(self.minor).__name__}")
        if self.currency not in EXPONENTS:
            raise NotMoney(f"unknown currency {self.currency!r}")

    @classmethod
    def zero(cls, currency: str) -> Self:
        return cls(0, currency)

    @classmethod
    def parse(cls, text: str, currency: str) -> Self:
        """Read what a person typed: `50`, `50.5`, `$1,234.50`, `1.234,50`.

        Raises `NotMoney` for anything else, for fractions finer than the currency has, and for amounts
        beyond `LARGEST_MINOR`.
        """
        digits = _plain_decimal(text, EXPONENTS[currency])
        minor = Decimal(digits).scaleb(EXPONENTS[currency])
        if minor != minor.to_integral_value():
            raise NotMoney(f"{currency} has {EXPONENTS[currency]} decimals at most")
        if abs(minor) > LARGEST_MINOR:
            raise NotMoney("the amount is too large")
        return cls(int(minor), currency)

    @classmethod
    def of(cls, value: Decimal, currency: str) -> Self:
        """Round an exact `value` in major units half-up to the minor unit."""
        minor = value.scaleb(EXPONENTS[currency]).quantize(Decimal(1), rounding=ROUND_HALF_UP)
        return cls(int(minor), currency)

    @property
    def major(self) -> Decimal:
        """The exact amount in major units, for printing and for rates."""
        return Decimal(self.minor).scaleb(-EXPONENTS[self.currency])

    def split(self, parts: int) -> list[Self]:
        """Share into `parts` that add up exactly; the first shares take the odd minor units."""
        if parts < 1:
            raise ValueError("cannot split into fewer than one part")
        share, odd = divmod(self.minor, parts)
        return [type(self)(share + (1 if i < odd else 0), self.currency) for i in range(parts)]

    def _of_same_currency(self, other: "Money") -> int:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} do not mix")
        return other.minor

    def __add__(self, other: "Money") -> Self:
        return type(self)(self.minor + self._of_same_currency(other), self.currency)

    def __sub__(self, other: "Money") -> Self:
        return type(self)(self.minor - self._of_same_currency(other), self.currency)

    def __neg__(self) -> Self:
        return type(self)(-self.minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._of_same_currency(other)

    def __bool__(self) -> bool:
        return self.minor != 0

    def __str__(self) -> str:
        return f"{self.major:.{EXPONENTS[self.currency]}f} {self.currency}"


def _plain_decimal(text: str, exponent: int) -> str:
    """`$1,234.50` and `1.234,50` both become `1234.50`; raises `NotMoney` where it is no number."""
    bare = re.sub(r"[\s\u00a0\u202f$€£¥]", "", text)
    if not re.fullmatch(r"-?[0-9][0-9.,]*", bare):
        raise NotMoney("write the amount in digits, like 50 or 12.50")
    last = max(bare.rfind("."), bare.rfind(","))
    if last == -1:
        return bare
    point = bare[last]
    other = "," if point == "." else "."
    tail = len(bare) - last - 1
    is_decimal = bare.count(point) == 1 and (other in bare or tail != 3 or (exponent == 3 and point == "."))
    if not is_decimal and point == "." and bare.count(".") == 1:
        # 1.005 may be a slip of somebody who meant 1.05, and must not become a thousand.
        raise NotMoney("write thousands without a point, like 1005 or 1,005")
    if not is_decimal:
        whole = bare.lstrip("-")
        if not re.fullmatch(r"[1-9][0-9]{0,2}([.,][0-9]{3})+", whole):
            raise NotMoney("write the amount in digits, like 50 or 12.50")
        return bare.replace(".", "").replace(",", "")
    return f"{bare[:last].replace(other, '')}.{bare[last + 1 :] or '0'}"
