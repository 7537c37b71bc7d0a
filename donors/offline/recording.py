"""Recording a gift that was received without a checkout, and taking back one that was none.

From here on it is a gift like any other: one balanced group in the ledger, into the bank; counted toward the drive
by the drive's window and the day it came; a receipt of the same series. What is taken back stays as it was written,
and new rows undo every figure. Both run in the caller's transaction; the caller has asked who may.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import select

from campaigns import disclosure
from campaigns.drives.drive import Drive
from campaigns.funds import ledger
from campaigns.funds.ledger import Line
from core import clock, ids
from core.db import db, insert_once
from core.errors import Conflict, Invalid
from core.money import Money
from donors.figures import tally
from donors.figures.snapping import freeze_if_due
from donors.gifts import settling
from donors.gifts.gift import CHANNELS, CHECKOUT, SETTLED, VOIDED, Gift, public_name
from donors.gifts.gift_void import GiftVoid
from donors.gifts.limits import check_step
from donors.offline import line_match
from donors.offline.offline_gift import OfflineGift
from donors.people import meeting
from donors.people.donor import Donor
from donors.people.meeting import Somebody
from donors.pledges import standing
from donors.receipts import receipt
from donors.webhooks_out import news
from staff.organisation import Organisation

#: Nobody types a gift of a day before this but by mistake.
EARLIEST = date(1950, 1, 1)
#: Minor units; a sum with one zero too many is caught here rather than in the ledger.
MOST_MINOR = 10**12
NAME_DISPLAYS = ("anonymous", "full", "initial")


@dataclass(frozen=True)
class Received:
    """A gift as it was received. Who gave it is found as `meeting.Somebody` says."""

    amount: Money
    received_on: date
    channel: str
    name: str = ""
    email: str = ""
    donor_id: str = ""
    donor_key: str = ""
    #: One of NAME_DISPLAYS: nobody agreed to be named in public by putting a check into an envelope.
    name_display: str = "anonymous"
    language: str = "en"
    number: str = ""
    note: str = ""
    #: Another program's name and its own id of this gift; both or neither.
    external_source: str = ""
    external_id: str = ""
    #: Without a known address none is mailed in any case.
    wants_receipt_mail: bool = True


def record(drive: Drive, what: Received, *, recorded_by: str) -> Gift:
    """Write the settled gift, post it, count it and issue its receipt. The same external id again returns the gift
    that is there, and changes nothing.

    Raises Invalid naming the field; Conflict `voided_before` where the external id is that of a gift which was
    taken back by hand (what `reopened` took back may come again).
    """
    _check(drive, what)
    there = find_external(drive.organisation_id, what.external_source, what.external_id)
    if there is not None:
        return there
    who = Somebody(what.name, what.email, what.donor_id, what.donor_key, what.language)
    giver = meeting.meet(drive.organisation_id, who)
    shown = public_name(what.name or giver.name, what.name_display, "")
    if shown:
        disclosure.screen_for_drive(drive.id, {"name": shown})
    freeze_if_due(drive)
    gift_id = ids.new_id("gift")
    if not _insert(gift_id, drive, giver, what, shown):  # told of twice at once, and the other was first
        there = find_external(drive.organisation_id, what.external_source, what.external_id)
        assert there is not None
        return there
    gift = db.session.get_one(Gift, gift_id)
    db.session.add(
        OfflineGift(
            gift_id=gift.id,
            received_on=what.received_on,
            number=what.number,
            note=what.note,
            recorded_by=recorded_by,
        )
    )
    _post(gift, "offline_received", at=_paid_at(gift), sign=1)
    if gift.counts:
        tally.add_gift(drive, gift)
    settling.issue_receipt(gift, by_mail=what.wants_receipt_mail and giver.email is not None)
    news.gift_paid(gift)
    db.session.flush()
    return gift


def void(gift: Gift, *, said_by: str, kind: str, reason: str = "") -> GiftVoid:
    """Take back a locked gift that was recorded: `kind` is one of gift_void.KINDS.

    Taking it back again changes nothing. Raises Conflict `paid_at_checkout`, or `illegal_transition` where a part of
    it went back to the donor already.
    """
    there = db.session.get(GiftVoid, gift.id)
    if there is not None:
        return there
    if not gift.is_offline:
        raise Conflict(
            "paid_at_checkout", _("This gift was paid at the checkout. Give the money back instead.")
        )
    drive = db.session.get_one(Drive, gift.drive_id)
    freeze_if_due(drive)
    gift.move(VOIDED)
    row = GiftVoid(gift_id=gift.id, kind=kind, reason=reason, said_by=said_by, at=clock.now())
    db.session.add(row)
    _post(gift, "offline_voided", at=row.at, sign=-1)
    if gift.counts:  # on the day it was counted, as if it had never been
        tally.take_off_refund(
            drive, gift, at=_paid_at(gift), gift_part_minor=gift.amount_minor, is_whole=True
        )
    receipt.void(gift, at=row.at)
    standing.restand_for(gift)
    line_match.release(by=said_by, gift_id=gift.id)
    news.gift_voided(gift)
    db.session.flush()
    return row


def find_external(organisation_id: str, source: str, external_id: str) -> Gift | None:
    """The gift that stands for another program's own id, or None.

    Raises Conflict `voided_before` where there is only one that was taken back because it was none.
    """
    if not external_id:
        return None
    query = select(Gift, GiftVoid.kind).outerjoin(GiftVoid, GiftVoid.gift_id == Gift.id)
    rows = db.session.execute(
        query.where(
            Gift.organisation_id == organisation_id,
            Gift.external_source == source,
            Gift.external_id == external_id,
        ).order_by(Gift.started_at.desc())
    ).all()
    standing = next((row[0] for row in rows if row[1] is None), None)
    if standing is None and any(row[1] != "reopened" for row in rows):
        raise Conflict("voided_before", _("This gift was recorded before, and taken back."))
    return standing


def instant_of(day: date, drive: Drive, zone: str) -> datetime:
    """When a gift of a day counts as received: at noon where the organisation is, not before the drive opened if it
    opened on that day, and not later than now."""
    noon = datetime.combine(day, time(12), ZoneInfo(zone))
    if drive.opens_at.astimezone(ZoneInfo(zone)).date() == day:
        noon = max(noon, drive.opens_at)
    return min(noon, clock.now())


def check_day(day: date, drive: Drive, field: str = "received_on") -> None:
    """Raises Invalid on `field` for a day that is ahead, where the organisation is, or long gone."""
    zone = db.session.get_one(Organisation, drive.organisation_id).zone
    if not EARLIEST <= day <= clock.day_of(clock.now(), zone):
        raise Invalid({field: [_("Write a day that has come. It cannot be ahead.")]})


def _check(drive: Drive, what: Received) -> None:
    if what.channel not in CHANNELS or what.channel == CHECKOUT:
        raise Invalid({"channel": [_("Choose how it came: check, cash, transfer or import.")]})
    if what.amount.currency != drive.currency:
        raise Invalid({"amount": [_("This drive takes %(currency)s.", currency=drive.currency)]})
    if not 0 < what.amount.minor <= MOST_MINOR:
        raise Invalid({"amount": [_("Write an amount above zero.")]})
    check_step(what.amount)
    check_day(what.received_on, drive)
    if bool(what.external_source) != bool(what.external_id):
        raise Invalid({"external_id": [_("Give the source and its own id of the gift, or neither.")]})
    if what.name_display not in NAME_DISPLAYS:
        raise Invalid({"name_display": [_("Choose how the name appears: not at all, in full or shortened.")]})


def _insert(gift_id: str, drive: Drive, giver: Donor, what: Received, shown: str) -> bool:
    """Whether the row was written: the database refuses a second one of the same external id."""
    zone = db.session.get_one(Organisation, drive.organisation_id).zone
    at = instant_of(what.received_on, drive, zone)
    return insert_once(
        Gift,
        id=gift_id,
        organisation_id=drive.organisation_id,
        drive_id=drive.id,
        fund_id=drive.fund_id,
        donor_id=giver.id,
        state=SETTLED,
        channel=what.channel,
        external_source=what.external_source or None,
        external_id=what.external_id or None,
        amount_minor=what.amount.minor,
        currency=what.amount.currency,
        processing_fee_minor=0,
        counts=drive.counts(started_at=at, paid_at=at),
        language=giver.language,
        donor_name=what.name or giver.name,
        public_name=shown,
        started_at=at,
        paid_at=at,
    )


def _paid_at(gift: Gift) -> datetime:
    assert gift.paid_at is not None
    return gift.paid_at


def _post(gift: Gift, kind: str, *, at: datetime, sign: int) -> None:
    amount = Money(gift.amount_minor * sign, gift.currency)
    fee = Money((gift.processing_fee_minor or 0) * sign, gift.currency)
    counts_for = gift.drive_id if gift.counts else ledger.NO_DRIVE
    lines = lines_of(amount, fee, counts_for)
    ledger.post(kind=kind, source=gift.id, fund_id=gift.fund_id, lines=lines, occurred_at=at)


def lines_of(amount: Money, fee: Money, counts_for: str) -> list[Line]:
    """What a gift without a checkout posts: it came to the bank, less what another processor kept of it. Negative
    amounts take it back."""
    return [
        Line(ledger.BANK, amount - fee),
        Line(ledger.PROCESSING_FEES, fee, counts_for),
        Line(ledger.GIFTS, -amount, counts_for),
    ]
