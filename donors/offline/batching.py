"""Batches: begin one, and type its rows.

Each in the caller's transaction, on the locked batch. Raises NotFound for another organisation's batch, Forbidden,
Conflict and Invalid naming the field.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload

from campaigns.drives.drive import Drive
from campaigns.reading import get, matching
from core.db import db
from core.errors import Conflict, Invalid
from core.money import Money
from donors import reading
from donors.gifts.limits import check_step
from donors.offline import recording
from donors.offline.batch import (
    OPEN,
    BatchRow,
    GiftBatch,
    rows_of,
)
from donors.people.donor import Donor
from staff import audit
from staff.access import Actor

#: One batch is one screen to type and one transaction to post.
MOST_ROWS = 500


@dataclass(frozen=True)
class BatchPlan:
    """What is known before anything is typed; totals are None where nobody counted."""

    drive_id: str
    source: str
    received_on: date
    channel: str
    expected_count: int | None = None
    expected: Money | None = None


@dataclass(frozen=True)
class TypedRow:
    """One row as it was typed."""

    amount: Money
    channel: str = ""
    name: str = ""
    email: str = ""
    check_number: str = ""
    note: str = ""
    name_display: str = "anonymous"
    wants_receipt_mail: bool = True
    donor_id: str = ""


def batches_of(actor: Actor, *, state: str = "", words: str = "") -> Select[GiftBatch]:
    """The organisation's batches, in no order."""
    actor.require("gifts.view")
    query = (
        select(GiftBatch)
        .where(GiftBatch.organisation_id == actor.organisation_id)
        .options(joinedload(GiftBatch.drive, innerjoin=True))
    )
    if state:
        query = query.where(GiftBatch.state == state)
    if words:
        query = query.where(or_(matching(words, (GiftBatch.source,)), GiftBatch.id == words))
    return query


def get_batch(actor: Actor, batch_id: str) -> GiftBatch:
    return get(batches_of(actor), GiftBatch, batch_id)


def drive_of(actor: Actor, drive_id: str) -> Drive:
    """A drive of the actor's own organisation. Raises Invalid on `drive_id`."""
    query = select(Drive).where(Drive.id == drive_id, Drive.organisation_id == actor.organisation_id)
    found = db.session.scalars(query).first()
    if found is None:
        raise Invalid({"drive_id": [_("Choose a drive of your organisation.")]})
    return found


def begin(actor: Actor, plan: BatchPlan) -> GiftBatch:
    actor.require("gifts.record")
    batch = GiftBatch(organisation_id=actor.organisation_id, created_by=actor.label, state=OPEN)
    _plan(actor, batch, plan)
    db.session.add(batch)
    db.session.flush()
    audit.record(actor, "batch.begun", batch.id, after=_told(batch))
    return batch


def replan(actor: Actor, batch_id: str, plan: BatchPlan) -> GiftBatch:
    """Change what is said of an open batch: the control totals were counted again, it was another day."""
    batch = _open_batch(actor, batch_id)
    before = _told(batch)
    if plan.drive_id != batch.drive_id and rows_of(batch.id):
        is_same = drive_of(actor, plan.drive_id).currency == batch.currency
        if not is_same:
            raise Invalid({"drive_id": [_("The rows are in another currency.")]})
    _plan(actor, batch, plan)
    audit.record(actor, "batch.changed", batch.id, before=before, after=_told(batch))
    return batch


def _plan(actor: Actor, batch: GiftBatch, plan: BatchPlan) -> None:
    drive = drive_of(actor, plan.drive_id)
    if plan.expected is not None and plan.expected.currency != drive.currency:
        raise Invalid({"expected": [_("This drive takes %(currency)s.", currency=drive.currency)]})
    recording.check_day(plan.received_on, drive)
    batch.drive_id, batch.currency = drive.id, drive.currency
    batch.source, batch.received_on, batch.channel = plan.source, plan.received_on, plan.channel
    batch.expected_count = plan.expected_count
    batch.expected_minor = plan.expected.minor if plan.expected is not None else None


