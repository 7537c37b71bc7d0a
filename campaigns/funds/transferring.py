"""Moving money between two funds of an organisation: one person asks, another confirms, one balanced group is posted.

What donors gave for goes along with their money. It moves freely to a fund that pays nothing else; to any other
fund only as the surplus clause allows, and whoever asks says in which way it does.
"""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from campaigns import reading
from campaigns.campaign import Campaign
from campaigns.disclosure import screen
from campaigns.drives.drive import Drive
from campaigns.funds import ledger, reserving, surplus
from campaigns.funds.fund import Fund
from campaigns.funds.fund_transfer import CLAUSE, UNRESTRICTED, WITHIN, FundTransfer
from campaigns.funds.ledger import BANK, FUND_TRANSFERS, Line
from core import clock, ids
from core.db import db
from core.errors import Invalid
from core.i18n import money as money_text
from core.money import Money
from staff import audit
from staff.access import Actor
from staff.approval import two_people
from staff.approval.proposal import Proposal

VERB = "fund.transfer"
SHORTEST, LONGEST = 10, 500


@dataclass(frozen=True, kw_only=True)
class TransferTerms:
    """`why`: in which way the surplus clause allows it; empty where the restriction itself does."""

    to_fund_id: str
    amount: Money
    reason: str
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Movement:
    """What is posted, once it is agreed to. One `cause` moves money once."""

    source: Fund
    target: Fund
    amount: Money
    reason: str
    basis: str
    cause: str
    why: str = ""
    drive_id: str | None = None


def ask(actor: Actor, from_fund_id: str, terms: TransferTerms) -> Proposal:
    """Ask a second person to let the money move.

    Raises NotFound, Forbidden, Invalid on to_fund_id, amount, reason and why, Conflict `needs_second_person`.
    """
    source = reading.get_fund(actor, from_fund_id)
    actor.require("funds.edit")
    target = _target(actor, source, terms.to_fund_id)
    _check(source, target, terms)
    asked = {
        "from_fund_id": source.id,
        "from_name": source.name,
        "to_fund_id": target.id,
        "to_name": target.name,
        "amount_minor": terms.amount.minor,
        "currency": terms.amount.currency,
        "reason": terms.reason.strip(),
        "why": terms.why.strip(),
    }
    return two_people.propose(actor, VERB, source.id, terms=asked, amount=terms.amount)


def perform(actor: Actor, terms: dict[str, Any]) -> FundTransfer:
    """Move what two people agreed to. Raises what `ask` does: the fund may hold less by now."""
    wanted = TransferTerms(
        to_fund_id=terms["to_fund_id"],
        amount=Money(terms["amount_minor"], terms["currency"]),
        reason=terms["reason"],
        why=terms["why"],
    )
    actor.require("funds.edit")
    lock(terms["from_fund_id"])
    source = reading.get_fund(actor, terms["from_fund_id"])
    target = _target(actor, source, wanted.to_fund_id)
    basis = _check(source, target, wanted)
    movement = Movement(
        source=source,
        target=target,
        amount=wanted.amount,
        reason=wanted.reason,
        why=wanted.why,
        basis=basis,
        cause=terms["proposal_id"],
    )
    return move(actor, movement)


def lock(fund_id: str) -> None:
    """The fund's row is the lock under which its cash is counted."""
    db.session.execute(select(Fund.id).where(Fund.id == fund_id).with_for_update())


