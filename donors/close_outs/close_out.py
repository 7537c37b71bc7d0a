"""A close-out: what a closed drive has left, and what is done with it, version by version of its surplus clause.

    draft -> working (a second person confirmed) -> done
    draft -> undone

A drive has one that is not undone. What each gift's share is and becomes is fixed at the confirmation; a gift has
one share ever.
"""

from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, Text, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaigns.drives.drive import Drive
from campaigns.funds.fund import Fund
from campaigns.funds.surplus import SurplusClause
from core import clock, ids
from core.db import Id, Model, MoneyColumns, UtcDateTime, db
from core.errors import Conflict, NotFound
from donors.gifts.gift import Gift
from donors.gifts.refund import Refund
from donors.people.donor import Donor
from staff.access import Actor

DRAFT, WORKING, DONE, UNDONE = "draft", "working", "done", "undone"
STATES = {
    DRAFT: lazy_gettext("Being prepared"),
    WORKING: lazy_gettext("Being worked off"),
    DONE: lazy_gettext("Closed out"),
    UNDONE: lazy_gettext("Taken back"),
}
TRANSITIONS = frozenset({(DRAFT, WORKING), (WORKING, DONE), (DRAFT, UNDONE)})

#: What becomes of a gift's share: back to its donor, to another fund, or it stays for the fund's purpose.
BACK, MOVED, STAYS = "back", "moved", "stays"
_STANDING = text("state <> 'undone'")
_BECAUSE = text("because <> ''")


class CloseOut(Model):
    __tablename__ = "close_out"
    __table_args__ = (
        CheckConstraint("state IN ('draft','working','done','undone')", name="state"),
        CheckConstraint("(state IN ('done','undone')) = (ended_at IS NOT NULL)", name="ended"),
        Index(
            "uq_close_out_standing",
            "drive_id",
            unique=True,
            sqlite_where=_STANDING,
            postgresql_where=_STANDING,
        ),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("out"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    drive_id: Mapped[str] = mapped_column(ForeignKey(Drive.id))
    fund_id: Mapped[str] = mapped_column(ForeignKey(Fund.id))
    state: Mapped[str] = mapped_column(Text, default=DRAFT, index=True)
    begun_by: Mapped[str] = mapped_column(Text)
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    #: How the leftover was reckoned when two people agreed to it; amounts in minor units.
    reckoned: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    asked_by: Mapped[str] = mapped_column(Text, default="")
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: What came of it, told on the drive's page; amounts in minor units of the drive's currency.
    returned_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    returned_to: Mapped[int] = mapped_column(default=0)
    stayed_minor: Mapped[int] = mapped_column(BigInteger, default=0)

    drive: Mapped[Drive] = relationship(lazy="joined")
    fund: Mapped[Fund] = relationship(lazy="joined")

    def move_to(self, state: str) -> None:
        """Take one step of `TRANSITIONS`. Raises Conflict `illegal_transition` for any other."""
        if (self.state, state) not in TRANSITIONS:
            message = _(
                "This close-out is %(present)s and cannot become %(wanted)s.",
                present=str(STATES[self.state]).lower(),
                wanted=str(STATES[state]).lower(),
            )
            raise Conflict("illegal_transition", message)
        self.state = state
        if state in (DONE, UNDONE):
            self.ended_at = clock.now()


class CloseOutChoice(Model):
    """What shall be done with what came under one version of the clause."""

    __tablename__ = "close_out_choice"
    __table_args__ = (CheckConstraint("way IN ('refund','move','general')", name="way"),)

    close_out_id: Mapped[str] = mapped_column(ForeignKey(CloseOut.id), primary_key=True)
    clause_id: Mapped[str] = mapped_column(ForeignKey(SurplusClause.id), primary_key=True)
    way: Mapped[str] = mapped_column(Text)
    #: Where it moves; for refunds, where shares go that cannot go back (None: they stay).
    to_fund_id: Mapped[str | None] = mapped_column(ForeignKey(Fund.id))
    #: Why the wording allows it, where the clause names no ways.
    why: Mapped[str] = mapped_column(Text, default="")

    to_fund: Mapped[Fund | None] = relationship(lazy="joined")


class CloseOutShare(MoneyColumns, Model):
    """A gift's share of what is left."""

    __tablename__ = "close_out_share"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("outcome IN ('back','moved','stays')", name="outcome"),
        CheckConstraint("(outcome = 'moved') = (to_fund_id IS NOT NULL)", name="to_fund"),
        CheckConstraint("elsewhere_minor >= 0 AND elsewhere_minor <= amount_minor", name="elsewhere"),
        Index("ix_close_out_share_close_out", "close_out_id", "donor_id"),
        # Those of which news may still come.
        Index("ix_close_out_share_because", "close_out_id", sqlite_where=_BECAUSE, postgresql_where=_BECAUSE),
    )

    gift_id: Mapped[str] = mapped_column(ForeignKey(Gift.id), primary_key=True)
    close_out_id: Mapped[str] = mapped_column(ForeignKey(CloseOut.id))
    donor_id: Mapped[str] = mapped_column(ForeignKey(Donor.id))
    clause_id: Mapped[str] = mapped_column(ForeignKey(SurplusClause.id))
    outcome: Mapped[str] = mapped_column(Text)
    #: Why it does not go back by a refund of its own although refunds were chosen: a key of `plan.REASONS`, or empty.
    because: Mapped[str] = mapped_column(Text, default="")
    to_fund_id: Mapped[str | None] = mapped_column(ForeignKey(Fund.id))
    refund_id: Mapped[str | None] = mapped_column(ForeignKey(Refund.id), unique=True)
    #: What of the gift had gone back before the shares were fixed, refunds on their way included.
    gone_minor: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    #: What of the share went back since by other refunds than its own: made at Stripe, by staff, by a bank.
    elsewhere_minor: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")


class CloseOutNotice(Model):
    """A donor who was written to about a close-out, once."""

    __tablename__ = "close_out_notice"

    close_out_id: Mapped[str] = mapped_column(ForeignKey(CloseOut.id), primary_key=True)
    donor_id: Mapped[str] = mapped_column(ForeignKey(Donor.id), primary_key=True)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


def get_close_out(actor: Actor, close_out_id: str, *, lock: bool = False) -> CloseOut:
    """One of the actor's organisation. Raises NotFound."""
    actor.require("gifts.view")
    if "\x00" in close_out_id:
        raise NotFound
    query = select(CloseOut).where(
        CloseOut.id == close_out_id, CloseOut.organisation_id == actor.organisation_id
    )
    if lock:
        query = query.with_for_update(of=CloseOut).execution_options(populate_existing=True)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound
    return found


def standing_of(drive_id: str) -> CloseOut | None:
    """The drive's close-out that is not undone."""
    query = select(CloseOut).where(CloseOut.drive_id == drive_id, CloseOut.state != UNDONE)
    return db.session.scalar(query)


def choices_of(close_out_id: str) -> dict[str, CloseOutChoice]:
    """By version of the clause."""
    query = select(CloseOutChoice).where(CloseOutChoice.close_out_id == close_out_id)
    return {each.clause_id: each for each in db.session.scalars(query)}
