"""What a second person's confirmation does: every share is fixed and money moves, in one transaction. Refunds and
letters are left to the worker (`working`)."""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import insert

from campaigns.funds import transferring
from campaigns.funds.fund import Fund
from campaigns.funds.surplus import SurplusClause
from campaigns.funds.transferring import Movement
from core import clock
from core.db import db
from core.errors import Conflict
from core.money import Money
from donors.close_outs.close_out import (
    BACK,
    MOVED,
    STAYS,
    WORKING,
    CloseOut,
    CloseOutShare,
    choices_of,
    get_close_out,
)
from donors.close_outs.closing import VERB
from donors.close_outs.plan import Plan, plan_of
from staff import audit
from staff.access import Actor


def perform(actor: Actor, terms: dict[str, Any]) -> CloseOut:
    """What two people agreed to: fix every share, move what moves, and leave refunds and letters to the worker.

    Raises Conflict `figures_moved` where money moved since somebody asked.
    """
    actor.require("gifts.refund")
    close_out = get_close_out(actor, terms["close_out_id"], lock=True)
    close_out.move_to(WORKING)
    transferring.lock(close_out.fund_id)
    plan = plan_of(close_out)
    if not plan.is_complete or plan.digest != terms["digest"]:
        text = _("Money moved since this was asked for. Look at the figures again and ask anew.")
        raise Conflict("figures_moved", text)
    close_out.asked_by, close_out.approved_at = actor.label, clock.now()
    close_out.reckoned = plan.reckoning.as_json()
    _keep_shares(close_out, plan)
    _move(actor, close_out, plan)
    db.session.flush()
    audit.record(
        actor,
        VERB,
        close_out.drive_id,
        after={
            "close_out": close_out.id,
            "digest": plan.digest,
            "left_minor": plan.reckoning.left.minor,
            "currency": plan.reckoning.left.currency,
            **{f"{outcome}_minor": plan.total(outcome).minor for outcome in (BACK, MOVED, STAYS)},
        },
    )
    return close_out


def _keep_shares(close_out: CloseOut, plan: Plan) -> None:
    currency = plan.reckoning.left.currency
    rows = [
        {**vars(share), "close_out_id": close_out.id, "currency": currency, "refund_id": None}
        for share in plan.shares
    ]
    if rows:
        db.session.execute(insert(CloseOutShare), rows)


def _move(actor: Actor, close_out: CloseOut, plan: Plan) -> None:
    """One transfer for each version and fund that money goes to."""
    sums: dict[tuple[str, str], int] = {}
    for share in plan.shares:
        if share.to_fund_id is not None:
            key = (share.clause_id, share.to_fund_id)
            sums[key] = sums.get(key, 0) + share.amount_minor
    for to, minor in sorted(sums.items()):
        _move_part(actor, close_out, to, minor)


def _move_part(actor: Actor, close_out: CloseOut, to: tuple[str, str], minor: int) -> None:
    """Move what came under one version to a fund, `to` being the ids of both."""
    clause_id, fund_id = to
    clause, target = db.session.get_one(SurplusClause, clause_id), db.session.get_one(Fund, fund_id)
    choice = choices_of(close_out.id)[clause_id]
    movement = Movement(
        source=close_out.fund,
        target=target,
        amount=Money(minor, close_out.fund.currency),
        reason=_("Close-out of “%(drive)s”", drive=close_out.drive.title),
        basis=transferring.basis_of(close_out.fund, target),
        cause=f"{close_out.id}:{clause_id}:{fund_id}",
        why=choice.why or clause.wording,
        drive_id=close_out.drive_id,
    )
    transferring.move(actor, movement)
