"""A statement: what a donor gave to one organisation from one day to another, net of what went back.

A gift belongs to the day it was paid, where the organisation is. What went back is taken off its gift,
whenever that was, so that a statement made later never claims money that is no longer there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from core import clock, pdf
from core.db import db
from core.i18n import day as day_text
from core.i18n import language
from core.i18n import money as money_text
from core.money import Money
from donors.gifts.gift import PARTLY_REFUNDED, REFUNDED, SETTLED, Gift
from donors.people.donor import Donor
from donors.receipts.receipt import Receipt
from staff.organisation import Organisation


@dataclass(frozen=True)
class Line:
    paid_on: date
    receipt: str
    drive: str
    given: Money
    returned: Money

    @property
    def kept(self) -> Money:
        return self.given - self.returned


@dataclass(frozen=True)
class Statement:
    """`since` and `until` are both part of it. Totals are one per currency."""

    organisation: Organisation
    donor: Donor
    since: date
    until: date
    lines: Sequence[Line]
    as_of: datetime

    @property
    def totals(self) -> list[Money]:
        currencies = sorted({line.given.currency for line in self.lines})
        return [
            sum((line.kept for line in self.lines if line.given.currency == each), Money.zero(each))
            for each in currencies
        ]


def statement_of(donor: Donor, since: date, until: date) -> Statement:
    organisation = db.session.get_one(Organisation, donor.organisation_id)
    query = (
        select(Gift, Receipt)
        .outerjoin(Receipt, Receipt.gift_id == Gift.id)
        .where(
            Gift.donor_id == donor.id,
            Gift.state.in_((SETTLED, PARTLY_REFUNDED, REFUNDED)),
            Gift.paid_at >= clock.opens_at(since, organisation.zone),
            Gift.paid_at < clock.closes_at(until, organisation.zone),
        )
        .options(joinedload(Gift.drive))
        .order_by(Gift.paid_at, Receipt.year, Receipt.number, Gift.id)
    )
    zone = ZoneInfo(organisation.zone)
    lines = [_line(gift, receipt, zone) for gift, receipt in db.session.execute(query)]
    return Statement(organisation, donor, since, until, lines, as_of=clock.now())


def _line(gift: Gift, receipt: Receipt | None, zone: ZoneInfo) -> Line:
    assert gift.paid_at is not None
    return Line(
        paid_on=gift.paid_at.astimezone(zone).date(),
        receipt=receipt.label if receipt else "",
        drive=gift.drive.title,
        given=gift.charged,
        returned=gift.refunded,
    )


HEADER = ("paid_on", "receipt", "drive", "given", "returned", "kept", "currency")


def csv_rows(statement: Statement) -> list[tuple[Any, ...]]:
    return [
        (
            *(line.paid_on, line.receipt, line.drive, line.given.major, line.returned.major),
            *(line.kept.major, line.given.currency),
        )
        for line in statement.lines
    ]


def document(statement: Statement) -> bytes:
    """The statement as a PDF document, in the reader's language."""
    organisation = statement.organisation
    about = {
        "language": language(),
        "title": _(
            "Gifts from %(since)s to %(until)s",
            since=day_text(statement.since),
            until=day_text(statement.until),
        ),
        "organisation": organisation.name,
        "contact": organisation.contact,
        "facts": [
            fact
            for fact in (
                (_("Received from"), statement.donor.called),
                (_("Tax number"), organisation.tax_id),
                (_("As of"), day_text(statement.as_of, organisation.zone)),
            )
            if fact[1]
        ],
        "header": [_("Paid"), _("Receipt"), _("For"), _("Given"), _("Went back"), _("Kept")],
        "rows": [_cells(line) for line in statement.lines],
        "total": [_("In all"), ", ".join(money_text(each) for each in statement.totals) or money_text(0)],
        "empty": _("No gift was paid in this time."),
        "notes": [_("No goods or services were given in return for these gifts.")],
    }
    return pdf.render("statement", about, made_at=statement.as_of)


def _cells(line: Line) -> list[str]:
    returned = money_text(line.returned) if line.returned else ""
    return [
        day_text(line.paid_on),
        line.receipt,
        line.drive,
        money_text(line.given),
        returned,
        money_text(line.kept),
    ]
