"""What becomes of money in trust: counsel reports what it paid, the fund takes in what came back."""

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from campaigns.funds import ledger
from campaigns.funds.fund import Fund
from campaigns.funds.ledger import BANK, LEGAL_COSTS, TRUST, Line
from campaigns.funds.purposes import COSTS
from campaigns.funds.release import release
from core import clock, ids
from core.db import db
from core.errors import Conflict, Forbidden, Invalid
from core.i18n import money
from core.money import Money
from legal.acting import answerable
from legal.costs.spending import require_purpose
from legal.trust.transferring import a_move, for_finance, write_move
from legal.trust.trust_account import TrustAccount
from legal.trust.trust_transfer import (
    DISBURSED,
    RETURNED,
    SENT,
    SETTLED,
    TrustMove,
    TrustTransfer,
    held,
    list_moves,
    lock_transfer,
)
from staff.access import Actor


@dataclass(frozen=True, kw_only=True)
class Disbursement:
    """What counsel paid out of trust. `category` is a key of `purposes.COSTS`."""

    amount: Money
    happened_on: date
    category: str
    note: str = ""


def disburse(actor: Actor, transfer_id: str, paid: Disbursement) -> TrustMove:
    """Report what the firm paid from its trust ledger: spent, and released from restriction.

    Raises NotFound, Forbidden outside the firm that holds it, Invalid on amount, happened_on, category or note,
    Conflict `trust_overdrawn`, `outside_purpose` or `illegal_transition`.
    """
    actor.require("matters.edit")
    transfer = lock_transfer(actor, transfer_id)
    if db.session.get_one(TrustAccount, transfer.account_id).organisation_id != actor.organisation_id:
        raise Forbidden(_("The firm that holds the money reports what it paid."))
    transfer.require_step(SETTLED)
    wrong = _amount_and_day(transfer, paid.amount, paid.happened_on)
    if paid.category not in COSTS:
        wrong["category"] = [_("Choose one of the categories.")]
    if len(paid.note) > 500:
        wrong["note"] = [_("Write %(number)s characters at most.", number=500)]
    if wrong:
        raise Invalid(wrong)
    require_purpose(db.session.get_one(Fund, transfer.fund_id), paid.category)
    move = _take(transfer, DISBURSED, paid.amount, paid.happened_on, answerable(actor))
    move.category, move.note = paid.category, paid.note.strip()
    release(fund_id=transfer.fund_id, group_id=move.group_id, amount=paid.amount)
    return write_move(actor, transfer, move)


def take_back(actor: Actor, transfer_id: str, *, amount: Money, happened_on: date) -> TrustMove:
    """Write down what the firm sent back: cash of the same fund again.

    Raises what `disburse` raises, Forbidden outside the fund's organisation.
    """
    transfer, member_id = for_finance(actor, transfer_id, "costs.pay")
    transfer.require_step(SETTLED)
    wrong = _amount_and_day(transfer, amount, happened_on)
    if wrong:
        raise Invalid(wrong)
    return write_move(actor, transfer, _take(transfer, RETURNED, amount, happened_on, member_id))


def _take(transfer: TrustTransfer, kind: str, amount: Money, day: date, member_id: str) -> TrustMove:
    """Post what leaves the trust ledger, once it is sure that it holds as much."""
    left = held(transfer)
    if amount > left:
        message = _(
            "The firm holds %(held)s of this transfer and this takes %(amount)s. Nothing was written down.",
            held=money(left),
            amount=money(amount),
        )
        raise Conflict("trust_overdrawn", message)
    move_id = ids.new_id("move")
    group_id = ledger.post(
        kind=f"trust_{kind}",
        source=move_id,
        fund_id=transfer.fund_id,
        lines=[Line(LEGAL_COSTS if kind == DISBURSED else BANK, amount), Line(TRUST, -amount)],
        occurred_at=clock.opens_at(day, "UTC"),
    )
    if amount == left:
        transfer.move_to(SETTLED)
    return a_move(transfer, kind, amount, day, id=move_id, recorded_by_id=member_id, group_id=group_id)


def _amount_and_day(transfer: TrustTransfer, amount: Money, day: date) -> dict[str, list[str]]:
    wrong: dict[str, list[str]] = {}
    if amount.currency != transfer.currency:
        wrong["amount"] = [_("This fund is kept in %(currency)s.", currency=transfer.currency)]
    elif amount.minor <= 0:
        wrong["amount"] = [_("Enter an amount above zero and within reason.")]
    sent_on = next(each.happened_on for each in list_moves(transfer) if each.kind == SENT)
    if not sent_on <= day <= clock.today():
        wrong["happened_on"] = [_("Choose a day between the transfer and today.")]
    return wrong
