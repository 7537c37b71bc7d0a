"""Asking for a transfer into trust, approving it and sending it."""

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import func, select

from campaigns.funds.fund import Fund
from campaigns.funds.ledger import TRUST
from core import clock, ids
from core.db import db
from core.errors import Conflict, Forbidden, Invalid, named_by
from core.money import Money
from legal.acting import answerable
from legal.costs.cost_rule import approvals_needed
from legal.costs.spending import fund_for, take_cash
from legal.matters.matter import MatterParticipation, get_matter
from legal.trust.trust_account import TrustAccount
from legal.trust.trust_transfer import (
    APPROVED,
    HELD,
    REFUSED,
    REQUESTED,
    SENT,
    TrustApproval,
    TrustMove,
    TrustTransfer,
    lock_transfer,
)
from staff import audit
from staff.access import Actor

LARGEST_TRANSFER_MINOR = 1_000_000_000


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a request says."""

    fund_id: str
    account_id: str
    amount: Money
    purpose: str


def request_transfer(actor: Actor, *, matter_id: str, asked: Asked) -> TrustTransfer:
    """Ask a fund of the matter's campaign to send money to the trust account of a firm on the matter.

    Raises NotFound, Invalid on fund_id, account_id, amount or purpose, Conflict `outside_purpose`.
    """
    actor.require("costs.claim")
    member_id = answerable(actor)
    with named_by("matter_id"):
        matter = get_matter(actor, matter_id)
    wrong: dict[str, list[str]] = {}
    fund = fund_for(actor, matter, asked.fund_id)
    if fund is None:
        wrong["fund_id"] = [_("Choose a fund of this matter's campaign.")]
    elif asked.amount.currency != fund.currency:
        wrong["amount"] = [_("This fund is kept in %(currency)s.", currency=fund.currency)]
    if not 0 < asked.amount.minor <= LARGEST_TRANSFER_MINOR:
        wrong["amount"] = [_("Enter an amount above zero and within reason.")]
    if not _is_of_counsel(asked.account_id, matter.id):
        wrong["account_id"] = [_("Choose the trust account of a firm that works on this matter.")]
    if not 1 <= len(asked.purpose.strip()) <= 500:
        wrong["purpose"] = [_("Say in up to 500 characters what it is for.")]
    if wrong:
        raise Invalid(wrong)
    transfer = TrustTransfer(
        matter_id=matter.id,
        fund_id=asked.fund_id,
        account_id=asked.account_id,
        organisation_id=actor.organisation_id,
        requested_by_id=member_id,
        purpose=asked.purpose.strip(),
        state=REQUESTED,
    )
    transfer.amount = asked.amount
    db.session.add(transfer)
    db.session.flush()
    audit.record(actor, "trust.requested", transfer.id, after={"amount": str(asked.amount)})
    return transfer


def approve_transfer(actor: Actor, transfer_id: str) -> TrustApproval:
    """Approve a request on a fund of the actor's organisation; where two approvals are needed, the first leaves
    it requested.

    Raises NotFound, Forbidden for one's own, Conflict `illegal_transition` or `approved_already`.
    """
    transfer, member_id = for_finance(actor, transfer_id, "costs.approve")
    transfer.require_step(APPROVED)
    if db.session.get(TrustApproval, (transfer.id, member_id)):
        raise Conflict("approved_already", _("You approved this already. A second person is needed."))
    approval = TrustApproval(
        transfer_id=transfer.id, approved_by_id=member_id, requested_by_id=transfer.requested_by_id
    )
    db.session.add(approval)
    db.session.flush()
    query = select(func.count()).where(TrustApproval.transfer_id == transfer.id)
    if (db.session.scalar(query) or 0) >= approvals_needed(actor.organisation_id, transfer.amount):
        transfer.move_to(APPROVED)
    audit.record(actor, "trust.approved", transfer.id, after={"amount": str(transfer.amount)})
    return approval


def refuse_transfer(actor: Actor, transfer_id: str, *, reason: str) -> TrustTransfer:
    """Turn a request down for good. Raises Invalid on reason, else what `approve_transfer` does."""
    transfer, _member_id = for_finance(actor, transfer_id, "costs.approve")
    if not 1 <= len(reason.strip()) <= 500:
        raise Invalid({"reason": [_("Say in up to 500 characters why not.")]})
    transfer.move_to(REFUSED)
    db.session.flush()
    audit.record(actor, "trust.refused", transfer.id, reason=reason.strip())
    return transfer


def send_transfer(actor: Actor, transfer_id: str) -> TrustMove:
    """Send an approved transfer: the fund's cash is held in trust, and nothing is spent.

    Raises Conflict `fund_too_small` or `illegal_transition`, else what `approve_transfer` does.
    """
    transfer, member_id = for_finance(actor, transfer_id, "costs.pay")
    transfer.move_to(HELD)
    move_id = ids.new_id("move")
    group_id = take_cash(
        kind="trust_sent", source=move_id, fund_id=transfer.fund_id, amount=transfer.amount, into=TRUST
    )
    about = {"id": move_id, "recorded_by_id": member_id, "group_id": group_id}
    return write_move(actor, transfer, a_move(transfer, SENT, transfer.amount, clock.today(), **about))


def a_move(transfer: TrustTransfer, kind: str, amount: Money, day: date, **about: str) -> TrustMove:
    move = TrustMove(transfer_id=transfer.id, kind=kind, happened_on=day, category="", note="", **about)
    move.amount = amount
    return move


def write_move(actor: Actor, transfer: TrustTransfer, move: TrustMove) -> TrustMove:
    db.session.add(move)
    db.session.flush()
    about = {"amount": str(move.amount), "category": move.category, "group": move.group_id}
    audit.record(actor, f"trust.{move.kind}", transfer.id, after=about)
    return move


def _is_of_counsel(account_id: str, matter_id: str) -> bool:
    query = (
        select(TrustAccount.id)
        .join(MatterParticipation, MatterParticipation.organisation_id == TrustAccount.organisation_id)
        .where(TrustAccount.id == account_id, MatterParticipation.matter_id == matter_id)
    )
    return db.session.scalar(query) is not None


def for_finance(actor: Actor, transfer_id: str, permission: str) -> tuple[TrustTransfer, str]:
    """The locked transfer and the member who decides: of the fund's organisation, and not the requester."""
    actor.require(permission)
    member_id = answerable(actor)
    transfer = lock_transfer(actor, transfer_id)
    if db.session.get_one(Fund, transfer.fund_id).organisation_id != actor.organisation_id:
        raise Forbidden(_("The organisation that owns the fund decides."))
    if transfer.requested_by_id == member_id:
        raise Forbidden(_("Nobody approves or sends a transfer they asked for. Ask a colleague."))
    return transfer, member_id