def move(actor: Actor, movement: Movement) -> FundTransfer:
    """Post one group that balances in each of the two funds, and note why. The caller has locked the source and
    checked what may move."""
    source, target, amount = movement.source, movement.target, movement.amount
    transfer_id = ids.new_id("move")
    group_id = ledger.post(
        kind="fund_transfer",
        source=transfer_id,
        fund_id=source.id,
        lines=[
            Line(FUND_TRANSFERS, amount),
            # Money still on its way from Stripe is the fund's as well, so the bank may stand below zero meanwhile.
            Line(BANK, -amount),
            Line(BANK, amount, fund_id=target.id),
            Line(FUND_TRANSFERS, -amount, fund_id=target.id),
        ],
        occurred_at=clock.now(),
    )
    row = FundTransfer(
        id=transfer_id,
        organisation_id=source.organisation_id,
        from_fund_id=source.id,
        to_fund_id=target.id,
        cause=movement.cause,
        drive_id=movement.drive_id,
        reason=movement.reason,
        basis=movement.basis,
        why=movement.why,
        asked_by=actor.label,
        group_id=group_id,
    )
    row.amount = amount
    db.session.add(row)
    db.session.flush()
    told = {"to": target.id, "amount_minor": amount.minor, "currency": amount.currency, "group": group_id}
    about = {"basis": movement.basis, "why": movement.why, "cause": movement.cause}
    audit.record(actor, VERB, source.id, reason=movement.reason, after=told | about)
    return row


def keeps_to(source: Fund, target: Fund) -> bool:
    """Whether the target pays nothing that the source's donors did not give for."""
    same_cause = source.campaign_id is None or source.campaign_id == target.campaign_id
    same_costs = not source.purposes or (
        bool(target.purposes) and set(target.purposes) <= set(source.purposes)
    )
    return same_cause and same_costs


def basis_of(source: Fund, target: Fund) -> str:
    if source.is_general:
        return UNRESTRICTED
    return WITHIN if keeps_to(source, target) else CLAUSE


def targets_for(actor: Actor, source: Fund) -> list[Fund]:
    """Where money of a fund could move: the organisation's other funds in its currency."""
    query = reading.funds_of(actor).where(Fund.id != source.id, Fund.currency == source.currency)
    return list(db.session.scalars(query.order_by(Fund.name, Fund.id)))


def screen_name(source: Fund, target: Fund) -> None:
    """The target's name is told on the pages of the source's drives. Raises Invalid on to_fund_id."""
    campaigns = select(Drive.campaign_id).where(Drive.fund_id == source.id)
    clients = select(Campaign.client_id).where(Campaign.id.in_(campaigns))
    for client_id in set(db.session.scalars(clients)):
        screen(client_id, {"to_fund_id": target.name})


def _target(actor: Actor, source: Fund, fund_id: str) -> Fund:
    found = next((each for each in targets_for(actor, source) if each.id == fund_id), None)
    if found is None:
        text = _("Choose another fund of your organisation in %(currency)s.", currency=source.currency)
        raise Invalid({"to_fund_id": [text]})
    return found


def _check(source: Fund, target: Fund, terms: TransferTerms) -> str:
    """What allows it. Raises Invalid naming each field that is wrong."""
    wrong: dict[str, list[str]] = {}
    if terms.amount.currency != source.currency:
        wrong["amount"] = [_("This fund is in %(currency)s.", currency=source.currency)]
    elif not Money.zero(source.currency) < terms.amount <= reserving.free(source):
        left = money_text(reserving.free(source))
        wrong["amount"] = [_("At most %(left)s of this fund is free to move.", left=left)]
    if not SHORTEST <= len(terms.reason.strip()) <= LONGEST:
        wrong["reason"] = [_("Say in 10 to 500 characters why it moves.")]
    basis = basis_of(source, target)
    if basis == CLAUSE:
        wrong |= _wrong_why(source, target, terms.why.strip())
    if wrong:
        raise Invalid(wrong)
    screen_name(source, target)
    return basis


def _wrong_why(source: Fund, target: Fund, why: str) -> dict[str, list[str]]:
    way = surplus.GENERAL if target.is_general else surplus.MOVE
    against = [each.number for each in surplus.versions_of(source.id) if not each.allows(way)]
    if against:
        text = _(
            "Donors gave under a surplus clause that does not allow this (version %(numbers)s).",
            numbers=", ".join(str(number) for number in sorted(against)),
        )
        return {"to_fund_id": [text]}
    if not SHORTEST <= len(why) <= LONGEST:
        text = _(
            "This fund is for other things. Say in 10 to 500 characters how its surplus clause allows it."
        )
        return {"why": [text]}
    return {}
