"""Gifts that are held until somebody has looked, and blocks that somebody lifts. In the caller's transaction."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import Select, select

from core import clock
from core.db import db
from core.errors import Conflict, Invalid, NotFound
from core.gathering import gather
from donors.defence.block import Block
from donors.defence.hold import DECIDE_WITHIN, HELD, RELEASED, RELEASING, TAKEN, TAKING, Hold
from donors.defence.screening import Screening
from donors.gifts import settling
from donors.gifts.ending import end_unpaid
from donors.gifts.gift import EXPIRED, FAILED, PENDING, Gift
from donors.stripe_gateway import HeldPayment
from staff import audit
from staff.access import Actor


def is_to_be_held(gift_id: str) -> bool:
    """Whether the card of this gift is only authorised."""
    row = db.session.get(Screening, gift_id)
    return row is not None and row.is_held


def apply_held(payment: HeldPayment) -> None:
    """Bring a hold to where its payment stands; whoever decided it."""
    assert payment.gift_id is not None
    gift = settling.lock_gift(payment.gift_id)
    if gift is None or gift.account != payment.account:
        return
    row = db.session.get(Hold, gift.id, with_for_update=True, populate_existing=True)
    if row is None and payment.state == HELD:
        gift.payment_intent_id = payment.payment_intent_id
        row = Hold(
            gift_id=gift.id,
            organisation_id=gift.organisation_id,
            payment_intent_id=payment.payment_intent_id,
            held_at=payment.held_at,
            decide_by=payment.held_at + DECIDE_WITHIN,
        )
        db.session.add(row)
        db.session.flush()
    elif row is not None and payment.state in (TAKEN, RELEASED):
        _finish(row, payment.state)
    if row is not None and row.state == RELEASED and gift.state in (PENDING, FAILED):
        end_unpaid(gift, EXPIRED)


def note_taken(gift_id: str) -> None:
    """The money of a gift has arrived: whoever had it taken, its hold is over."""
    gather(_note_taken, gift_id)


def _note_taken(gift_ids: list[str]) -> None:
    query = select(Hold).where(Hold.gift_id.in_(gift_ids), Hold.state.not_in((TAKEN, RELEASED)))
    locked = query.order_by(Hold.gift_id).with_for_update().execution_options(populate_existing=True)
    for row in db.session.scalars(locked).all():
        _finish(row, TAKEN)


def _finish(row: Hold, state: str) -> None:
    if row.decided_at is None:
        row.decided_by, row.decided_at = "stripe", clock.now()
    row.move(state)


def list_holds(actor: Actor, *, waiting: bool) -> Select[Hold, Gift, Screening]:
    """Holds of the actor's organisation with gift and screening, the oldest first; decided ones newest first."""
    actor.require("gifts.view")
    query = (
        select(Hold, Gift, Screening)
        .join(Gift, Gift.id == Hold.gift_id)
        .outerjoin(Screening, Screening.gift_id == Hold.gift_id)
        .where(Hold.organisation_id == actor.organisation_id)
    )
    if waiting:
        return query.where(Hold.state == HELD).order_by(Hold.held_at, Hold.gift_id)
    return query.where(Hold.state != HELD).order_by(Hold.decided_at.desc(), Hold.gift_id)


def list_flagged(actor: Actor) -> Select[Screening, Gift]:
    """Gifts that were paid with a blocked card, the newest first."""
    actor.require("gifts.view")
    return (
        select(Screening, Gift)
        .join(Gift, Gift.id == Screening.gift_id)
        .where(Screening.organisation_id == actor.organisation_id, Screening.flagged_at.is_not(None))
        .order_by(Screening.flagged_at.desc(), Screening.gift_id)
    )


def list_blocks(actor: Actor) -> Select[Block]:
    """Blocks of the actor's organisation, the newest first."""
    actor.require("gifts.view")
    query = select(Block).where(Block.organisation_id == actor.organisation_id)
    return query.order_by(Block.made_at.desc(), Block.id)


def get_hold(actor: Actor, gift_id: str) -> tuple[Hold, Screening | None]:
    """Raises NotFound."""
    actor.require("gifts.view")
    row = db.session.get(Hold, gift_id)
    if row is None or row.organisation_id != actor.organisation_id:
        raise NotFound
    return row, db.session.get(Screening, gift_id)


def get_block(actor: Actor, block_id: str) -> Block:
    """Raises NotFound."""
    actor.require("gifts.view")
    row = db.session.get(Block, block_id)
    if row is None or row.organisation_id != actor.organisation_id:
        raise NotFound
    return row


def decide(actor: Actor, gift_id: str, *, take: bool, reason: str) -> Hold:
    """Take the money of a held gift, or let it go. Deciding the same again changes nothing.

    Raises NotFound, Forbidden, Invalid naming the reason, Conflict `already_decided`.
    """
    actor.require("gifts.view")
    row = db.session.get(Hold, gift_id, with_for_update=True, populate_existing=True)
    if row is None or row.organisation_id != actor.organisation_id:
        raise NotFound
    actor.require("gifts.refund")
    _require_reason(reason)
    wanted = TAKING if take else RELEASING
    if row.state == wanted:
        return row
    if row.state != HELD:
        raise Conflict("already_decided", _("This gift has been decided already."))
    _set(row, wanted, by=actor.label, reason=reason.strip())
    audit.record(
        actor, "gift.take" if take else "gift.release", gift_id, before={"state": HELD}, reason=reason.strip()
    )
    return row


def let_go_overdue(gift_id: str) -> None:
    """Nobody decided in time: the donor's money is let go."""
    row = db.session.get(Hold, gift_id, with_for_update=True, populate_existing=True)
    if row is not None and row.state == HELD and row.decide_by <= clock.now():
        _set(row, RELEASING, by="system", reason="")


def overdue() -> list[str]:
    query = select(Hold.gift_id).where(Hold.state == HELD, Hold.decide_by <= clock.now())
    return list(db.session.scalars(query.limit(200)))


def decided_before(instant: datetime) -> list[str]:
    """Decisions that Stripe has not been told, made before this instant."""
    query = select(Hold.gift_id).where(Hold.state.in_((TAKING, RELEASING)), Hold.decided_at <= instant)
    return list(db.session.scalars(query.limit(200)))


def _set(row: Hold, state: str, *, by: str, reason: str) -> None:
    row.move(state)
    row.decided_by, row.decided_at, row.reason = by, clock.now(), reason


def lift(actor: Actor, block_id: str, *, reason: str) -> Block:
    """End a block before its time; one that is over stays as it is. Raises NotFound, Forbidden, Invalid."""
    actor.require("gifts.view")
    row = db.session.get(Block, block_id, with_for_update=True, populate_existing=True)
    if row is None or row.organisation_id != actor.organisation_id:
        raise NotFound
    actor.require("gifts.refund")
    _require_reason(reason)
    if row.state == "in_force":
        row.lifted_at, row.lifted_by = clock.now(), actor.label
        audit.record(actor, "block.lift", row.id, before={"state": "in_force"}, reason=reason.strip())
    return row


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Invalid({"reason": [_("Say why, for the record.")]})
