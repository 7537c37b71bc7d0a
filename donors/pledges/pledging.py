"""What staff does with pledges: write one down, change it, write it off, cancel it, take that back, say which gift
pays it. Each in the caller's transaction, audited.

Raises NotFound for another organisation's pledge, Forbidden, Conflict and Invalid naming the field.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, select

from campaigns.reading import get
from core import clock
from core.db import db
from core.errors import Conflict, Invalid
from core.money import Money
from donors import reading
from donors.gifts.limits import check_step
from donors.offline import recording
from donors.offline.batching import drive_of
from donors.people import meeting
from donors.people.meeting import Somebody
from donors.pledges import letters, standing
from donors.pledges.finding import pledges_of
from donors.pledges.pledge import (
    CANCELLED,
    WRITTEN_OFF,
    Pledge,
    PledgeDisplay,
    PledgeInstalment,
    PledgePayment,
    PledgeStep,
)
from staff import audit
from staff.access import Actor

MOST_PARTS = 60
SHORTEST_REASON = 3
#: Characters that are not taken for one another.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True)
class PledgePlan:
    """A promise: of whom, for what, and the parts in which it is due, as (day, amount)."""

    drive_id: str
    parts: Sequence[tuple[date, Money]]
    who: Somebody = field(default_factory=Somebody)
    pledged_on: date | None = None
    note: str = ""
    reminds: bool = True
    #: Whether the donor is mailed what they promised and how to pay it.
    confirms: bool = False


def get_pledge(actor: Actor, pledge_id: str, *, lock: bool = False) -> Pledge:
    return get(pledges_of(actor), Pledge, pledge_id, lock=lock)


def record_pledge(actor: Actor, plan: PledgePlan) -> Pledge:
    """Write a promise down. Raises Invalid on `drive_id`, `amount`, `due_on`, `name`, `pledged_on`, `donor_id`."""
    actor.require("gifts.record")
    drive = drive_of(actor, plan.drive_id)
    total = _check_parts(plan.parts, drive.currency)
    who = plan.who
    if not (who.name or who.email or who.donor_id or who.key):
        raise Invalid({"name": [_("Write the name or the address of whoever promised it.")]})
    day = plan.pledged_on or clock.day_of(clock.now(), drive.zone)
    recording.check_day(day, drive, "pledged_on")
    pledge = Pledge(
        organisation_id=actor.organisation_id,
        drive_id=drive.id,
        donor_id=meeting.meet(actor.organisation_id, who).id,
        reference=_new_reference(),
        pledged_on=day,
        reminds=plan.reminds,
        note=plan.note,
        created_by=actor.label,
        paid_minor=0,
        state="open",
        ended_as="",
    )
    pledge.amount = total
    db.session.add(pledge)
    db.session.flush()
    _write_parts(pledge, plan.parts)
    standing.restand(pledge)
    _step(actor, pledge, "pledged")
    if plan.confirms:
        letters.confirm(pledge)
    return pledge


def change_pledge(
    actor: Actor, pledge_id: str, *, parts: Sequence[tuple[date, Money]], reason: str, reminds: bool = True
) -> Pledge:
    """Other days or another amount, as the donor said. What was reminded of a day is not reminded again."""
    pledge = _locked(actor, pledge_id)
    _require_reason(reason)
    if not pledge.is_owed:
        raise Conflict("not_owed", _("Nothing is owed on this pledge. Open it again to change it."))
    total = _check_parts(parts, pledge.currency)
    if total.minor < pledge.paid_minor:
        raise Invalid({"amount": [_("More than that is paid already.")]})
    db.session.execute(delete(PledgeInstalment).where(PledgeInstalment.pledge_id == pledge.id))
    pledge.amount, pledge.reminds = total, reminds
    _write_parts(pledge, parts)
    standing.restand(pledge)
    _step(actor, pledge, "changed", reason)
    return pledge


def write_off(actor: Actor, pledge_id: str, *, reason: str) -> Pledge:
    """It will not be paid any more."""
    return _end(actor, pledge_id, WRITTEN_OFF, reason)


def cancel(actor: Actor, pledge_id: str, *, reason: str) -> Pledge:
    """Its donor took it back, or it was written down by mistake."""
    return _end(actor, pledge_id, CANCELLED, reason)


def reinstate(actor: Actor, pledge_id: str, *, reason: str) -> Pledge:
    """Take a writing off or a cancellation back."""
    pledge = _locked(actor, pledge_id)
    _require_reason(reason)
    if not pledge.ended_as:
        raise Conflict("illegal_transition", _("This pledge was not ended."))
    pledge.ended_as = ""
    standing.restand(pledge)
    _step(actor, pledge, "reinstated", reason)
    return pledge


def link(actor: Actor, pledge_id: str, gift_id: str) -> PledgePayment:
    """Say that a gift pays a pledge. Raises Invalid on `gift_id`; Conflict `linked_elsewhere`."""
    pledge = _locked(actor, pledge_id)
    gift = db.session.scalars(reading.gifts_of(actor).where(reading.Gift.id == gift_id)).first()
    if gift is None or gift.currency != pledge.currency:
        raise Invalid({"gift_id": [_("There is no such gift in this currency.")]})
    row = attach(pledge, gift.id, by=actor.label)
    audit.record(actor, "pledge.linked", pledge.id, after={"gift": gift.id})
    return row


def attach(pledge: Pledge, gift_id: str, *, by: str) -> PledgePayment:
    """Note that a gift was made for a locked pledge; once it is paid, it pays it."""
    there = db.session.get(PledgePayment, gift_id)
    if there is not None and there.pledge_id != pledge.id:
        raise Conflict("linked_elsewhere", _("This gift pays another pledge."))
    if there is None:
        there = PledgePayment(gift_id=gift_id, pledge_id=pledge.id, linked_by=by)
        db.session.add(there)
        standing.restand(pledge)
    return there


def unlink(actor: Actor, pledge_id: str, gift_id: str) -> Pledge:
    """Say that a gift was not for this pledge after all; it stays a gift."""
    pledge = _locked(actor, pledge_id)
    query = select(PledgePayment).where(PledgePayment.pledge_id == pledge.id)
    row = get(query, PledgePayment, gift_id)
    db.session.delete(row)
    standing.restand(pledge)
    audit.record(actor, "pledge.unlinked", pledge.id, before={"gift": gift_id})
    return pledge


def show_promised(actor: Actor, drive_id: str, *, shown: bool) -> None:
    """Whether the drive's page tells what is promised and not paid, apart from what was raised."""
    drive = drive_of(actor, drive_id)
    actor.require("gifts.record")
    row = db.session.get(PledgeDisplay, drive.id)
    if shown == (row is not None):
        return
    if row is None:
        db.session.add(PledgeDisplay(drive_id=drive.id, shown_by=actor.label))
    else:
        db.session.delete(row)
    audit.record(actor, "pledges.shown" if shown else "pledges.hidden", drive.id)