def _told(batch: GiftBatch) -> dict[str, Any]:
    return {
        "drive_id": batch.drive_id,
        "received_on": batch.received_on.isoformat(),
        "expected_count": batch.expected_count,
        "expected_minor": batch.expected_minor,
    }


def add_row(actor: Actor, batch_id: str, typed: TypedRow) -> BatchRow:
    """Keep one more row as a draft."""
    batch = _open_batch(actor, batch_id)
    last, count = db.session.execute(
        select(func.max(BatchRow.number), func.count()).where(BatchRow.batch_id == batch.id)
    ).one()
    if count >= MOST_ROWS:
        raise Conflict("batch_full", _("A batch holds 500 rows at most. Begin another one."))
    row = BatchRow(batch_id=batch.id, number=(last or 0) + 1, typed_by=actor.label)
    _type(actor, batch, row, typed)
    db.session.add(row)
    db.session.flush()
    return row


def change_row(actor: Actor, batch_id: str, row_id: str, typed: TypedRow) -> BatchRow:
    batch = _open_batch(actor, batch_id)
    row = _draft(batch, row_id)
    _type(actor, batch, row, typed)
    db.session.flush()
    return row


def remove_row(actor: Actor, batch_id: str, row_id: str) -> BatchRow:
    """Forget a draft; what it said is returned, so that it can be typed again."""
    batch = _open_batch(actor, batch_id)
    row = _draft(batch, row_id)
    db.session.delete(row)
    db.session.flush()
    return row


def _type(actor: Actor, batch: GiftBatch, row: BatchRow, typed: TypedRow) -> None:
    if typed.amount.currency != batch.currency:
        raise Invalid({"amount": [_("This batch is in %(currency)s.", currency=batch.currency)]})
    if not 0 < typed.amount.minor <= recording.MOST_MINOR:
        raise Invalid({"amount": [_("Write an amount above zero.")]})
    check_step(typed.amount)
    if typed.donor_id:
        chosen = db.session.scalars(reading.donors_of(actor).where(Donor.id == typed.donor_id)).first()
        if chosen is None or chosen.erased_at is not None:
            raise Invalid({"donor_id": [_("There is no such donor.")]})
    row.amount = typed.amount
    row.channel = typed.channel or batch.channel
    row.name, row.email, row.donor_id = typed.name, typed.email.lower(), typed.donor_id or None
    row.check_number, row.note = typed.check_number, typed.note
    row.name_display, row.wants_receipt_mail = typed.name_display, typed.wants_receipt_mail


def known_by_name(actor: Actor, names: set[str]) -> dict[str, list[Donor]]:
    """Donors who are called exactly so, letter case aside, for rows that name no address; by the lowered name."""
    wanted = {name.lower() for name in names if name}
    query = reading.donors_of(actor).where(func.lower(Donor.name).in_(wanted), Donor.erased_at.is_(None))
    found: dict[str, list[Donor]] = {}
    for each in db.session.scalars(query.order_by(Donor.first_seen_at).limit(200)) if wanted else []:
        found.setdefault(each.name.lower(), []).append(each)
    return found


def locked_batch(actor: Actor, batch_id: str) -> GiftBatch:
    """The batch, locked until the transaction ends, for who may record gifts."""
    found = get(batches_of(actor), GiftBatch, batch_id, lock=True)
    actor.require("gifts.record")
    return found


def _open_batch(actor: Actor, batch_id: str) -> GiftBatch:
    batch = locked_batch(actor, batch_id)
    if batch.state != OPEN:
        raise Conflict("batch_closed", _("This batch is not open. Open it again to change it."))
    return batch


def get_row(batch: GiftBatch, row_id: str) -> BatchRow:
    """Raises NotFound."""
    return get(select(BatchRow).where(BatchRow.batch_id == batch.id), BatchRow, row_id)


def _draft(batch: GiftBatch, row_id: str) -> BatchRow:
    row = get_row(batch, row_id)
    if row.gift_id is not None:
        raise Conflict("row_stays", _("This row is a gift that stays. Take the gift back instead."))
    return row
