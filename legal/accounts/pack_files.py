"""The pack as rows that page, CSV and PDF share, so that they show the same numbers."""

from collections.abc import Iterator
from datetime import datetime

from flask_babel import gettext as _

from core import pdf
from core.i18n import money
from core.money import Money
from legal.accounts.pack import Pack
from legal.accounts.recognition import CHOICES

Line = tuple[str, str, Money]


def lines(pack: Pack) -> list[Line]:
    """(where it goes on the form, what it is, amount)."""
    return [
        ("990 VIII 1f", _("Contributions in cash, less refunds"), pack.contributions),
        ("990 VIII 3", _("Interest on bonds"), pack.interest),
        ("", _("Expenses in cash, forfeited bonds among them"), pack.expenses),
        ("", _("Released from restriction"), pack.released),
        ("", _("Net assets with donor restrictions at the end"), pack.net_assets),
        ("D XI 1", _("Revenue per the statements"), pack.revenue_per_statements),
        ("D XI 2b", _("Donated services in it"), pack.recognised),
        ("D XI 5", _("Revenue per the return"), pack.revenue_per_return),
        ("D XII 1", _("Expenses per the statements"), pack.expenses_per_statements),
        ("D XII 2a", _("Donated services in them"), pack.recognised),
        ("D XII 5", _("Expenses per the return"), pack.expenses_per_return),
        ("", _("Services disclosed and not recognised"), pack.disclosed),
    ]


NOTE_HEAD = (
    *("category", "amount", "currency", "monetised_or_utilised", "program", "donor_restrictions"),
    *("technique", "recognition", "reason"),
)


def note(pack: Pack) -> Iterator[tuple[object, ...]]:
    """The ASU 2020-07 table: a row for each category of services."""
    for row in pack.services:
        yield (
            *(row.category, row.amount.major, row.amount.currency, _("utilised"), row.program),
            *(_("for the case alone"), row.technique, str(CHOICES[row.recognition]), row.reason),
        )


def csv_rows(pack: Pack) -> Iterator[tuple[object, ...]]:
    for form, text, amount in lines(pack):
        yield "line", form, text, amount.major, amount.currency, "", "", "", ""
    for category, major, currency, *rest in note(pack):
        yield "service", "", category, major, currency, rest[1], rest[3], rest[4], rest[5]


CSV_HEAD = (
    "kind",
    "form_line",
    "what",
    "amount",
    "currency",
    "program",
    "technique",
    "recognition",
    "reason",
)


def as_pdf(pack: Pack, *, organisation: str, language: str, as_of: datetime) -> bytes:
    about = {
        "language": language,
        "title": _("Accounts and services given"),
        "organisation": organisation,
        "period": f"{pack.starts_on} – {pack.ends_on}",
        "lines": [[form, text, money(amount)] for form, text, amount in lines(pack)],
        "note_title": _("Services given (ASU 2020-07)"),
        "note_head": [_("Category"), _("Program and technique"), _("Recognition"), _("Amount")],
        "note": [
            [
                row.category,
                f"{row.program}. {row.technique}",
                f"{CHOICES[row.recognition]}. {row.reason}",
                money(row.amount),
            ]
            for row in pack.services
        ],
        "policy": policy(),
    }
    return pdf.render("accounts", about, made_at=as_of)


def policy() -> str:
    return _(
        "Services given are used in the program and never sold. Recognised services are as much revenue as expense,"
        " so net assets do not move. Form 990 leaves them out of revenue."
    )