def _locked(actor: Actor, pledge_id: str) -> Pledge:
    found = get_pledge(actor, pledge_id, lock=True)
    actor.require("gifts.record")
    return found


def _end(actor: Actor, pledge_id: str, state: str, reason: str) -> Pledge:
    pledge = _locked(actor, pledge_id)
    _require_reason(reason)
    if not pledge.is_owed:
        raise Conflict("illegal_transition", _("Nothing is owed on this pledge any more."))
    pledge.ended_as = state
    standing.restand(pledge)
    _step(actor, pledge, state, reason)
    return pledge


def _check_parts(parts: Sequence[tuple[date, Money]], currency: str) -> Money:
    """What the parts add up to."""
    if not 0 < len(parts) <= MOST_PARTS:
        raise Invalid({"due_on": [_("A pledge is paid in 1 to 60 parts.")]})
    for due_on, amount in parts:
        if amount.currency != currency:
            raise Invalid({"amount": [_("This drive takes %(currency)s.", currency=currency)]})
        if not 0 < amount.minor <= recording.MOST_MINOR:
            raise Invalid({"amount": [_("Write an amount above zero.")]})
        check_step(amount)
        if not recording.EARLIEST <= due_on <= date(2200, 1, 1):
            raise Invalid({"due_on": [_("Write a day that can come.")]})
    if len({due_on for due_on, _amount in parts}) < len(parts):
        raise Invalid({"due_on": [_("Two parts are due on one day. Make them one.")]})
    return sum((amount for _day, amount in parts), Money.zero(currency))


def _write_parts(pledge: Pledge, parts: Sequence[tuple[date, Money]]) -> None:
    db.session.add_all(
        PledgeInstalment(pledge_id=pledge.id, number=number, due_on=due_on, amount_minor=amount.minor)
        for number, (due_on, amount) in enumerate(sorted(parts, key=lambda part: part[0]), start=1)
    )
    db.session.flush()


def _new_reference() -> str:
    return "PL-" + "".join(secrets.choice(_ALPHABET) for _each in range(7))


def _require_reason(reason: str) -> None:
    if len(reason.strip()) < SHORTEST_REASON:
        raise Invalid({"reason": [_("Say why. It is kept with the pledge.")]})


def _step(actor: Actor, pledge: Pledge, kind: str, reason: str = "") -> None:
    db.session.add(PledgeStep(pledge_id=pledge.id, kind=kind, reason=reason, done_by=actor.label))
    after: dict[str, Any] = {
        "state": pledge.state,
        "amount_minor": pledge.amount_minor,
        "currency": pledge.currency,
        "next_due_on": pledge.next_due_on.isoformat() if pledge.next_due_on else None,
    }
    audit.record(actor, f"pledge.{kind}", pledge.id, after=after, reason=reason)
    db.session.flush()
