"""A supporter's page for a drive: its words, its goal, its states; and what gifts through it raised."""

from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    Text,
    func,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.drives.drive import Drive
from core import clock, ids
from core.db import Id, Model, UtcDateTime, db
from core.errors import Conflict
from core.money import Money
from donors.gifts.gift import RECEIVED, Gift
from donors.gifts.refund import Refund

DRAFT, WAITING, PUBLIC, HIDDEN, ENDED = "draft", "waiting", "public", "hidden", "ended"
STATES = {
    DRAFT: lazy_gettext("Address not confirmed"),
    WAITING: lazy_gettext("Waits for a look"),
    PUBLIC: lazy_gettext("Public"),
    HIDDEN: lazy_gettext("Hidden"),
    ENDED: lazy_gettext("Ended by its owner"),
}
#: The one table of what may follow what. New words wait again, whatever was said of the former ones.
TRANSITIONS: dict[str, frozenset[str]] = {
    DRAFT: frozenset({WAITING, ENDED}),
    WAITING: frozenset({PUBLIC, HIDDEN, ENDED}),
    PUBLIC: frozenset({WAITING, HIDDEN, ENDED}),
    HIDDEN: frozenset({WAITING, PUBLIC, ENDED}),
    ENDED: frozenset(),
}
LONGEST_TITLE, LONGEST_NAME, LONGEST_WORDS, LONGEST_EMAIL = 80, 60, 2000, 254


class SupporterPage(Model):
    __tablename__ = "supporter_page"
    __table_args__ = (
        CheckConstraint("state IN ('draft','waiting','public','hidden','ended')", name="state"),
        CheckConstraint("goal_minor > 0", name="goal"),
        Index("ix_supporter_page_drive", "drive_id", "state", "public_at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("page"))
    drive_id: Mapped[str] = mapped_column(ForeignKey(Drive.id))
    title: Mapped[str] = mapped_column(Text)
    #: How the supporter wants to be called in public.
    name: Mapped[str] = mapped_column(Text)
    #: Plain text; an empty line parts paragraphs.
    words: Mapped[str] = mapped_column(Text)
    #: In the drive's currency.
    goal_minor: Mapped[int] = mapped_column(BigInteger)
    #: Lower case; never shown. Emptied when the page is ended.
    email: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text, default="en")
    state: Mapped[str] = mapped_column(Text, default=DRAFT)
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    #: Since when it waits for staff: the address was confirmed, or words were changed.
    waiting_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: Since when it is public; kept when it is hidden later.
    public_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: Why staff hid it; the supporter reads it.
    hidden_because: Mapped[str] = mapped_column(Text, default="")

    def move_to(self, state: str) -> None:
        """Take one step of `TRANSITIONS`. Raises Conflict `illegal_transition` for any other."""
        if state not in TRANSITIONS[self.state]:
            message = _(
                "This page is %(present)s and cannot become %(wanted)s.",
                present=str(STATES[self.state]).lower(),
                wanted=str(STATES[state]).lower(),
            )
            raise Conflict("illegal_transition", message)
        self.state = state


def raised_minor() -> ColumnElement[int]:
    """What gifts through a page raised, in a query of pages: those that count toward the drive, instalments included,
    refunds taken off, fee cover aside. The one place where it is counted; of the drive's own sum it is a part."""
    counted = (Gift.supporter_page_id == SupporterPage.id, Gift.counts.is_(True), Gift.paid_at.is_not(None))
    paid = select(func.coalesce(func.sum(Gift.amount_minor), 0)).where(*counted)
    back = select(func.coalesce(func.sum(Refund.gift_part_minor), 0)).join(Gift, Gift.id == Refund.gift_id)
    back = back.where(*counted, Refund.done_at.is_not(None), Refund.undone_at.is_(None))
    return paid.correlate(SupporterPage).scalar_subquery() - back.correlate(SupporterPage).scalar_subquery()


def read_raised(page: SupporterPage, currency: str) -> Money:
    query = select(raised_minor()).where(SupporterPage.id == page.id)
    return Money(int(db.session.scalar(query) or 0), currency)


def public_pages(drive_id: str | ColumnElement[str]) -> Select[SupporterPage, int]:
    """A drive's public pages with what each raised; those that raised most first, then the newest."""
    raised = raised_minor().label("raised_minor")
    query = select(SupporterPage, raised).where(
        SupporterPage.drive_id == drive_id, SupporterPage.state == PUBLIC
    )
    return query.order_by(raised.desc(), SupporterPage.public_at.desc(), SupporterPage.id)


def gifts_through(page_id: str) -> Select[Gift]:
    """Gifts that stand and were given through a page, the latest first."""
    query = select(Gift).where(Gift.supporter_page_id == page_id, Gift.state.in_(RECEIVED))
    return query.order_by(Gift.paid_at.desc(), Gift.id)


def page_for_gift(page_id: str, drive_id: str) -> str | None:
    """The page's id where a gift may be given through it now. A gift is never refused for its page."""
    query = select(SupporterPage.id).where(
        SupporterPage.id == page_id, SupporterPage.drive_id == drive_id, SupporterPage.state == PUBLIC
    )
    return db.session.scalar(query)
