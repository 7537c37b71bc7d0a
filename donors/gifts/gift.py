"""A gift: one payment by a donor, one-time or one instalment of a recurring gift, and its states."""

from datetime import date, datetime
from typing import Protocol

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaigns.drives.drive import Drive
from campaigns.funds.surplus import SurplusClause
from core import clock
from core.db import Id, Model, MoneyColumns, UtcDateTime
from core.errors import Conflict
from core.money import Money
from donors.people.donor import Donor
from donors.recurring.recurring_gift import BANK as BANK
from donors.recurring.recurring_gift import CARD, RecurringGift
from donors.recurring.recurring_gift import METHODS as METHODS

PENDING, SETTLED, PARTLY_REFUNDED, REFUNDED = "pending", "settled", "partly_refunded", "refunded"
FAILED, EXPIRED = "failed", "expired"
#: Recorded by staff, and found not to have been a gift after all: the check bounced, the row was a mistake.
VOIDED = "voided"
#: How a gift came. All but the checkout are recorded by staff or software, and Stripe knows nothing of them.
CHANNELS = ("checkout", "check", "cash", "transfer", "import")
CHECKOUT, CHECK, CASH, TRANSFER, IMPORT = CHANNELS

#: The one table of what may follow what. Money that moved is a fact, so a failed or expired gift settles
#: when a payment turns up after all, and a refund that failed leaves the gift standing again. Voided is the end:
#: what was recorded wrongly is recorded anew.
TRANSITIONS: dict[str, frozenset[str]] = {
    PENDING: frozenset({SETTLED, FAILED, EXPIRED}),
    FAILED: frozenset({SETTLED, EXPIRED}),
    EXPIRED: frozenset({SETTLED}),
    SETTLED: frozenset({PARTLY_REFUNDED, REFUNDED, VOIDED}),
    PARTLY_REFUNDED: frozenset({REFUNDED, SETTLED}),
    REFUNDED: frozenset({PARTLY_REFUNDED, SETTLED}),
    VOIDED: frozenset(),
}
#: States in which the donor's money is with us, in whole or in part.
RECEIVED = (SETTLED, PARTLY_REFUNDED)
NAME_DISPLAYS = ("full", "initial", "alias", "anonymous")


_STANDS, _VOIDED = "state <> 'voided'", "state = 'voided'"


