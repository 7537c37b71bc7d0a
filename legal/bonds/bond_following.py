"""What becomes of a posted bond: cancelled, claimed and refunded; or noticed as breached, rescinded or lost.

A refund returns the principal to the fund it came from. On a breach the government keeps the principal and
pays the accrued interest. Net assets move by interest and by breach alone.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import func, select

from campaigns.funds import ledger
from campaigns.funds.fund import Fund
from campaigns.funds.ledger import BANK, BOND_DEPOSIT, BOND_FORFEITED, INTEREST, Line
from campaigns.funds.release import release
from core import clock
from core.db import db
from core.errors import Forbidden, Invalid
from core.money import Money
from legal.acting import answerable
from legal.bonds.bond import (
    BREACHED,
    FORMS,
    REFUND_CLAIMED,
    REFUNDED,
    SUBSTITUTED,
    Bond,
    BondEvent,
    BondPosting,
    lock_bond,
)
from legal.bonds.obligor import find_obligor_id, stand_for
from staff import audit
from staff.access import Actor

_SHA256 = re.compile(r"[0-9a-f]{64}")
LARGEST_INTEREST_MINOR = 1_000_000_000


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step after posting. `interest_minor` is what arrived with a refund or a breach, in the bond's
    currency; `document_sha256` is 64 lower-case hex digits; `obligor_id` is who stands for it from then on."""

    state: str
    happened_on: date
    form: str = ""
    document_sha256: str | None = None
    interest_minor: int = 0
    obligor_id: str | None = None


def follow_bond(actor: Actor, bond_id: str, *, step: Step) -> BondEvent:
    """Write down what happened to a bond, and move the money where money moved.

    Raises NotFound, Forbidden outside the fund's organisation, Conflict `illegal_transition`, and Invalid on
    state, happened_on, form, document_sha256 (a breach needs its I-323), interest_minor or obligor_id (whom
    a substitution names, and without whom nobody claims a refund).
    """
    actor.require("costs.pay")
    member_id = answerable(actor)
    bond = lock_bond(actor, bond_id)
    if db.session.get_one(Fund, bond.fund_id).organisation_id != actor.organisation_id:
        raise Forbidden(_("The organisation that owns the fund decides."))
    if step.state not in FORMS:
        raise Invalid({"state": [_("Choose one of the steps after posting.")]})
    before = bond.state
    bond.move_to(step.state)
    _check(bond, step)
    if step.obligor_id:
        stand_for(actor, bond, step.obligor_id, since_on=step.happened_on)
    event = BondEvent(
        bond_id=bond.id,
        state=step.state,
        happened_on=step.happened_on,
        form=step.form,
        document_sha256=step.document_sha256,
        interest_minor=step.interest_minor,
        recorded_by_id=member_id,
        group_id=_post(bond, step),
    )
    db.session.add(event)
    db.session.flush()
    audit.record(
        actor,
        f"bond.{step.state}",
        bond.id,
        before={"state": before},
        after={"state": step.state, "form": step.form, "document_sha256": step.document_sha256},
    )
    return event


def refund_lines(principal: Money, interest: Money) -> list[Line]:
    """The deposit and its interest come back as cash."""
    return [Line(BANK, principal + interest), Line(BOND_DEPOSIT, -principal), Line(INTEREST, -interest)]


def breach_lines(principal: Money, interest: Money) -> list[Line]:
    """The deposit is lost; the interest is paid all the same."""
    return [
        Line(BOND_FORFEITED, principal),
        Line(BOND_DEPOSIT, -principal),
        Line(BANK, interest),
        Line(INTEREST, -interest),
    ]


def list_events(bonds: Sequence[Bond]) -> dict[str, list[BondEvent]]:
    """The steps of several bonds, oldest first, by the bond's id."""
    query = select(BondEvent).where(BondEvent.bond_id.in_([bond.id for bond in bonds]))
    found: dict[str, list[BondEvent]] = {}
    for event in db.session.scalars(query.order_by(BondEvent.recorded_at, BondEvent.id)):
        found.setdefault(event.bond_id, []).append(event)
    return found


def _check(bond: Bond, step: Step) -> None:
    wrong: dict[str, list[str]] = {}
    if step.form not in FORMS[step.state]:
        wrong["form"] = [_("This step is evidenced by %(forms)s.", forms=_forms(step.state))]
    if step.document_sha256 is not None and not _SHA256.fullmatch(step.document_sha256):
        wrong["document_sha256"] = [_("A checksum is 64 hex digits.")]
    elif step.state == BREACHED and step.document_sha256 is None:
        wrong["document_sha256"] = [_("A breach needs its notice, form I-323.")]
    if not 0 <= step.interest_minor <= LARGEST_INTEREST_MINOR:
        wrong["interest_minor"] = [_("Enter zero or an amount within reason.")]
    elif step.interest_minor and step.state not in (REFUNDED, BREACHED):
        wrong["interest_minor"] = [_("Interest arrives with a refund or a breach.")]
    if step.state == SUBSTITUTED and not step.obligor_id:
        wrong["obligor_id"] = [_("Say who stands for the bond from now on.")]
    elif step.state == REFUND_CLAIMED and not (step.obligor_id or find_obligor_id(bond)):
        wrong["obligor_id"] = [_("The obligor alone gets a refund. Say who that is.")]
    elif step.obligor_id and step.state not in (SUBSTITUTED, REFUND_CLAIMED):
        wrong["obligor_id"] = [_("The obligor changes by a substitution.")]
    if not _latest_day(bond) <= step.happened_on <= clock.today():
        wrong["happened_on"] = [_("Choose a day between the step before and today.")]
    if wrong:
        raise Invalid(wrong)


def _forms(state: str) -> str:
    return " / ".join(form or _("no form") for form in FORMS[state])


def _latest_day(bond: Bond) -> date:
    """The day of the step before: of the last event, else of the posting."""
    last = db.session.scalar(select(func.max(BondEvent.happened_on)).where(BondEvent.bond_id == bond.id))
    return last or db.session.get_one(BondPosting, bond.id).posted_at.date()


def _post(bond: Bond, step: Step) -> str | None:
    draw = {REFUNDED: refund_lines, BREACHED: breach_lines}.get(step.state)
    if draw is None:
        return None
    group_id = ledger.post(
        kind=f"bond_{step.state}",
        source=bond.id,
        fund_id=bond.fund_id,
        lines=draw(bond.amount, Money(step.interest_minor, bond.currency)),
        occurred_at=clock.now(),
    )
    if step.state == BREACHED:  # what is lost is spent, for what it was given
        release(fund_id=bond.fund_id, group_id=group_id, amount=bond.amount)
    return group_id
