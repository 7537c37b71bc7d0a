"""Taking an import back, some rows at a time: each of its gifts is voided by new rows, and every figure is as it was.

A gift of which a part went back to its donor since stays, since that money moved. People whom nobody knew before the
file came, and who have nothing else here, are forgotten again.
"""

from sqlalchemy import exists, select, update

from campaigns.drives.drive import Drive
from campaigns.funds import ledger
from campaigns.funds.posting import Group, post_many
from core import clock
from core.db import db, insert_rows
from core.money import Money
from donors.figures.snapping import freeze_if_due
from donors.figures.tally_many import Counted, take_off_gifts
from donors.gifts.gift import TRANSITIONS, VOIDED, Gift
from donors.gifts.gift_void import REOPENED, GiftVoid
from donors.importing.gift_import import PIECE_ROWS, ROW_IMPORTED, ROW_UNDONE, GiftImport, ImportRow
from donors.offline.recording import lines_of
from donors.people.consent import Consent
from donors.people.donor import Donor
from donors.privacy import erasing
from donors.receipts import receipt
from donors.receipts.receipt import Receipt
from donors.recurring.recurring_gift import RecurringGift


def take_back_some(found: GiftImport) -> bool:
    """Take back the next gifts of an import; whether there may be more."""
    query = (
        select(ImportRow.number, ImportRow.gift_id)
        .where(ImportRow.import_id == found.id, ImportRow.status == ROW_IMPORTED, ImportRow.rule == "")
        .order_by(ImportRow.number)
        .limit(PIECE_ROWS)
    )
    rows = {str(row[1]): int(row[0]) for row in db.session.execute(query)}
    if not rows:
        return False
    locked = select(Gift).where(Gift.id.in_(list(rows))).order_by(Gift.id).with_for_update()
    gifts = list(db.session.scalars(locked.execution_options(populate_existing=True)))
    _void(found, [gift for gift in gifts if VOIDED in TRANSITIONS[gift.state]])
    gone = [rows[gift.id] for gift in gifts if gift.state == VOIDED]
    stays = [rows[gift.id] for gift in gifts if gift.state != VOIDED]
    _note(found, gone, status=ROW_UNDONE)
    _note(found, stays, rule="went_back")
    return len(rows) == PIECE_ROWS


def _void(found: GiftImport, gifts: list[Gift]) -> None:
    if not gifts:
        return
    drive, now = db.session.get_one(Drive, found.drive_id), clock.now()
    freeze_if_due(drive)
    groups: list[Group] = []
    for gift in gifts:
        gift.move(VOIDED)
        fee = Money(gift.processing_fee_minor or 0, gift.currency)
        counts_for = gift.drive_id if gift.counts else ledger.NO_DRIVE
        groups.append(Group(gift.id, lines_of(-gift.amount, -fee, counts_for), now))
    db.session.flush()
    post_many(kind="offline_voided", fund_id=drive.fund_id, groups=groups)
    take_off_gifts(
        drive,
        [
            Counted(gift.donor_id, gift.paid_at, gift.amount_minor)
            for gift in gifts
            if gift.counts and gift.paid_at
        ],
    )
    said = {"kind": REOPENED, "reason": found.undo_reason, "said_by": found.undone_by, "at": now}
    insert_rows(GiftVoid, [{"gift_id": gift.id, **said} for gift in gifts])
    by_id = {gift.id: gift for gift in gifts}
    for gift_id in db.session.scalars(select(Receipt.gift_id).where(Receipt.gift_id.in_(list(by_id)))):
        receipt.void(by_id[gift_id], at=now)
    db.session.flush()


def _note(found: GiftImport, numbers: list[int], **values: str) -> None:
    if numbers:
        which = (ImportRow.import_id == found.id, ImportRow.number.in_(numbers))
        db.session.execute(
            update(ImportRow).where(*which).values(values).execution_options(synchronize_session=False)
        )


def forget_people(found: GiftImport) -> None:
    """At the end: the people whom the file alone brought are erased, and their words go from its gifts."""
    brought = (
        select(Gift.donor_id)
        .join(ImportRow, ImportRow.gift_id == Gift.id)
        .where(ImportRow.import_id == found.id, ImportRow.is_new_donor, ImportRow.status == ROW_UNDONE)
    )
    forgotten = select(Donor.id).where(
        Donor.id.in_(brought),
        Donor.erased_at.is_(None),
        ~exists().where(Gift.donor_id == Donor.id, Gift.state != VOIDED),
        ~exists().where(RecurringGift.donor_id == Donor.id),
        ~exists().where(Consent.donor_id == Donor.id),
    )
    erasing.scrub_gifts(Gift.donor_id.in_(forgotten))
    db.session.execute(
        update(Donor)
        .where(Donor.id.in_(forgotten))
        .values(email=Donor.id + "@erased.invalid", outside_key=None, name="", erased_at=clock.now())
        .execution_options(synchronize_session=False)
    )