class Gift(Model, MoneyColumns):
    __tablename__ = "gift"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("fee_cover_minor >= 0", name="fee_cover"),
        CheckConstraint(
            "refunded_minor >= 0 AND refunded_minor <= amount_minor + fee_cover_minor", name="refunded"
        ),
        CheckConstraint(
            "state IN ('pending','settled','partly_refunded','refunded','failed','expired','voided')",
            name="state",
        ),
        CheckConstraint("channel IN ('checkout','check','cash','transfer','import')", name="channel"),
        CheckConstraint("state <> 'voided' OR channel <> 'checkout'", name="voided"),
        # One gift for each thing that another program tells of. One that was voided may be recorded again.
        Index(
            "uq_gift_external",
            *("organisation_id", "external_source", "external_id"),
            unique=True,
            sqlite_where=text(_STANDS),
            postgresql_where=text(_STANDS),
        ),
        # And for looking whether one was taken back before.
        Index(
            "ix_gift_external_voided",
            *("organisation_id", "external_source", "external_id"),
            sqlite_where=text(_VOIDED),
            postgresql_where=text(_VOIDED),
        ),
        UniqueConstraint("recurring_gift_id", "period_on"),
        Index("ix_gift_drive_paid", "drive_id", "paid_at"),
        Index("ix_gift_organisation_started", "organisation_id", "started_at"),
        Index("ix_gift_donor_paid", "donor_id", "paid_at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    organisation_id: Mapped[str] = mapped_column(Id)
    drive_id: Mapped[str] = mapped_column(ForeignKey(Drive.id))
    fund_id: Mapped[str] = mapped_column(Id)
    donor_id: Mapped[str] = mapped_column(ForeignKey(Donor.id))
    recurring_gift_id: Mapped[str | None] = mapped_column(ForeignKey(RecurringGift.id))
    #: The supporter's page through which it was given (donors/supporters/); instalments carry their first one's.
    supporter_page_id: Mapped[str | None] = mapped_column(Id, index=True)
    #: The day an instalment is due; with the recurring gift it names the instalment.
    period_on: Mapped[date | None] = mapped_column(Date)
    state: Mapped[str] = mapped_column(Text, default=PENDING)
    channel: Mapped[str] = mapped_column(Text, default=CHECKOUT, server_default=CHECKOUT)
    #: Another program's name and its own id of the gift; both or neither.
    external_source: Mapped[str | None] = mapped_column(Text)
    external_id: Mapped[str | None] = mapped_column(Text)
    fee_cover_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    refunded_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    processing_fee_minor: Mapped[int | None] = mapped_column(BigInteger)
    #: Decided once, when it is paid: whether it counts toward the drive's goals.
    counts: Mapped[bool] = mapped_column(default=False)
    language: Mapped[str] = mapped_column(Text, default="en")
    #: How the donor chose to pay.
    method: Mapped[str] = mapped_column(Text, default=CARD, server_default=CARD)

    #: As typed with this gift; printed on its receipt.
    donor_name: Mapped[str] = mapped_column(Text, default="")
    #: What the public sees; empty is anonymous. Fixed when the gift is made.
    public_name: Mapped[str] = mapped_column(Text, default="")
    message: Mapped[str] = mapped_column(Text, default="")
    #: Since when name and message are kept off public pages by staff.
    words_hidden_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tribute_kind: Mapped[str] = mapped_column(Text, default="")
    tribute_name: Mapped[str] = mapped_column(Text, default="")
    employer: Mapped[str] = mapped_column(Text, default="")

    #: What was to happen to a surplus when it was begun, as its donor read it.
    surplus_clause_id: Mapped[str | None] = mapped_column(ForeignKey(SurplusClause.id))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    #: When the payment succeeded at Stripe, or the day on which staff received it; decides windows and receipts.
    paid_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    #: The connected account at Stripe that is paid; empty for the installation's own. Never changes.
    account: Mapped[str] = mapped_column(Text, default="", server_default="")
    checkout_session_id: Mapped[str | None] = mapped_column(Text, unique=True)
    checkout_url: Mapped[str | None] = mapped_column(Text)
    invoice_id: Mapped[str | None] = mapped_column(Text, unique=True)
    payment_intent_id: Mapped[str | None] = mapped_column(Text, unique=True)

    drive: Mapped[Drive] = relationship(lazy="raise")
    surplus_clause: Mapped[SurplusClause | None] = relationship(lazy="raise")
    donor: Mapped[Donor] = relationship(lazy="raise")
    recurring_gift: Mapped[RecurringGift | None] = relationship(lazy="raise")

    @property
    def fee_cover(self) -> Money:
        return Money(self.fee_cover_minor, self.currency)

    @property
    def processing_fee(self) -> Money | None:
        """What Stripe took; None while it is not known."""
        return None if self.processing_fee_minor is None else Money(self.processing_fee_minor, self.currency)

    @property
    def charged(self) -> Money:
        """What the donor pays: the gift and the fee cover."""
        return self.amount + self.fee_cover

    @property
    def refunded(self) -> Money:
        return Money(self.refunded_minor, self.currency)

    @property
    def is_offline(self) -> bool:
        """Whether it came without a checkout."""
        return self.channel != CHECKOUT

    @property
    def refundable(self) -> Money:
        """What is left to refund; nothing before it is paid."""
        if self.state not in RECEIVED:
            return Money.zero(self.currency)
        return self.charged - self.refunded

    def move(self, state: str) -> None:
        """Raises Conflict `illegal_transition` and changes nothing where the table has no such step."""
        if state == self.state:
            return
        if state not in TRANSITIONS[self.state]:
            raise Conflict("illegal_transition", f"a gift cannot go from {self.state} to {state}")
        self.state = state


class PaidSomehow(Protocol):
    """A gift, or a row with this column of one."""

    @property
    def payment_intent_id(self) -> str | None: ...


def can_refund_at_stripe(gift: PaidSomehow) -> bool:
    """Whether money can go back to its donor the way it came: it was paid at Stripe."""
    return bool(gift.payment_intent_id)


def public_name(name: str, display: str, alias: str) -> str:
    """How the donor chose to appear: `Ana Lopez`, `Ana L.`, an alias, or nothing."""
    words = name.split()
    if display == "full":
        return " ".join(words)
    if display == "initial" and words:
        return f"{words[0]} {words[-1][0]}." if len(words) > 1 else words[0]
    return alias.strip() if display == "alias" else ""
