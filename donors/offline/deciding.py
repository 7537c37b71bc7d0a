"""What staff and software decide about single gifts without a checkout: record one, take one back, mail its receipt
after all. Each is checked against the actor and audited, in the caller's transaction.

Raises NotFound, Forbidden, Conflict and Invalid naming the field.
"""

from flask_babel import gettext as _
from sqlalchemy import select

from core.db import db
from core.errors import Conflict
from donors import reading
from donors.gifts import settling
from donors.gifts.gift import Gift
from donors.gifts.gift_void import BOUNCED, GiftVoid
from donors.offline import recording
from donors.offline.batching import drive_of
from donors.offline.recording import Received
from donors.people.donor import Donor
from donors.pledges import pledging
from donors.receipts import letters
from donors.receipts.receipt import Receipt
from staff import audit
from staff.access import Actor


def record(actor: Actor, drive_id: str, what: Received, *, pledge_id: str = "") -> Gift:
    """Record one gift, for a pledge where one is named. The same external id again returns the same gift."""
    actor.require("gifts.record")
    drive = drive_of(actor, drive_id)
    there = recording.find_external(drive.organisation_id, what.external_source, what.external_id)
    gift = there or recording.record(drive, what, recorded_by=actor.label)
    if pledge_id:
        pledging.link(actor, pledge_id, gift.id)
    if there is None:
        after = {"amount_minor": gift.amount_minor, "currency": gift.currency, "channel": gift.channel}
        audit.record(actor, "gift.recorded", gift.id, after=after)
    return gift


def void(actor: Actor, gift_id: str, *, kind: str, reason: str, tells_donor: bool = True) -> GiftVoid:
    """Take a recorded gift back, with every figure that it moved; tell its donor where the receipt was mailed."""
    reading.get_gift(actor, gift_id)
    actor.require("gifts.record")
    gift = settling.lock_gift(gift_id)
    assert gift is not None
    row = recording.void(gift, said_by=actor.label, kind=kind, reason=reason)
    if tells_donor:
        letters.receipt_void(gift, bounced=kind == BOUNCED)
    audit.record(actor, "gift.voided", gift.id, after={"kind": kind}, reason=reason)
    return row


def mail_receipt(actor: Actor, gift_id: str) -> Receipt:
    """Mail a receipt that was not mailed when its gift was recorded. Raises Conflict `no_address`, `mailed`."""
    gift = reading.get_gift(actor, gift_id)
    actor.require("gifts.record")
    row = db.session.scalars(select(Receipt).where(Receipt.gift_id == gift.id).with_for_update()).one()
    if db.session.get_one(Donor, gift.donor_id).email is None:
        raise Conflict("no_address", _("No e-mail address of this donor is known."))
    if row.mailed_at is not None or gift.state not in ("settled", "partly_refunded"):
        raise Conflict("mailed", _("This receipt is mailed already, or counts for nothing."))
    row.by_mail = True
    audit.record(actor, "receipt.mail", gift.id)
    return row
