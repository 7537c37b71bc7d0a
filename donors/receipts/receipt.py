"""Receipts: one per payment, numbered per organisation and year without gaps, frozen when issued."""

from collections import Counter
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Integer,
    String,
    Text,
    UniqueConstraint,
    insert,
    select,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from core import clock, ids
from core.db import Id, Model, UtcDateTime, db, upsert_add
from core.gathering import gather, write_out
from core.money import Money
from donors.gifts.gift import Gift
from donors.matching.added import Added, added_to
from staff.organisation import Organisation


class ReceiptSeries(Model):
    """The last number given in an organisation's year. Its row is locked until the receipt is committed,
    so a number is never left out and never given twice."""

    __tablename__ = "receipt_series"

    organisation_id: Mapped[str] = mapped_column(ForeignKey(Organisation.id), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int] = mapped_column(Integer)


class Receipt(Model):
    """What a receipt says is fixed when it is issued; the gift may be refunded later, the receipt stays."""

    __tablename__ = "receipt"
    __table_args__ = (UniqueConstraint("organisation_id", "year", "number"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("rcpt"))
    gift_id: Mapped[str] = mapped_column(ForeignKey(Gift.id), unique=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey(Organisation.id))
    year: Mapped[int] = mapped_column()
    number: Mapped[int] = mapped_column()
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    fee_cover_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    donor_name: Mapped[str] = mapped_column(Text)
    paid_at: Mapped[datetime] = mapped_column(UtcDateTime)
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    #: Whether it is mailed: not where no address is known, or staff wants no mail. It can be asked for later.
    by_mail: Mapped[bool] = mapped_column(default=True, server_default=true())
    #: Empty until its mail is queued; the sweep finds those that want one.
    mailed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    #: When a part of the gift last went back, and how much of it has in all. What was issued stays as it was.
    amended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    returned_minor: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    #: What sponsors added to the gift when this was issued: `{"sponsor": str, "amount_minor": int}` each, the
    #: sponsor empty where its name was not public then.
    matches: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, server_default=text("'[]'"))

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def fee_cover(self) -> Money:
        return Money(self.fee_cover_minor, self.currency)

    @property
    def returned(self) -> Money:
        return Money(self.returned_minor, self.currency)

    @property
    def matched(self) -> list[tuple[str, Money]]:
        """Sponsor and what it added when this was issued."""
        return [(each["sponsor"], Money(each["amount_minor"], self.currency)) for each in self.matches]

    @property
    def label(self) -> str:
        """As printed: `2025-000042`."""
        return f"{self.year}-{self.number:06d}"


def issue(gift: Gift, *, zone: str, donor_name: str, by_mail: bool = True) -> None:
    """Write the gift's receipt; its year is the year of the payment where the organisation is."""
    assert gift.paid_at is not None
    row = {
        "gift_id": gift.id,
        "organisation_id": gift.organisation_id,
        "year": gift.paid_at.astimezone(ZoneInfo(zone)).year,
        "amount_minor": gift.amount_minor,
        "fee_cover_minor": gift.fee_cover_minor,
        "currency": gift.currency,
        "donor_name": donor_name,
        "paid_at": gift.paid_at,
        "by_mail": by_mail,
    }
    gather(_issue, row)


def _issue(rows: list[dict[str, Any]]) -> None:
    """Number receipts within their series and write them, each series one step forward."""
    due = Counter((row["organisation_id"], row["year"]) for row in rows)
    numbers = {}
    for organisation_id, year in sorted(due):
        key, count = {"organisation_id": organisation_id, "year": year}, due[organisation_id, year]
        last = upsert_add(ReceiptSeries, key=key, add={"last": count})["last"]
        numbers[organisation_id, year] = iter(range(last - count + 1, last + 1))
    added = added_to(row["gift_id"] for row in rows)
    numbered = [
        row
        | {
            "number": next(numbers[row["organisation_id"], row["year"]]),
            "matches": _frozen(added.get(row["gift_id"], [])),
        }
        for row in rows
    ]
    db.session.flush()
    db.session.execute(
        insert(Receipt), [row | {"id": ids.new_id("rcpt"), "issued_at": clock.now()} for row in numbered]
    )


def _frozen(added: list[Added]) -> list[dict[str, Any]]:
    return [{"sponsor": each.sponsor, "amount_minor": each.amount.minor} for each in added if each.amount]


def amend(gift: Gift, *, at: datetime) -> None:
    """Mark the gift's receipt: so much of the gift has gone back since it was issued."""
    write_out()
    receipt = db.session.scalars(select(Receipt).where(Receipt.gift_id == gift.id)).first()
    if receipt is not None:
        receipt.amended_at, receipt.returned_minor = at, gift.refunded_minor


def void(gift: Gift, *, at: datetime) -> None:
    """Mark the receipt of a gift that never was: its number is kept and counts for nothing. It is not mailed any
    more where it was not mailed yet. An imported gift has none."""
    receipt = db.session.scalars(select(Receipt).where(Receipt.gift_id == gift.id)).first()
    if receipt is None:
        return
    receipt.amended_at, receipt.returned_minor = at, gift.charged.minor
    receipt.by_mail = receipt.by_mail and receipt.mailed_at is not None
