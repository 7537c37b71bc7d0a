"""Minutes worked become tenths of an hour, one entry at a time and never on a sum.

The three policies are those of section 1.5 of the billing practice the field shares: six-minute
units, with 0.1 h as the least for any time at all, except where a matter rounds down.
"""

from collections.abc import Callable

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from core.errors import Invalid

MINUTES_PER_UNIT = 6
LONGEST_MINUTES = 24 * 60


def _up(minutes: int) -> int:
    return -(-minutes // MINUTES_PER_UNIT)


def _nearest(minutes: int) -> int:
    """An exact half goes up; Kimai's `closest` sends it down, so 9 minutes differ between the two."""
    return max(1, (minutes + MINUTES_PER_UNIT // 2) // MINUTES_PER_UNIT)


def _down(minutes: int) -> int:
    return minutes // MINUTES_PER_UNIT


POLICIES: dict[str, Callable[[int], int]] = {"up": _up, "nearest": _nearest, "down": _down}
POLICY_LABELS = {
    "up": lazy_gettext("Up to the next tenth of an hour"),
    "nearest": lazy_gettext("To the nearest tenth of an hour, halves up"),
    "down": lazy_gettext("Down to the tenth of an hour"),
}
DEFAULT_POLICY = "nearest"


def tenths(minutes: int, policy: str) -> int:
    """Tenths of an hour for one entry of 1 to 1440 whole minutes.

    Raises Invalid on `minutes` outside that range and on `rounding_policy` when the name is unknown.
    """
    check_minutes(minutes)
    if policy not in POLICIES:
        raise Invalid({"rounding_policy": [_("Choose up, nearest or down.")]})
    return POLICIES[policy](minutes)


def check_minutes(minutes: int, *, field: str = "minutes") -> int:
    """The minutes themselves. Raises Invalid on `field` unless they are 1 to 1440."""
    if not 1 <= minutes <= LONGEST_MINUTES:
        raise Invalid({field: [_("Enter between 1 minute and 24 hours.")]})
    return minutes


def hours_text(units_tenths: int) -> str:
    """Tenths as decimal hours for reading by software: 12 gives "1.2"."""
    sign, units = ("-", -units_tenths) if units_tenths < 0 else ("", units_tenths)
    return f"{sign}{units // 10}.{units % 10}"
