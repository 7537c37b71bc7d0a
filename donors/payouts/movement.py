"""A movement: one of Stripe's balance transactions, as Stripe has it, and what of ours it belongs to."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.funds.fund import Fund
from core.db import Id, Model, UtcDateTime
from core.money import Money

PAYOUT_KINDS = ("payout", "payout_failure", "payout_cancel")


class Movement(Model):
    """In the currency of the balance. `net = amount - fee` is what the balance at Stripe changed by."""

    __tablename__ = "stripe_movement"
    __table_args__ = (
        Index("ix_stripe_movement_matched", "matched_to"),
        Index("ix_stripe_movement_payout", "payout_id"),
        Index("ix_stripe_movement_organisation", "organisation_id", "created_at"),
    )

    #: Stripe's id; what is listed again meets it here.
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    account: Mapped[str] = mapped_column(Text, default="")
    #: In Stripe's word: `charge`, `refund`, `adjustment`, `payout`, `stripe_fee`…
    kind: Mapped[str] = mapped_column(Text)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    fee_minor: Mapped[int] = mapped_column(BigInteger)
    net_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    #: Id at Stripe of the charge, refund, dispute or payout behind it.
    source: Mapped[str] = mapped_column(Text, default="")
    payment_intent_id: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    payout_id: Mapped[str | None] = mapped_column(Text)
    #: The ledger's source that should say the same: a gift, a refund, a dispute's movement, a payout; or this
    #: movement's own id where staff explained it. Empty where nothing of ours is known.
    matched_to: Mapped[str] = mapped_column(Text, default="")
    organisation_id: Mapped[str | None] = mapped_column(Id)
    fund_id: Mapped[str | None] = mapped_column(ForeignKey(Fund.id))

    @property
    def net(self) -> Money:
        return Money(self.net_minor, self.currency)

    @property
    def fee(self) -> Money:
        return Money(self.fee_minor, self.currency)

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)
