"""Where a member is paid back what they laid out: a bank account in the United States, sealed.

Pages show the last four digits. The numbers leave through a payment run's file alone, which the audit trail hears of
first. The latest account counts; a change is told to its owner by mail, since it is what a thief would change.
"""

from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from core import clock, ids
from core.db import Id, Model, UtcDateTime, db
from core.errors import Invalid, NotFound
from core.mail import queue_mail
from core.sealed import SealedText
from legal.acting import answerable
from staff import audit
from staff.access import Actor
from staff.member import Member

KINDS = {"checking": lazy_gettext("Checking"), "savings": lazy_gettext("Savings")}
LONGEST_HOLDER, LONGEST_NUMBER = 80, 17


class PayeeAccount(Model):
    __tablename__ = "payee_account"
    __table_args__ = (
        CheckConstraint("kind IN ('checking','savings')", name="kind"),
        CheckConstraint("length(ending) = 4", name="ending"),
        Index("ix_payee_account_member", "member_id", "given_at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("pacc"))
    member_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    kind: Mapped[str] = mapped_column(Text)
    holder: Mapped[str] = mapped_column(SealedText)
    routing: Mapped[str] = mapped_column(SealedText)
    number: Mapped[str] = mapped_column(SealedText)
    ending: Mapped[str] = mapped_column(Text)
    given_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    #: Since when it is not to be paid to any more: its owner took it back, or gave another.
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    def __repr__(self) -> str:
        return f"<PayeeAccount {self.id}>"


def give_account(actor: Actor, *, holder: str, routing: str, number: str, kind: str) -> PayeeAccount:
    """Seal the actor's own account in place of the one before. Raises Invalid on holder, routing, number and kind."""
    actor.require("costs.claim")
    member_id = answerable(actor)
    wrong: dict[str, list[str]] = {}
    if not 1 <= len(holder.strip()) <= LONGEST_HOLDER:
        wrong["holder"] = [_("Write the name on the account, in up to 80 characters.")]
    if not is_routing_number(routing):
        wrong["routing"] = [_("A routing number has nine digits; one of these is mistyped.")]
    if not (number.isascii() and number.isdigit() and 4 <= len(number) <= LONGEST_NUMBER):
        wrong["number"] = [_("An account number has 4 to 17 digits.")]
    if kind not in KINDS:
        wrong["kind"] = [_("Choose checking or savings.")]
    if wrong:
        raise Invalid(wrong)
    _end(member_id)
    account = PayeeAccount(
        member_id=member_id, holder=holder.strip(), routing=routing, number=number, kind=kind
    )
    account.ending = number[-4:]
    db.session.add(account)
    db.session.flush()
    audit.record(actor, "payee_account.given", account.id)
    _tell(account, _("A bank account for reimbursements was set"))
    return account


def forget_account(actor: Actor) -> None:
    """Take the actor's account back, and its numbers with it. Raises NotFound when there is none."""
    account = find_account(answerable(actor))
    if account is None:
        raise NotFound
    _end(account.member_id)
    audit.record(actor, "payee_account.forgotten", account.id)
    _tell(account, _("A bank account for reimbursements was removed"))


def find_account(member_id: str) -> PayeeAccount | None:
    """The account that counts for a member."""
    query = select(PayeeAccount).where(PayeeAccount.member_id == member_id, PayeeAccount.ended_at.is_(None))
    return db.session.scalar(query.order_by(PayeeAccount.given_at.desc(), PayeeAccount.id).limit(1))


def is_routing_number(text: str) -> bool:
    """Nine digits whose weighted sum, by 3, 7 and 1, ends in zero: the check of the American Bankers Association."""
    if not (text.isascii() and text.isdigit() and len(text) == 9) or text == "000000000":
        return False
    return sum(int(digit) * weight for digit, weight in zip(text, (3, 7, 1) * 3, strict=True)) % 10 == 0


def _end(member_id: str) -> None:
    earlier = select(PayeeAccount).where(PayeeAccount.member_id == member_id, PayeeAccount.ended_at.is_(None))
    for each in db.session.scalars(earlier.with_for_update()):
        each.ended_at = clock.now()
        each.holder = each.routing = each.number = ""
    db.session.flush()


def _tell(account: PayeeAccount, subject: str) -> None:
    member = db.session.get_one(Member, account.member_id)
    text = _(
        "%(subject)s, ending in %(ending)s. If this was not you, sign in, change your password, and tell whoever pays"
        " costs in your organisation before the next payment.",
        subject=subject,
        ending=account.ending,
    )
    queue_mail(
        key=f"{account.id}/{'ended' if account.ended_at else 'given'}",
        to=member.account.email,
        subject=subject,
        text=text,
    )
