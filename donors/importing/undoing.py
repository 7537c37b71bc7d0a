"""Taking an import back, some rows at a time: each of its gifts is voided by new rows, and every figure is as it was.

A gift of which a part went back to its donor since stays, since that money moved. People whom nobody knew before the
file came, and who have nothing else here, are forgotten again.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, exists, select, update

from campaigns.drives.drive import Drive
from campaigns.funds import ledger
from campaigns.funds.ledger import Line
from core import clock
from core.db import db, insert_rows
from core.gathering import gathering
from core.money import Money
from donors.figures import tally
from donors.figures.snapping import freeze_if_due
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
    gifts = db.session.execute(_told_of(list(rows))).all()
    gone = [gift for gift in gifts if gift.state == VOIDED or VOIDED in TRANSITIONS[gift.state]]
    _void(found, [gift for gift in gone if gift.state != VOIDED])
    gone_ids = {gift.id for gift in gone}
    _note(found, [rows[gift.id] for gift in gone], status=ROW_UNDONE)
    _note(found, [rows[gift.id] for gift in gifts if gift.id not in gone_ids], rule="went_back")
    return len(rows) == PIECE_ROWS


def _told_of(gift_ids: list[str]) -> Any:
    """What taking back needs to know of these gifts, which stay locked: rows, since objects cost more than the work."""
    columns = (Gift.id, Gift.state, Gift.amount_minor, Gift.processing_fee_minor, Gift.currency)
    more = (Gift.counts, Gift.drive_id, Gift.donor_id, Gift.paid_at)
    return select(*columns, *more).where(Gift.id.in_(gift_ids)).order_by(Gift.id).with_for_update()


def _void(found: GiftImport, gifts: Sequence[Row[Any]]) -> None:
    if not gifts:
        return
    drive, now = db.session.get_one(Drive, found.drive_id), clock.now()
    freeze_if_due(drive)
    ids = [gift.id for gift in gifts]
    move = update(Gift).where(Gift.id.in_(ids)).values(state=VOIDED)
    db.session.execute(move.execution_options(synchronize_session=False))
    with gathering():
        for gift in gifts:
            ledger.post(
                kind="offline_voided",
                source=gift.id,
                fund_id=drive.fund_id,
                lines=_lines_back(gift),
                occurred_at=now,
            )
    tally.take_off_gifts(
        [
            tally.counted(drive, gift.donor_id, gift.paid_at, gift.amount_minor)
            for gift in gifts
            if gift.counts
        ]
    )
    said = {"kind": REOPENED, "reason": found.undo_reason, "said_by": found.undone_by, "at": now}
    insert_rows(GiftVoid, [{"gift_id": gift_id, **said} for gift_id in ids])
    for gift in db.session.scalars(
        select(Gift).join(Receipt, Receipt.gift_id == Gift.id).where(Gift.id.in_(ids))
    ):
        receipt.void(gift, at=now)
    db.session.flush()


def _lines_back(gift: Row[Any]) -> list[Line]:
    amount = Money(gift.amount_minor, gift.currency)
    fee = Money(gift.processing_fee_minor or 0, gift.currency)
    return lines_of(-amount, -fee, gift.drive_id if gift.counts else ledger.NO_DRIVE)


def _note(found: GiftImport, numbers: list[int], **values: str) -> None:
    if numbers:
        which = (ImportRow.import_id == found.id, ImportRow.number.in_(numbers))
        db.session.execute(
            update(ImportRow).where(*which).values(values).execution_options(synchronize_session=False)
        )


def forget_some(found: GiftImport) -> bool:
    """Once all is taken back: the next people whom the file alone brought are erased, and their words go from its
    gifts; whether there may be more."""
    brought = (
        select(Gift.donor_id)
        .join(ImportRow, ImportRow.gift_id == Gift.id)
        .where(ImportRow.import_id == found.id, ImportRow.is_new_donor, ImportRow.status == ROW_UNDONE)
    )
    query = select(Donor).where(
        Donor.id.in_(brought),
        Donor.erased_at.is_(None),
        ~exists().where(Gift.donor_id == Donor.id, Gift.state != VOIDED),
        ~exists().where(RecurringGift.donor_id == Donor.id),
        ~exists().where(Consent.donor_id == Donor.id),
    )
    people = list(db.session.scalars(query.limit(PIECE_ROWS).with_for_update(of=Donor)))
    erasing.scrub_gifts(Gift.donor_id.in_([each.id for each in people]))
    for each in people:
        each.email, each.name, each.outside_key = f"{each.id}@erased.invalid", "", None
        each.erased_at = clock.now()
    db.session.flush()
    return len(people) == PIECE_ROWS
