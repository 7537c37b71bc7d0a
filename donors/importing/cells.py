"""What cells say: amounts, moments, words for yes, and states of payments, in the ways that exports write them.

Each reads one text and raises `Unreadable` with the rule that it breaks (a key of `reasons.RULES`).
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.money import EXPONENTS, LARGEST_MINOR, Money, NotMoney

POINT, COMMA, EITHER = "point", "comma", "either"
DAY_FIRST, MONTH_FIRST = "dmy", "mdy"

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


_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            *("jan january ene enero", "feb february febrero", "mar march marzo", "apr april abr abril"),
            *("may mayo", "jun june junio", "jul july julio", "aug august ago agosto"),
            *("sep sept september septiembre", "oct october octubre", "nov november noviembre"),
            "dec december dic diciembre",
        ),
        start=1,
    )
    for name in names.split()
}
_HOURS = {
    "utc": 0,
    "gmt": 0,
    "z": 0,
    "wet": 0,
    "bst": 1,
    "west": 1,
    "cet": 1,
    "cest": 2,
    "eet": 2,
    "eest": 3,
    "est": -5,
    "edt": -4,
    "cst": -6,
    "cdt": -5,
    "mst": -7,
    "mdt": -6,
    "pst": -8,
    "pdt": -7,
    "akst": -9,
    "akdt": -8,
    "hst": -10,
    "ast": -4,
    "adt": -3,
}
_TIME = re.compile(
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?\s*(?P<half>[ap]\.?m\.?)?"
    r"\s*(?P<zone>[+-]\d{2}:?\d{2}|[A-Za-z]+(?:/[A-Za-z_/]+)?)?",
    re.IGNORECASE,
)
_ISO_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_LOCAL_DAY = re.compile(r"(\d{1,2})\s?[-/.]\s?(\d{1,2})\s?[-/.]\s?(\d{4}|\d{2})")
_NAMED_DAY = re.compile(
    r"(?:[a-záéíóú]+\.?,? )?"
    r"(?:([a-z]{3,})\.? (\d{1,2})(?:st|nd|rd|th)?|(\d{1,2})(?:st|nd|rd|th)?\.?(?: de)? ([a-z]{3,})\.?)"
    r",?(?: de)? (\d{4})",
    re.IGNORECASE,
)
_OLDEST_YEAR = 1970


def moment(day: str, time: str, zone: str, *, order: str = "", now: datetime) -> datetime:
    """The instant of `day` (which may hold the time as well), `time` and `zone` (an IANA name, an abbreviation or an
    offset, where the texts hold none). A day without a time is its noon, so that it stays that day nearby.

    `order`: `mdy` or `dmy` for days like 3/4/2024; without it those that could be both are refused.
    """
    text = " ".join(day.split())
    found, rest = _day(text, order)
    clock_text = (rest or time).strip().removeprefix("T").removeprefix("t").strip(" ,")
    hour, minute, second, own_zone = _time(clock_text)
    if found[0] < _OLDEST_YEAR:
        raise Unreadable("date")
    try:
        instant = datetime(*found, hour, minute, second, tzinfo=_zone(own_zone or zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unreadable("date") from None
    if instant > now:
        raise Unreadable("date_future")
    return instant


def _day(text: str, order: str) -> tuple[tuple[int, int, int], str]:
    """Year, month and day, and what follows."""
    if iso := _ISO_DAY.match(text):
        return (int(iso[1]), int(iso[2]), int(iso[3])), text[iso.end() :]
    if local := _LOCAL_DAY.match(text):
        year = int(local[3]) + (2000 if len(local[3]) == 2 else 0)
        month, day = _ordered(int(local[1]), int(local[2]), order)
        return (year, month, day), text[local.end() :]
    if named := _NAMED_DAY.match(text):
        month = _MONTHS.get((named[1] or named[4]).lower())
        if month:
            return (int(named[5]), month, int(named[2] or named[3])), text[named.end() :]
    raise Unreadable("date")


def _ordered(first: int, second: int, order: str) -> tuple[int, int]:
    if order == MONTH_FIRST:
        return first, second
    if order == DAY_FIRST or first > 12:
        return second, first
    if second > 12 or first == second:
        return first, second
    raise Unreadable("date_unclear")


def order_of(days: list[str]) -> str:
    """Which order the days of a column have, as far as one of them shows it; else nothing."""
    for day in days:
        local = _LOCAL_DAY.match(day.strip())
        if local and int(local[1]) > 12:
            return DAY_FIRST
        if local and int(local[2]) > 12:
            return MONTH_FIRST
    return ""


def _time(text: str) -> tuple[int, int, int, str]:
    if not text:
        return 12, 0, 0, ""
    found = _TIME.fullmatch(text)
    if found is None:
        raise Unreadable("time")
    hour = int(found["hour"])
    if found["half"]:
        if not 1 <= hour <= 12:
            raise Unreadable("time")
        hour = hour % 12 + (12 if found["half"].lower().startswith("p") else 0)
    minute, second = int(found["minute"]), int(found["second"] or 0)
    if hour > 23 or minute > 59 or second > 59:
        raise Unreadable("time")
    return hour, minute, second, found["zone"] or ""


@lru_cache(maxsize=256)
def _zone(name: str) -> tzinfo:
    bare = name.strip()
    if offset := re.fullmatch(r"([+-])(\d{2}):?(\d{2})", bare):
        shift = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        if shift >= timedelta(hours=24):
            raise Unreadable("zone")
        return timezone(-shift if offset[1] == "-" else shift)
    if bare.lower() in _HOURS:
        return timezone(timedelta(hours=_HOURS[bare.lower()]))
    try:
        return ZoneInfo(bare)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Unreadable("zone") from None


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
