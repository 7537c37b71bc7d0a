"""The file that a bank in the United States takes for payments to people: NACHA, one batch of PPD credits.

Fixed records of 94 characters, blocks of ten records. Positions follow the Nacha Operating Rules, appendix three
("ACH Record Format Specifications"). Amounts are cents; an entry hash is the sum of the receiving banks' first eight
digits, its last ten digits kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from anyascii import anyascii

WIDTH, BLOCK = 94, 10
CREDITS_ONLY = "220"
#: By kind of account: a live credit.
TRANSACTION = {"checking": "22", "savings": "32"}
MOST_CENTS = 10**10 - 1


@dataclass(frozen=True, kw_only=True, repr=False)
class Originator:
    """Who pays, and through which bank. `company_id` has ten characters, as the bank gave it."""

    routing: str
    bank_name: str
    company_name: str
    company_id: str


@dataclass(frozen=True, kw_only=True, repr=False)
class Credit:
    """One payment to one account."""

    routing: str
    number: str
    kind: str
    holder: str
    cents: int
    reference: str


def write(origin: Originator, credits: Sequence[Credit], *, made_at: datetime, effective_on: date) -> str:
    """The file, every line 94 characters, ended by a line feed. Raises ValueError for what does not fit a field."""
    entries = [_entry(origin, each, number) for number, each in enumerate(credits, start=1)]
    entry_hash = sum(int(each.routing[:8]) for each in credits) % 10**10
    total = sum(each.cents for each in credits)
    records = [
        _file_header(origin, made_at),
        _batch_header(origin, effective_on),
        *entries,
        _batch_control(origin, len(entries), entry_hash, total),
    ]
    blocks = -(-(len(records) + 1) // BLOCK)
    records.append(_file_control(blocks, len(entries), entry_hash, total))
    records += ["9" * WIDTH] * (blocks * BLOCK - len(records))
    return "".join(f"{each}\n" for each in records)


def _file_header(origin: Originator, made_at: datetime) -> str:
    return "".join(
        (
            "101",
            f" {origin.routing}",
            _text(origin.company_id, 10),
            f"{made_at:%y%m%d%H%M}",
            "A094101",
            _text(origin.bank_name, 23),
            _text(origin.company_name, 23),
            " " * 8,
        )
    )


def _batch_header(origin: Originator, effective_on: date) -> str:
    return "".join(
        (
            f"5{CREDITS_ONLY}",
            _text(origin.company_name, 16),
            " " * 20,
            _text(origin.company_id, 10),
            "PPDREIMBURSE ",
            " " * 6,
            f"{effective_on:%y%m%d}",
            "   1",
            origin.routing[:8],
            _number(1, 7),
        )
    )


def _entry(origin: Originator, credit: Credit, number: int) -> str:
    return "".join(
        (
            f"6{TRANSACTION[credit.kind]}",
            credit.routing,
            _text(credit.number, 17),
            _number(credit.cents, 10),
            _text(credit.reference, 15),
            _text(credit.holder, 22),
            "  0",
            origin.routing[:8],
            _number(number, 7),
        )
    )


def _batch_control(origin: Originator, entries: int, entry_hash: int, total: int) -> str:
    sums = (_number(entries, 6), _number(entry_hash, 10), _number(0, 12), _number(total, 12))
    company = _text(origin.company_id, 10)
    return "".join((f"8{CREDITS_ONLY}", *sums, company, " " * 25, origin.routing[:8], _number(1, 7)))


def _file_control(blocks: int, entries: int, entry_hash: int, total: int) -> str:
    counts = (_number(1, 6), _number(blocks, 6), _number(entries, 8), _number(entry_hash, 10))
    return "".join(("9", *counts, _number(0, 12), _number(total, 12), " " * 39))


def _text(text: str, width: int) -> str:
    return " ".join(anyascii(text).split()).upper()[:width].ljust(width)


def _number(number: int, width: int) -> str:
    if not 0 <= number < 10**width:
        raise ValueError(f"{number} does not fit {width} digits")
    return str(number).zfill(width)
