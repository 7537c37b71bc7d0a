"""Requesting, approving and posting a bond from a fund."""

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from campaigns.funds.fund import Fund
from campaigns.funds.ledger import BOND_DEPOSIT
from campaigns.funds.purposes import BONDS
from core import clock
from core.db import db
from core.errors import Forbidden, Invalid, named_by
from core.money import Money
from legal.acting import answerable
from legal.bonds.bond import (
    APPROVED,
    POSTED,
    POSTING_FORMS,
    REQUESTED,
    Bond,
    BondApproval,
    BondEvent,
    BondPosting,
    lock_bond,
)
from legal.bonds.obligor import stand_for
from legal.costs.spending import fund_for, require_purpose, take_cash
from legal.matters.matter import get_matter
from staff import audit
from staff.access import Actor

LARGEST_BOND_MINOR = 1_000_000_000


def request_bond(actor: Actor, *, matter_id: str, fund_id: str, amount: Money) -> Bond:
    """Ask a fund of the matter's campaign to deposit a bond.

    Raises NotFound, Invalid on fund_id, amount, Conflict `outside_purpose`.
    """
    actor.require("costs.claim")
    member_id = answerable(actor)
    with named_by("matter_id"):
        matter = get_matter(actor, matter_id)
    wrong: dict[str, list[str]] = {}
    fund = fund_for(actor, matter, fund_id)
    if fund is None:
        wrong["fund_id"] = [_("Choose a fund of this matter's campaign.")]
    elif amount.currency != fund.currency:
        wrong["amount"] = [_("This fund is kept in %(currency)s.", currency=fund.currency)]
    if not 0 < amount.minor <= LARGEST_BOND_MINOR:
        wrong["amount"] = [_("Enter an amount above zero and within reason.")]
    if wrong or fund is None:
        raise Invalid(wrong)
    require_purpose(fund, BONDS)
    bond = Bond(
        matter_id=matter.id,
        fund_id=fund_id,
        organisation_id=actor.organisation_id,
        requested_by_id=member_id,
        state=REQUESTED,
    )
    bond.amount = amount
    db.session.add(bond)
    db.session.flush()
    audit.record(actor, "bond.requested", bond.id, after={"amount": str(amount), "fund": fund_id})
    return bond


def approve_bond(actor: Actor, bond_id: str) -> BondApproval:
    """Approve a requested bond on a fund of the actor's organisation.

    Raises NotFound, Forbidden for one's own request, Conflict `illegal_transition`.
    """
    bond, member_id = _for_finance(actor, bond_id, "costs.approve")
    bond.move_to(APPROVED)
    approval = BondApproval(bond_id=bond.id, requested_by_id=bond.requested_by_id, approved_by_id=member_id)
    db.session.add(approval)
    db.session.flush()
    audit.record(actor, "bond.approved", bond.id, after={"amount": str(bond.amount)})
    return approval


@dataclass(frozen=True, kw_only=True)
class Contract:
    """By which form a bond was posted, on which day, and who stands for it. `document_sha256` is that of the
    contract or receipt, as 64 lower-case hex digits."""

    posted_on: date
    form: str = "I-352"
    document_sha256: str | None = None
    obligor_id: str | None = None


def post_bond(actor: Actor, bond_id: str, contract: Contract | None = None) -> BondPosting:
    """Deposit an approved bond: the fund's cash becomes a bond deposit, and nothing is spent.

    Raises Conflict `fund_too_small`, `outside_purpose` or `illegal_transition`, Invalid on posted_on, form or
    obligor_id, else what `approve_bond` does.
    """
    bond, member_id = _for_finance(actor, bond_id, "costs.pay")
    bond.move_to(POSTED)
    require_purpose(db.session.get_one(Fund, bond.fund_id), BONDS)
    group_id = take_cash(
        kind="bond_posted", source=bond.id, fund_id=bond.fund_id, amount=bond.amount, into=BOND_DEPOSIT
    )
    posting = BondPosting(bond_id=bond.id, posted_by_id=member_id, group_id=group_id)
    db.session.add(posting)
    if contract is not None:
        _sign(actor, bond, contract, member_id)
    db.session.flush()
    audit.record(actor, "bond.posted", bond.id, after={"amount": str(bond.amount), "group": group_id})
    return posting


def _sign(actor: Actor, bond: Bond, contract: Contract, member_id: str) -> None:
    """Write down the contract as the first step of the bond's life, and who stands for it."""
    wrong: dict[str, list[str]] = {}
    if contract.form not in POSTING_FORMS:
        wrong["form"] = [_("This step is evidenced by %(forms)s.", forms=" / ".join(POSTING_FORMS))]
    if not bond.requested_at.date() <= contract.posted_on <= clock.today():
        wrong["posted_on"] = [_("Choose a day between the request and today.")]
    if wrong:
        raise Invalid(wrong)
    if contract.obligor_id:
        stand_for(actor, bond, contract.obligor_id, since_on=contract.posted_on)
    event = BondEvent(
        bond_id=bond.id,
        state=POSTED,
        happened_on=contract.posted_on,
        form=contract.form,
        document_sha256=contract.document_sha256,
        recorded_by_id=member_id,
    )
    db.session.add(event)


def _for_finance(actor: Actor, bond_id: str, permission: str) -> tuple[Bond, str]:
    """The locked bond and the member who decides: of the fund's organisation, and not the requester."""
    actor.require(permission)
    member_id = answerable(actor)
    bond = lock_bond(actor, bond_id)
    fund = db.session.get_one(Fund, bond.fund_id)
    if fund.organisation_id != actor.organisation_id:
        raise Forbidden(_("The organisation that owns the fund decides."))
    if bond.requested_by_id == member_id:
        raise Forbidden(_("Nobody approves or posts a bond they asked for. Ask a colleague."))
    return bond, member_id
