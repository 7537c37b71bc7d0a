"""That a line of the bank is the money of a gift, or of a whole batch that was brought to the bank."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, select, text
from sqlalchemy.orm import Mapped, mapped_column

from core import clock, ids
from core.db import Id, Model, UtcDateTime, db
from donors.gifts.gift import Gift
from donors.offline.batch import GiftBatch
from donors.payouts.bank_line import BankLine

_STANDS = "undone_at IS NULL"


class LineMatch(Model):
    """Of a line, a gift and a batch each stands in one match at most; what was undone stays as a row."""

    __tablename__ = "line_match"
    __table_args__ = (
        CheckConstraint("(gift_id IS NULL) <> (batch_id IS NULL)", name="one"),
        *(
            Index(
                f"uq_line_match_{column}",
                column,
                unique=True,
                sqlite_where=text(_STANDS),
                postgresql_where=text(_STANDS),
            )
            for column in ("line_id", "gift_id", "batch_id")
        ),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("match"))
    line_id: Mapped[str] = mapped_column(ForeignKey(BankLine.id))
    gift_id: Mapped[str | None] = mapped_column(ForeignKey(Gift.id))
    batch_id: Mapped[str | None] = mapped_column(ForeignKey(GiftBatch.id))
    #: Whether the gift was recorded from the line itself, and is taken back with the match.
    made_gift: Mapped[bool] = mapped_column(default=False)
    matched_by: Mapped[str] = mapped_column(Text)
    matched_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    undone_by: Mapped[str] = mapped_column(Text, default="")
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


def standing_id(line_id: str) -> str | None:
    """The id of the match in which a line stands."""
    query = select(LineMatch.id).where(LineMatch.line_id == line_id, LineMatch.undone_at.is_(None))
    return db.session.scalar(query)


def is_taken(*, gift_id: str | None, batch_id: str | None) -> bool:
    """Whether some line is this gift, or this batch."""
    return _standing_of(gift_id, batch_id) is not None


def release(*, by: str, gift_id: str | None = None, batch_id: str | None = None) -> None:
    """The gift was taken back, or the batch opened again: its line is nobody's money any more."""
    row = _standing_of(gift_id, batch_id)
    if row is not None:
        row.undone_by, row.undone_at = by, clock.now()


def _standing_of(gift_id: str | None, batch_id: str | None) -> LineMatch | None:
    which = LineMatch.gift_id == gift_id if gift_id else LineMatch.batch_id == batch_id
    return db.session.scalars(select(LineMatch).where(which, LineMatch.undone_at.is_(None))).first()
