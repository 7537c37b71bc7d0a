"""Receipts: the files that show what was paid, read by whoever may read the claim and by nobody else."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, Text, func, select
from sqlalchemy.orm import Mapped, mapped_column

from core import clock, ids, uploads
from core.db import Id, Model, UtcDateTime, after_commit, db
from core.errors import Conflict, Forbidden, NotFound
from core.uploads import Kept, Shelf
from legal.acting import answerable
from legal.costs.expense import PENDING, REJECTED, Expense, get_expense, lock_expense
from staff import audit
from staff.access import Actor

RECEIPTS = Shelf("receipts", ("application/pdf", "image/jpeg", "image/png", "image/webp"), 8 * 1024**2)
MOST_RECEIPTS = 5


class ExpenseReceipt(Model):
    __tablename__ = "expense_receipt"
    __table_args__ = (CheckConstraint("size_bytes > 0", name="size"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("exprec"))
    expense_id: Mapped[str] = mapped_column(ForeignKey("expense.id"), index=True)
    #: Its name on the shelf.
    file: Mapped[str] = mapped_column(Id, unique=True)
    media_type: Mapped[str] = mapped_column(Text)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    added_by_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


def add_receipt(actor: Actor, expense_id: str, kept: Kept) -> ExpenseReceipt:
    """Add a kept file to one's own claim.

    Raises NotFound, Forbidden for somebody else's claim, Conflict `claim_locked` once rejected and
    `too_many_receipts` after MOST_RECEIPTS.
    """
    expense = _own(actor, expense_id)
    if expense.state == REJECTED:
        raise Conflict("claim_locked", _("This claim is settled and cannot be changed."))
    count = select(func.count()).where(ExpenseReceipt.expense_id == expense.id)
    if (db.session.scalar(count) or 0) >= MOST_RECEIPTS:
        message = _("A claim has %(number)s receipts at most.", number=MOST_RECEIPTS)
        raise Conflict("too_many_receipts", message)
    receipt = ExpenseReceipt(
        expense_id=expense.id,
        file=kept.name,
        media_type=kept.media_type,
        size_bytes=kept.size_bytes,
        sha256=kept.sha256,
        added_by_id=answerable(actor),
    )
    db.session.add(receipt)
    db.session.flush()
    audit.record(actor, "expense.receipt_added", expense.id, after={"sha256": kept.sha256})
    return receipt


def remove_receipt(actor: Actor, expense_id: str, receipt_id: str) -> None:
    """Take a wrong file back from one's own claim, as long as nobody approved it.

    Raises NotFound, Forbidden for somebody else's claim, Conflict `claim_locked`.
    """
    expense = _own(actor, expense_id)
    receipt = get_receipt(actor, expense.id, receipt_id)
    if expense.state != PENDING:
        raise Conflict("claim_locked", _("A receipt stays with a claim that was decided about."))
    db.session.delete(receipt)
    db.session.flush()
    audit.record(actor, "expense.receipt_removed", expense.id, before={"sha256": receipt.sha256})
    name = receipt.file
    after_commit(lambda: uploads.discard(RECEIPTS, name))


def list_receipts(expense: Expense) -> list[ExpenseReceipt]:
    """Of one claim, the oldest first."""
    query = select(ExpenseReceipt).where(ExpenseReceipt.expense_id == expense.id)
    return list(db.session.scalars(query.order_by(ExpenseReceipt.added_at, ExpenseReceipt.id)))


def get_receipt(actor: Actor, expense_id: str, receipt_id: str) -> ExpenseReceipt:
    """Raises NotFound unless the actor may read this claim and the receipt is one of its own."""
    receipt = db.session.get(ExpenseReceipt, receipt_id)
    if receipt is None or receipt.expense_id != get_expense(actor, expense_id).id:
        raise NotFound
    return receipt


def _own(actor: Actor, expense_id: str) -> Expense:
    actor.require("costs.claim")
    expense = lock_expense(actor, expense_id)
    if expense.claimant_id != answerable(actor):
        raise Forbidden(_("Only the claimant corrects a claim."))
    return expense
