"""What cells say: amounts, words for yes, and states of payments, in the ways that exports write them.

Each reads one text and raises `Unreadable` with the rule that it breaks (a key of `reasons.RULES`).
"""

import re
from decimal import Decimal

from core.money import EXPONENTS, LARGEST_MINOR, Money, NotMoney

POINT, COMMA, EITHER = "point", "comma", "either"

_SIGNS = str.maketrans({"\u2212": "-", "\u2013": "-", "\u00a0": " ", "\u202f": " ", "\u2019": "'"})
_NUMBERS = {
    POINT: re.compile(r"(?:\d+|\d{1,3}(?:[ ,']\d{3})+)?(?:\.\d*)?"),
    COMMA: re.compile(r"(?:\d+|\d{1,3}(?:[ .']\d{3})+)?(?:,\d*)?"),
}
_AROUND = re.compile(r"^[A-Za-z$€£¥₩₫₡₲ ]+|[A-Za-z$€£¥₩₫₡₲. ]+$")


class Unreadable(Exception):
    """A cell breaks the rule of this name."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


def amount(text: str, currency: str, decimal: str = EITHER) -> Money:
    """`$1,234.50`, `1.234,50 €`, `(12.00)`, `-3,5`; negative amounts stay negative. `decimal` says which sign the
    file's decimals have; `either` takes both and refuses what could be either."""
    bare = text.translate(_SIGNS).strip()
    is_negative = (bare.startswith("(") and bare.endswith(")")) or bare.endswith("-")
    bare = bare.strip("()").rstrip("-").strip()
    if bare.startswith("-"):
        is_negative, bare = True, bare[1:]
    bare = _AROUND.sub("", bare).strip()
    if bare.startswith("-"):
        is_negative, bare = True, bare[1:].strip()
    money = _either(bare, currency) if decimal == EITHER else _exact(bare, currency, decimal)
    return -money if is_negative else money


def _either(bare: str, currency: str) -> Money:
    if not re.fullmatch(r"[\d.,' ]*\d[.,]?", bare):
        raise Unreadable("amount")
    try:
        return Money.parse(bare.replace("'", ""), currency)
    except NotMoney:
        raise Unreadable("amount_unclear" if re.fullmatch(r"\d{1,3}\.\d{3}", bare) else "amount") from None


def _exact(bare: str, currency: str, decimal: str) -> Money:
    if not any(each.isdecimal() for each in bare) or not _NUMBERS[decimal].fullmatch(bare):
        raise Unreadable("amount")
    sign = "." if decimal == POINT else ","
    plain = "".join("." if each == sign else each for each in bare if each.isdecimal() or each == sign)
    minor = Decimal(plain).scaleb(EXPONENTS[currency])
    if minor != minor.to_integral_value() or minor > LARGEST_MINOR:
        raise Unreadable("amount")
    return Money(int(minor), currency)


_YES = frozenset({"yes", "true", "1", "y", "x", "si", "sí", "on", "t"})
_NO = frozenset({"", "no", "false", "0", "n", "off", "f", "none", "one-time", "one time", "onetime", "once"})


def is_yes(text: str) -> bool:
    return text.strip().lower() in _YES


def says_recurring(text: str) -> bool:
    """A count of months, a plan's id, `Monthly`: whatever is no no."""
    return text.strip().lower() not in _NO


PAID, RETURNED, NOT_PAID, WAITING = "paid", "returned", "not_paid", "waiting"
#: What exports say of a payment, in one spelling.
STATES = {
    **dict.fromkeys(
        (
            *("paid", "complete", "completed", "succeeded", "successful", "success", "settled", "cleared"),
            *("received", "captured", "publish", "renewal", "pagado", "completado", "partially refunded"),
            *("partial refund", "partialrefunded"),
        ),
        PAID,
    ),
    **dict.fromkeys(
        (
            *("refunded", "refund", "fully refunded", "reversed", "charged back", "chargeback", "disputed"),
            *("returned", "reembolsado", "dispute lost"),
        ),
        RETURNED,
    ),
    **dict.fromkeys(
        (
            *("failed", "declined", "denied", "cancelled", "canceled", "abandoned", "expired", "revoked"),
            *("void", "voided", "removed", "blocked", "trash", "incomplete", "error", "fallido", "cancelado"),
            *("requires payment method", "requires confirmation", "requires action", "unclaimed", "rejected"),
        ),
        NOT_PAID,
    ),
    **dict.fromkeys(
        (
            *(
                "pending",
                "processing",
                "uncaptured",
                "held",
                "on hold",
                "authorized",
                "preapproved",
                "placed",
            ),
            *("requires capture", "partially paid", "in transit", "pendiente"),
        ),
        WAITING,
    ),
}


def state(text: str) -> str:
    """`paid`, `returned`, `not_paid` or `waiting`."""
    found = STATES.get(" ".join(re.split(r"[\s_\-]+", text.strip().lower())))
    if found is None:
        raise Unreadable("status")
    return found
