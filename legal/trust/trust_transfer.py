"""A transfer into trust: cash of a fund that a named firm holds for the client of a matter.

It is not spent when it is sent. Each disbursement that counsel reports spends as much, each return brings as
much back to the fund, and never more than the transfer still holds. State changes through `TRANSITIONS` on a
locked row.
"""

from datetime import date, datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Select,
    Text,
    UniqueConstraint,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaigns.funds.fund import Fund
from core import clock, ids
from core.db import Id, Model, MoneyColumns, UtcDateTime, db
from core.errors import Conflict
from core.money import Money
from legal.matters.matter import Matter
from legal.matters.screen import denied, unscreened
from legal.trust.trust_account import TrustAccount
from staff.access import Actor

REQUESTED, APPROVED, HELD, SETTLED, REFUSED = "requested", "approved", "held", "settled", "refused"
STATES = {
    REQUESTED: lazy_gettext("Waiting for approval"),
    APPROVED: lazy_gettext("Approved"),
    HELD: lazy_gettext("Held in trust"),
    SETTLED: lazy_gettext("Settled"),
    REFUSED: lazy_gettext("Refused"),
}
TRANSITIONS = frozenset({(REQUESTED, APPROVED), (REQUESTED, REFUSED), (APPROVED, HELD), (HELD, SETTLED)})


class TrustTransfer(MoneyColumns, Model):
    __tablename__ = "trust_transfer"
    __table_args__ = (
        UniqueConstraint("id", "requested_by_id"),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("state IN ('requested','approved','held','settled','refused')", name="state"),
        CheckConstraint("length(purpose) BETWEEN 1 AND 500", name="purpose"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("transfer"))
    matter_id: Mapped[str] = mapped_column(ForeignKey("matter.id"), index=True)
    fund_id: Mapped[str] = mapped_column(ForeignKey("fund.id"), index=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("trust_account.id"), index=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    requested_by_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    #: What it is meant for. Not public.
    purpose: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default=REQUESTED)

    matter: Mapped[Matter] = relationship(lazy="raise")
    fund: Mapped[Fund] = relationship(lazy="raise")

    def move_to(self, state: str) -> None:
        """Take one step of `TRANSITIONS`. Raises Conflict `illegal_transition` for any other."""
        self.require_step(state)
        self.state = state

    def require_step(self, state: str) -> None:
        """Raise what `move_to` raises, and stay."""
        if (self.state, state) not in TRANSITIONS:
            message = _(
                "This transfer is %(present)s and cannot become %(wanted)s.",
                present=str(STATES[self.state]).lower(),
                wanted=str(STATES[state]).lower(),
            )
            raise Conflict("illegal_transition", message)


class TrustApproval(Model):
    """Somebody other than the requester approves, once."""

    __tablename__ = "trust_approval"
    __table_args__ = (
        ForeignKeyConstraint(
            ["transfer_id", "requested_by_id"], ["trust_transfer.id", "trust_transfer.requested_by_id"]
        ),
        CheckConstraint("approved_by_id <> requested_by_id", name="not_the_requester"),
    )

    transfer_id: Mapped[str] = mapped_column(Id, primary_key=True)
    approved_by_id: Mapped[str] = mapped_column(ForeignKey("member.id"), primary_key=True)
    requested_by_id: Mapped[str] = mapped_column(Id)
    approved_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class TrustMove(MoneyColumns, Model):
    """One thing that happened to a transfer's money: sent, disbursed by counsel, or returned to the fund."""

    __tablename__ = "trust_move"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("kind IN ('sent','disbursed','returned')", name="kind"),
        CheckConstraint("(kind = 'disbursed') = (category <> '')", name="category"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("move"))
    transfer_id: Mapped[str] = mapped_column(ForeignKey("trust_transfer.id"), index=True)
    kind: Mapped[str] = mapped_column(Text)
    happened_on: Mapped[date] = mapped_column()
    #: The kind of cost that a disbursement paid, a key of `purposes.COSTS`; the public reads it.
    category: Mapped[str] = mapped_column(Text, default="")
    #: To whom and for what. Not public.
    note: Mapped[str] = mapped_column(Text, default="")
    recorded_by_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    group_id: Mapped[str] = mapped_column(ForeignKey("ledger_group.id"))


SENT, DISBURSED, RETURNED = "sent", "disbursed", "returned"


def list_moves(transfer: TrustTransfer) -> list[TrustMove]:
    """The oldest first."""
    query = select(TrustMove).where(TrustMove.transfer_id == transfer.id)
    return list(db.session.scalars(query.order_by(TrustMove.recorded_at, TrustMove.id)))


def held(transfer: TrustTransfer) -> Money:
    """What the firm still holds of it."""
    minor = sum(each.amount_minor * (1 if each.kind == SENT else -1) for each in list_moves(transfer))
    return Money(minor, transfer.currency)


def transfers_of(actor: Actor) -> Select[TrustTransfer]:
    """Those the actor's organisation asked for, pays, or holds, without those of matters behind a screen."""
    mine = select(TrustTransfer).where(_of_organisation(actor))
    return unscreened(mine, TrustTransfer.matter_id, actor)


def _of_organisation(actor: Actor) -> ColumnElement[bool]:
    owns_fund = select(Fund.id).where(Fund.organisation_id == actor.organisation_id)
    holds = select(TrustAccount.id).where(TrustAccount.organisation_id == actor.organisation_id)
    return or_(
        TrustTransfer.organisation_id == actor.organisation_id,
        TrustTransfer.fund_id.in_(owns_fund),
        TrustTransfer.account_id.in_(holds),
    )


def _matter_of(actor: Actor, transfer_id: str) -> Select[str]:
    return select(TrustTransfer.matter_id).where(TrustTransfer.id == transfer_id, _of_organisation(actor))


def get_transfer(actor: Actor, transfer_id: str) -> TrustTransfer:
    """Raises NotFound for a foreign one."""
    transfer = db.session.scalar(transfers_of(actor).where(TrustTransfer.id == transfer_id))
    if transfer is None:
        raise denied(actor, _matter_of(actor, transfer_id))
    return transfer


def lock_transfer(actor: Actor, transfer_id: str) -> TrustTransfer:
    """The transfer as it is now, locked until the transaction ends. Raises NotFound as `get_transfer` does."""
    query = transfers_of(actor).where(TrustTransfer.id == transfer_id)
    transfer = db.session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if transfer is None:
        raise denied(actor, _matter_of(actor, transfer_id))
    return transfer
