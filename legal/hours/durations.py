"""The five ways people write a duration, read as whole minutes.

`1h 12m`, `1:12`, `72min`, `1.2h` and `01:12:00` all mean 72 minutes (the forms Clio accepts). What is
not a whole minute is refused rather than rounded: rounding happens once, by the matter's policy.
"""

import re
from fractions import Fraction

from flask_babel import gettext as _

from core.errors import Invalid
from legal.hours.rounding import LONGEST_MINUTES, check_minutes

LONGEST_SPELLING = 20
_CLOCK = re.compile(r"(?P<h>[0-9]{1,2}):(?P<m>[0-5][0-9])(?::(?P<s>[0-5][0-9]))?")
_WORDS = re.compile(
    r"(?:(?P<h>[0-9]{1,4}(?:[.,][0-9]{1,4})?)\s*h(?:ours?|rs?)?)?\s*"
    r"(?:(?P<m>[0-9]{1,4})\s*m(?:in(?:ute)?s?)?)?"
)


def parse(text: str, *, field: str = "duration") -> int:
    """Whole minutes, 1 to 1440. Raises Invalid on `field` for any other spelling, size or fraction."""
    typed = text.strip().lower()
    minutes = _clock(typed) if ":" in typed else _words(typed)
    if minutes is None or len(typed) > LONGEST_SPELLING:
        raise Invalid({field: [_("Write a duration such as 1h 12m, 1:12, 72min or 1.2h.")]})
    if minutes > LONGEST_MINUTES:
        return check_minutes(LONGEST_MINUTES + 1, field=field)
    if minutes.denominator != 1:
        raise Invalid({field: [_("Write whole minutes, for example 1h 20m.")]})
    return check_minutes(int(minutes), field=field)


def spell(minutes: int) -> str:
    """Minutes in the spelling the timesheet shows: 72 gives "1h 12m", 45 gives "45m"."""
    hours, rest = divmod(minutes, 60)
    return " ".join(part for part in (f"{hours}h" if hours else "", f"{rest}m" if rest else "") if part)


def _clock(typed: str) -> Fraction | None:
    match = _CLOCK.fullmatch(typed)
    if match is None:
        return None
    return Fraction(int(match["h"]) * 60 + int(match["m"])) + Fraction(int(match["s"] or 0), 60)


def _words(typed: str) -> Fraction | None:
    """Hours may carry a decimal point or comma, but not beside separate minutes: 1.5h 10m is unclear."""
    match = _WORDS.fullmatch(typed)
    if match is None or not (match["h"] or match["m"]):
        return None
    hours = Fraction((match["h"] or "0").replace(",", "."))
    if match["m"] and hours.denominator != 1:
        return None
    return hours * 60 + int(match["m"] or 0)
