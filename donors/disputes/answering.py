"""What staff decides about a dispute: answer with evidence, accept it, let a held recurring gift go on."""

from flask_babel import gettext as _
from sqlalchemy import Select, select

from campaigns.reading import get
from core.db import db
from core.errors import Conflict
from donors import reading
from donors.disputes.dispute import UNANSWERED, UNDECIDED, Dispute, DisputeAnswer
from donors.disputes.fraud_warning import FraudWarning
from donors.gifts import deciding, giving
from donors.gifts.gift import Gift
from donors.gifts.refund import Refund
from donors.recurring import holding
from donors.recurring.instalments import lock_promise
from donors.recurring.pause import Hold
from staff import audit
from staff.access import Actor
from staff.approval.proposal import Proposal


def disputes_of(actor: Actor, state: str = "") -> Select[Dispute]:
    """Disputes of the organisation's gifts, in no order; `waiting` are those that want an answer."""
    actor.require("gifts.view")
    query = select(Dispute).where(Dispute.organisation_id == actor.organisation_id)
    if state == "waiting":
        return query.where(Dispute.state.in_(UNANSWERED))
    return query.where(Dispute.state == state) if state else query


def get_dispute(actor: Actor, dispute_id: str) -> Dispute:
    """Raises NotFound."""
    return get(disputes_of(actor), Dispute, dispute_id)


def warnings_of(actor: Actor) -> Select[FraudWarning]:
    """Warnings of fraud against which a refund still helps."""
    actor.require("gifts.view")
    return select(FraudWarning).where(
        FraudWarning.organisation_id == actor.organisation_id, FraudWarning.is_actionable.is_(True)
    )


def answer(
    actor: Actor, dispute_id: str, *, statement: str = "", is_accepting: bool = False
) -> DisputeAnswer:
    """Decide what to tell the bank; disputes_at_stripe.send_answer then tells it.

    Raises NotFound, Forbidden, Conflict `decided` or `answered` where there is nothing to tell any more.
    """
    found = get_dispute(actor, dispute_id)
    actor.require("gifts.refund")
    dispute = db.session.get_one(Dispute, found.id, with_for_update=True, populate_existing=True)
    if dispute.state not in UNDECIDED:
        raise Conflict("decided", _("The bank has decided this dispute already."))
    waiting = select(DisputeAnswer).where(
        DisputeAnswer.dispute_id == dispute.id, DisputeAnswer.failed_at.is_(None)
    )
    if not is_accepting and db.session.scalars(waiting).first() is not None:
        raise Conflict("answered", _("An answer was sent already. A bank reads one."))
    row = DisputeAnswer(
        dispute_id=dispute.id, statement=statement, is_accepting=is_accepting, asked_by=actor.label
    )
    db.session.add(row)
    db.session.flush()
    verb = "dispute.accepted" if is_accepting else "dispute.answered"
    audit.record(actor, verb, dispute.id, before={"state": dispute.state}, after={"answer": row.id})
    return row


def is_holding(dispute: Dispute) -> bool:
    """Whether the gift's recurring gift takes no payment because of this dispute."""
    query = select(Hold.id).where(Hold.cause == dispute.id, Hold.released_at.is_(None))
    return db.session.scalar(query) is not None


def release(actor: Actor, dispute_id: str) -> None:
    """Let a recurring gift go on that a lost dispute still holds, as its donor agreed.

    Raises NotFound, Forbidden, Conflict `undecided`.
    """
    dispute = get_dispute(actor, dispute_id)
    actor.require("gifts.refund")
    if dispute.state in UNDECIDED or not is_holding(dispute):
        raise Conflict("undecided", _("The bank has not decided yet, or nothing is held."))
    gift = db.session.get_one(Gift, dispute.gift_id)
    promise = lock_promise(gift.recurring_gift_id)
    assert promise is not None
    holding.release(promise, cause=dispute.id, asked_by=actor.label)
    audit.record(actor, "recurring_gift.release", promise.id, after={"dispute": dispute.id})


def refund_warned(actor: Actor, warning_id: str, *, reason: str) -> Refund | Proposal:
    """Give all that is left of a gift back before its donor's bank takes it. Raises NotFound, Forbidden,
    Conflict `nothing_left`."""
    warning = get(warnings_of(actor), FraudWarning, warning_id)
    actor.require("gifts.refund")
    left = giving.left_to_refund(reading.get_gift(actor, warning.gift_id))
    if not left.minor:
        raise Conflict("nothing_left", _("Nothing is left of this gift to give back."))
    return deciding.refund(actor, warning.gift_id, amount=left, reason=reason)
