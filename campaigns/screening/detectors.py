"""What public texts about a case should rarely hold: each finding asks the author to look again."""

import re
from collections.abc import Iterator

from flask_babel import gettext as _

_MONTHS = (
    "january|february|march|april|may|june|july|august|september|october|november|december"
    "|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec"
    "|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|setiembre|octubre|noviembre|diciembre"
)
_STREETS = (
    "street|st|avenue|ave|road|rd|boulevard|blvd|drive|dr|lane|ln|court|ct|way|place|pl|highway|hwy|parkway"
)
_PATTERNS = (
    ("a_number", r"\bA[\s#-]*\d{2,3}[\s-]?\d{3}[\s-]?\d{3}\b"),
    ("receipt_number", r"\b[A-Z]{3}[\s-]?\d{10}\b"),
    ("docket_number", r"\b(?:\d{1,2}:)?\d{2}-(?:cv|cr|mc|mj|md|po|ap|bk|civ|crim)-\d{2,6}\b"),
    (
        "street_address",
        rf"\b\d{{1,6}}\s+(?:[A-Za-zÀ-ž0-9.'-]+\s+){{1,4}}(?:{_STREETS})\b|\b(?:calle|avenida|av\.)\s+[^\n,]{{2,40}}\d",
    ),
    ("full_date", r"\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}[/.]\d{1,2}[/.](?:\d{4}|\d{2})\b"),
    ("full_date", rf"\b(?:{_MONTHS})\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}\b"),
    (
        "full_date",
        rf"\b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:de\s+)?(?:{_MONTHS})\.?,?\s+(?:de\s+|del\s+)?\d{{4}}\b",
    ),
    ("email", r"[^\s@<>()]+@[^\s@<>()]+\.[A-Za-z]{2,}"),
    (
        "phone",
        r"(?<![\w$€£.,])(?:\+\d{1,3}[\s.-]?)?\(?\d{3}\)?[\s.-]\d{3}[\s.-]?\d{4}(?!\w)|\+\d[\d\s.-]{8,16}\d",
    ),
)
_COMPILED = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _PATTERNS)


def findings(text: str) -> list[str]:
    """Kinds of detail found in the text, each once, in the order of the table above."""
    return list(dict.fromkeys(_kinds(text)))


def _kinds(text: str) -> Iterator[str]:
    for kind, pattern in _COMPILED:
        if pattern.search(text):
            yield kind


def places(text: str) -> list[tuple[int, int, str]]:
    """Where each finding stands: first character, the one after the last, kind; in the order of the text."""
    return sorted((hit.start(), hit.end(), kind) for kind, each in _COMPILED for hit in each.finditer(text))


def sentence(kind: str) -> str:
    """What to tell the author about one kind of finding."""
    return {
        "a_number": _("This looks like an immigration file number."),
        "receipt_number": _("This looks like an immigration receipt number."),
        "docket_number": _("This looks like a court's docket number."),
        "street_address": _("This looks like a street address."),
        "full_date": _("This has a full date. A month is safer."),
        "email": _("This has an e-mail address."),
        "phone": _("This looks like a telephone number."),
        "name_part": _("This has a word that is also part of the sealed name."),
    }[kind]
