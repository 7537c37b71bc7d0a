"""A block: an address, an e-mail, a card or a drive from which gifts are not taken for a while.

It ends by itself, or somebody lifts it and says why.
"""

from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from core import clock, ids
from core.db import Id, Model, UtcDateTime, db
from staff.organisation import Organisation

ADDRESS, EMAIL, CARD, DRIVE = KINDS = ("address", "email", "card", "drive")
#: Why it was made.
ATTEMPTS, DECLINES = REASONS = ("attempts", "declines")


class Block(Model):
    __tablename__ = "donor_block"
    __table_args__ = (
        CheckConstraint("kind IN ('address','email','card','drive')", name="kind"),
        CheckConstraint("reason IN ('attempts','declines')", name="reason"),
        Index("ix_donor_block_mark", "mark", "until_at"),
        Index("ix_donor_block_organisation", "organisation_id", "made_at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("block"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey(Organisation.id))
    kind: Mapped[str] = mapped_column(Text)
    #: A keyed digest of the address or e-mail, Stripe's fingerprint of the card, or the drive's id.
    mark: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    #: How many attempts or declines there had been.
    count: Mapped[int] = mapped_column()
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    until_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lifted_by: Mapped[str] = mapped_column(Text, default="")

    @property
    def state(self) -> str:
        """`in_force`, `lifted` or `over`."""
        if self.lifted_at is not None:
            return "lifted"
        return "in_force" if self.until_at > clock.now() else "over"


def in_force(organisation_id: str, *marks: str) -> list[Block]:
    """The blocks that hold now on any of the marks."""
    query = select(Block).where(
        Block.mark.in_([mark for mark in marks if mark]),
        Block.organisation_id == organisation_id,
        Block.until_at > clock.now(),
        Block.lifted_at.is_(None),
    )
    return list(db.session.scalars(query))


def make(organisation_id: str, kind: str, mark: str, *, reason: str, count: int, hours: int) -> Block | None:
    """A new block, unless one is in force or there is nothing to block."""
    if not mark or in_force(organisation_id, mark):
        return None
    row = Block(
        organisation_id=organisation_id,
        kind=kind,
        mark=mark,
        reason=reason,
        count=count,
        until_at=clock.now() + timedelta(hours=hours),
    )
    db.session.add(row)
    db.session.flush()
    return row
