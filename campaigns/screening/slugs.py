"""Slugs: the last part of a public address, in lower-case letters, digits and hyphens."""

import re
from collections.abc import Callable

from flask_babel import gettext as _

from campaigns.screening.folding import words

SHORTEST, LONGEST = 3, 60
_SHAPE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def suggest(title: str, is_taken: Callable[[str], bool]) -> str:
    """A free slug from a title, cut at a word, numbered when the plain one is taken."""
    plain = "".join(each for each in "-".join(words(title)) if each.isascii())
    if len(plain) > LONGEST - 4:
        plain = plain[: LONGEST - 4].rpartition("-")[0] or plain[: LONGEST - 4]
    plain = re.sub("-+", "-", plain).strip("-")
    plain = plain if len(plain) >= SHORTEST else f"page-{plain}".strip("-")
    slug, number = plain, 1
    while is_taken(slug):
        number += 1
        slug = f"{plain}-{number}"
    return slug


def wrong(slug: str, is_taken: Callable[[str], bool]) -> str | None:
    """What is wrong with a slug, as a sentence, or None."""
    if not SHORTEST <= len(slug) <= LONGEST or not _SHAPE.fullmatch(slug):
        return _(
            "Use %(shortest)s to %(longest)s lower-case letters, digits and hyphens, like bring-carlos-home.",
            shortest=SHORTEST,
            longest=LONGEST,
        )
    return _("This address is taken. Choose another.") if is_taken(slug) else None
