"""When a payment was made, in the ways that exports write days, times and zones.

Texts that say no moment raise `Unreadable` with the rule that they break.
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from donors.importing.cells import Unreadable

DAY_FIRST, MONTH_FIRST = "dmy", "mdy"

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
