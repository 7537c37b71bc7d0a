"""A firm's trust account, where it keeps money that is its clients' (IOLTA, Model Rule 1.15), and what its
bank says is in it."""

from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, Text, or_, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from core import clock, ids
from core.db import Id, Model, MoneyColumns, UtcDateTime, db
from core.errors import Invalid, NotFound
from core.money import Money
from legal.acting import answerable
from legal.matters.matter import MatterParticipation
from staff import audit
from staff.access import Actor
from staff.organisation import Organisation


class TrustAccount(Model):
    __tablename__ = "trust_account"
    __table_args__ = (
        CheckConstraint("length(bank) BETWEEN 1 AND 80", name="bank"),
        CheckConstraint("length(ending) = 4", name="ending"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("trust"))
    #: The firm that holds it.
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    bank: Mapped[str] = mapped_column(Text)
    #: The last four digits of its number; nobody here needs more.
    ending: Mapped[str] = mapped_column(Text)
    opened_by_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    organisation: Mapped[Organisation] = relationship(lazy="raise")

    @property
    def label(self) -> str:
        return f"{self.organisation.name} · {self.bank} …{self.ending}"


class TrustStatement(MoneyColumns, Model):
    """What the bank's statement says the account holds of this money at the end of a day."""

    __tablename__ = "trust_statement"
    __table_args__ = (
        CheckConstraint("amount_minor >= 0", name="amount"),
        Index("ix_trust_statement_account", "account_id", "as_of"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("truststmt"))
    account_id: Mapped[str] = mapped_column(ForeignKey("trust_account.id"))
    as_of: Mapped[date] = mapped_column()
    reported_by_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    reported_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


def open_account(actor: Actor, *, bank: str, ending: str) -> TrustAccount:
    """Name the trust account of the actor's firm. Raises Invalid on bank or ending."""
    actor.require("matters.edit")
    wrong: dict[str, list[str]] = {}
    if not 1 <= len(bank.strip()) <= 80:
        wrong["bank"] = [_("Name the bank.")]
    if len(ending) != 4 or not ending.isascii() or not ending.isdigit():
        wrong["ending"] = [_("Write the last four digits of its number.")]
    if wrong:
        raise Invalid(wrong)
    account = TrustAccount(
        organisation_id=actor.organisation_id,
        bank=bank.strip(),
        ending=ending,
        opened_by_id=answerable(actor),
    )
    db.session.add(account)
    db.session.flush()
    audit.record(actor, "trust_account.opened", account.id, after={"ending": ending})
    return account


def report_statement(actor: Actor, account_id: str, *, as_of: date, balance: Money) -> TrustStatement:
    """Write down what the bank says. Raises NotFound for another firm's account, Invalid on as_of or balance."""
    actor.require("matters.edit")
    account = get_own_account(actor, account_id)
    if as_of > clock.today():
        raise Invalid({"as_of": [_("This day is in the future.")]})
    if balance.minor < 0:
        raise Invalid({"balance": [_("A trust account is never overdrawn.")]})
    statement = TrustStatement(account_id=account.id, as_of=as_of, reported_by_id=answerable(actor))
    statement.amount = balance
    db.session.add(statement)
    db.session.flush()
    audit.record(
        actor, "trust_account.statement", account.id, after={"as_of": str(as_of), "balance": str(balance)}
    )
    return statement


def list_accounts(actor: Actor) -> list[TrustAccount]:
    """The firm's own and those one works with, with their firms."""
    query = accounts_of(actor).options(joinedload(TrustAccount.organisation))
    return list(db.session.scalars(query.order_by(TrustAccount.opened_at, TrustAccount.id)))


def accounts_of(actor: Actor) -> Select[TrustAccount]:
    """The firm's own, and those of firms that work on a matter with the actor's organisation."""
    mine = select(MatterParticipation.matter_id).where(
        MatterParticipation.organisation_id == actor.organisation_id
    )
    together = select(MatterParticipation.organisation_id).where(MatterParticipation.matter_id.in_(mine))
    return select(TrustAccount).where(
        or_(
            TrustAccount.organisation_id == actor.organisation_id,
            TrustAccount.organisation_id.in_(together),
        )
    )


def get_own_account(actor: Actor, account_id: str) -> TrustAccount:
    """Raises NotFound for another firm's: its ledgers are its clients'."""
    account = db.session.get(TrustAccount, account_id, options=[joinedload(TrustAccount.organisation)])
    if account is None or account.organisation_id != actor.organisation_id:
        raise NotFound
    return account
