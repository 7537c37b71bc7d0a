"""Preparing a close-out: one person begins, chooses and asks. Another confirms (`confirming`)."""

from datetime import timedelta
from typing import Any

from flask_babel import gettext as _

from campaigns import reading
from campaigns.drives.drive import Drive
from campaigns.funds import transferring
from campaigns.funds.fund import Fund
from campaigns.funds.fund_transfer import CLAUSE
from campaigns.funds.funding import general_fund
from campaigns.funds.surplus import GENERAL, MOVE, REFUND, SurplusClause
from campaigns.funds.transferring import LONGEST, SHORTEST
from core import clock
from core.db import db
from core.errors import Conflict, Invalid, NotFound
from core.i18n import instant
from donors.close_outs.close_out import (
    BACK,
    DRAFT,
    MOVED,
    STAYS,
    UNDONE,
    CloseOut,
    CloseOutChoice,
    choices_of,
    get_close_out,
    standing_of,
)
from donors.close_outs.plan import plan_of
from staff import audit
from staff.access import Actor
from staff.approval import two_people
from staff.approval.proposal import Proposal

VERB = "drive.close_out"


def begin(actor: Actor, drive_id: str) -> CloseOut:
    """Begin to close out a closed drive of the actor's organisation; one that was begun is returned.

    Raises NotFound, Forbidden, Conflict `not_closed`.
    """
    actor.require("gifts.view")
    drive = reading.get(reading.drives_of(actor), Drive, drive_id, lock=True)
    if drive.organisation_id != actor.organisation_id:
        raise NotFound
    actor.require("gifts.refund")
    if drive.published_at is None or drive.ends_at is None or drive.ends_at > clock.now():
        raise Conflict("not_closed", _("This drive is not closed yet. Close it first."))
    found = standing_of(drive.id)
    if found is not None:
        return found
    row = CloseOut(
        organisation_id=drive.organisation_id,
        drive_id=drive.id,
        fund_id=drive.fund_id,
        begun_by=actor.label,
    )
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "close_out.begun", drive.id, after={"close_out": row.id})
    return row


def choose(actor: Actor, close_out_id: str, clause_id: str, wanted: dict[str, Any]) -> CloseOutChoice:
    """Choose what is done with what came under one version. `wanted` has way, to_fund_id (or None) and why.

    What somebody was asked to confirm before is taken back. Raises NotFound, Conflict `not_in_preparation`, Invalid
    on way, to_fund_id and why.
    """
    close_out = _draft(actor, close_out_id)
    clause = db.session.get(SurplusClause, clause_id) if "\x00" not in clause_id else None
    if clause is None or clause.fund_id != close_out.fund_id:
        raise NotFound
    way, why = wanted["way"], wanted["why"].strip()
    target = _target(actor, close_out, clause, way, wanted["to_fund_id"])
    if not clause.ways and not SHORTEST <= len(why) <= LONGEST:
        raise Invalid({"why": [_("Say in 10 to 500 characters how the wording allows it.")]})
    two_people.drop(actor, VERB, close_out.id)
    row = choices_of(close_out.id).get(clause.id)
    if row is None:
        row = CloseOutChoice(close_out_id=close_out.id, clause_id=clause.id)
        db.session.add(row)
    row.way, row.why, row.to_fund_id = way, why, target.id if target else None
    db.session.flush()
    db.session.refresh(row)
    return row


def _target(
    actor: Actor, close_out: CloseOut, clause: SurplusClause, way: str, fund_id: str | None
) -> Fund | None:
    """Where the money goes; None where it goes back or stays. Raises Invalid on way or to_fund_id."""
    if not clause.allows(way):
        raise Invalid({"way": [_("The clause under which these gifts came does not allow this.")]})
    source = close_out.fund
    if way == GENERAL:
        return _general(source)
    if fund_id is None:
        if way == REFUND:
            return None
        raise Invalid({"to_fund_id": [_("Choose the fund that it moves to.")]})
    targets = transferring.targets_for(actor, source)
    target = next((each for each in targets if each.id == fund_id), None)
    if target is None:
        text = _("Choose another fund of your organisation in %(currency)s.", currency=source.currency)
        raise Invalid({"to_fund_id": [text]})
    is_allowed = clause.allows(MOVE) or (target.is_general and clause.allows(GENERAL))
    if transferring.basis_of(source, target) == CLAUSE and not is_allowed:
        raise Invalid({"to_fund_id": [_("The clause does not let money go to this fund.")]})
    transferring.screen_name(source, target)
    return target


def _general(source: Fund) -> Fund | None:
    if source.is_general:
        return None
    found = general_fund(source.organisation_id, source.currency)
    if found is None:
        text = _("No fund is marked as your general fund in %(currency)s yet.", currency=source.currency)
        raise Invalid({"way": [text]})
    transferring.screen_name(source, found)
    return found


def ask(actor: Actor, close_out_id: str) -> Proposal:
    """Ask a second person to confirm the plan as it stands.

    Raises Conflict `not_in_preparation`, `not_chosen`, `grace_runs` or `needs_second_person`.
    """
    close_out = _draft(actor, close_out_id)
    _refuse_within_grace(close_out.drive)
    plan = plan_of(close_out)
    if not plan.is_complete:
        raise Conflict("not_chosen", _("Choose for every version of the clause what is done."))
    two_people.drop(actor, VERB, close_out.id)
    terms = {
        "close_out_id": close_out.id,
        "drive": close_out.drive.title,
        "digest": plan.digest,
        "left": str(plan.reckoning.left),
        **{outcome: str(plan.total(outcome)) for outcome in (BACK, MOVED, STAYS)},
    }
    return two_people.propose(actor, VERB, close_out.id, terms=terms)


def _refuse_within_grace(drive: Drive) -> None:
    """Until then a payment may still arrive that has a share, and a refund would lower figures that are not frozen."""
    assert drive.ends_at is not None
    over_at = drive.ends_at + timedelta(minutes=drive.grace_minutes)
    if clock.now() < over_at:
        text = _(
            "Payments begun in time may still arrive until %(when)s. Ask for confirmation then.",
            when=instant(over_at, drive.zone),
        )
        raise Conflict("grace_runs", text)


def undo(actor: Actor, close_out_id: str) -> CloseOut:
    """Take a close-out back before anybody confirmed it. Raises Conflict `not_in_preparation`."""
    close_out = _draft(actor, close_out_id)
    two_people.drop(actor, VERB, close_out.id)
    close_out.move_to(UNDONE)
    db.session.flush()
    audit.record(actor, "close_out.undone", close_out.drive_id, after={"close_out": close_out.id})
    return close_out


def _draft(actor: Actor, close_out_id: str) -> CloseOut:
    close_out = get_close_out(actor, close_out_id, lock=True)
    actor.require("gifts.refund")
    if close_out.state != DRAFT:
        text = _("This close-out is confirmed or taken back. It stays as it is.")
        raise Conflict("not_in_preparation", text)
    return close_out
