"""Closing a batch into gifts, opening it again, and discarding it: each a step that stays.

Each in the caller's transaction, on the locked batch. Raises NotFound for another organisation's batch, Forbidden,
Conflict and Invalid naming the field.
"""

from flask_babel import gettext as _
from sqlalchemy import select

from campaigns.drives.drive import Drive
from core import clock
from core.db import db
from core.errors import Conflict, Invalid
from donors.gifts import settling
from donors.gifts.gift import SETTLED
from donors.gifts.gift_void import REOPENED
from donors.offline import line_match, recording
from donors.offline.batch import (
    CLOSED,
    DISCARDED,
    OPEN,
    BatchRow,
    BatchStep,
    GiftBatch,
    rows_of,
    totals_of,
)
from donors.offline.batching import locked_batch
from donors.offline.recording import Received
from staff import audit
from staff.access import Actor
from staff.organisation import Organisation


def close(actor: Actor, batch_id: str, *, reason: str = "") -> GiftBatch:
    """Record every row as a gift, all or none. Where the control totals are missing or not met, a reason is
    needed. Closing a closed batch changes nothing.

    Raises Invalid on `reason`, or on `rows` naming the row and what is wrong with it; Conflict `batch_empty`.
    """
    _one_at_a_time(actor)
    batch = locked_batch(actor, batch_id)
    if batch.state == CLOSED:
        return batch
    rows = rows_of(batch.id)
    if not rows:
        raise Conflict("batch_empty", _("There is no row in this batch. Type the first one, or discard it."))
    if not totals_of(batch).agree and len(reason.strip()) < 3:
        raise Invalid({"reason": [_("The totals do not agree. Say why it is closed all the same.")]})
    batch.move(CLOSED)
    drive = db.session.get_one(Drive, batch.drive_id)
    for row in rows:
        if row.gift_id is None:
            row.gift_id = _record(drive, batch, row, actor.label)
    _note(actor, batch, reason)
    return batch


def _record(drive: Drive, batch: GiftBatch, row: BatchRow, by: str) -> str:
    received = Received(
        amount=row.amount,
        received_on=batch.received_on,
        channel=row.channel,
        name=row.name,
        email=row.email,
        donor_id=row.donor_id or "",
        name_display=row.name_display,
        number=row.check_number,
        note=row.note,
        wants_receipt_mail=row.wants_receipt_mail,
    )
    try:
        return recording.record(drive, received, recorded_by=by).id
    except Invalid as refusal:
        said = " ".join(text for texts in refusal.errors.values() for text in texts)
        raise Invalid({"rows": [_("Row %(number)s: %(text)s", number=row.number, text=said)]}) from None


def reopen(actor: Actor, batch_id: str, *, reason: str) -> GiftBatch:
    """Take the gifts of a closed batch back, and make its rows drafts again. What bounced meanwhile, or went back
    to its donor, stays as it is. Opening an open batch changes nothing."""
    _one_at_a_time(actor)
    batch = locked_batch(actor, batch_id)
    if batch.state == OPEN:
        return batch
    was_closed = batch.state == CLOSED
    batch.move(OPEN)
    line_match.release(by=actor.label, batch_id=batch.id)
    for row in rows_of(batch.id) if was_closed else []:
        gift = settling.lock_gift(row.gift_id) if row.gift_id else None
        if gift is not None and gift.state == SETTLED:
            recording.void(gift, said_by=actor.label, kind=REOPENED, reason=reason)
            row.gift_id = None
    _note(actor, batch, reason)
    return batch


def discard(actor: Actor, batch_id: str, *, reason: str = "") -> GiftBatch:
    """Put an open batch aside; it can be opened again. Raises Conflict `batch_stays` where a row of it is a gift."""
    batch = locked_batch(actor, batch_id)
    if any(row.gift_id for row in rows_of(batch.id)):
        raise Conflict("batch_stays", _("Some of its rows are gifts. It cannot be discarded."))
    batch.move(DISCARDED)
    _note(actor, batch, reason)
    return batch


def _one_at_a_time(actor: Actor) -> None:
    """Two batches with the same donors in another order would wait for each other for ever: an organisation's are
    worked on one after the other. The lock lets everything else that names the organisation pass."""
    query = select(Organisation.id).where(Organisation.id == actor.organisation_id)
    db.session.execute(query.with_for_update(key_share=True))


def _note(actor: Actor, batch: GiftBatch, reason: str) -> None:
    totals = totals_of(batch)
    db.session.add(
        BatchStep(
            batch_id=batch.id,
            state=batch.state,
            count=totals.count,
            sum_minor=totals.sum.minor,
            reason=reason,
            done_by=actor.label,
            at=clock.now(),
        )
    )
    after = {"state": batch.state, "count": totals.count, "sum_minor": totals.sum.minor}
    audit.record(actor, f"batch.{batch.state}", batch.id, after=after, reason=reason)
    db.session.flush()
