"""marshmallow's sentences in our own words and in the reader's language."""

import re
from collections.abc import Callable

from flask_babel import gettext as _


def plain(sentence: str) -> str:
    """The sentence a person reads for one of marshmallow's; others pass as they are."""
    known = {
        "Missing data for required field.": _("This is needed."),
        "Field may not be null.": _("This is needed."),
        "Not a valid email address.": _("This is not an e-mail address. Check it for typing errors."),
        "Not a valid integer.": _("Write a whole number."),
        "Not a valid number.": _("Write a number."),
        "Not a valid string.": _("Write a text."),
        "Not a valid boolean.": _("Say yes or no."),
        "Not a valid date.": _("Write the date as year-month-day, like 2025-11-30."),
        "Not a valid datetime.": _("Write date and time, like 2025-11-30T23:59."),
        "Not a valid URL.": _("Write a full web address, like https://example.org."),
        "Unknown field.": _("There is no such field."),
        "Invalid JSON body.": _("The body is not JSON."),
        "Invalid input type.": _("Send one JSON object."),
        "Invalid value.": _("This value is not allowed."),
    }
    return known.get(sentence) or _measured(sentence)


def _measured(sentence: str) -> str:
    limits: dict[str, Callable[..., str]] = {
        r"Longer than maximum length (\d+)\.": lambda n: _("At most %(n)s characters.", n=n),
        r"Shorter than minimum length (\d+)\.": lambda n: _("At least %(n)s characters.", n=n),
        r"Length must be between (\d+) and (\d+)\.": lambda low, high: _(
            "From %(low)s to %(high)s characters.", low=low, high=high
        ),
        r"Must be greater than or equal to (\S+) and less than or equal to (\S+)\.": lambda low, high: _(
            "From %(low)s to %(high)s.", low=low, high=high
        ),
        r"Must be one of: (.*)\.": lambda n: _("Choose one of: %(n)s.", n=n),
        r"Must be greater than or equal to (.*)\.": lambda n: _("Not less than %(n)s.", n=n),
        r"Must be less than or equal to (.*)\.": lambda n: _("Not more than %(n)s.", n=n),
        r"Must be greater than (.*)\.": lambda n: _("More than %(n)s.", n=n),
    }
    for pattern, words in limits.items():
        found = re.fullmatch(pattern, sentence)
        if found:
            return words(*found.groups())
    return sentence
