"""Taking an import back, some rows at a time: each of its gifts is voided by new rows, and every figure is as it was.

A gift of which a part went back to its donor since stays, since that money moved. People whom nobody knew before the
file came, and who have nothing else here, are forgotten again.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, exists, select, update

from campaigns.drives.drive import Drive
from campaigns.funds import ledger
from campaigns.funds.ledger import Line
from core import clock
from core.db import among, db, insert_rows
from core.gathering import gathering
from core.money import Money
from donors.figures import tally
from donors.figures.snapping import freeze_if_due
from donors.gifts.gift import TRANSITIONS, VOIDED, Gift
from donors.gifts.gift_void import REOPENED, GiftVoid
from donors.importing.gift_import import (
    PIECE_ROWS,
    ROW_IMPORTED,
    ROW_UNDONE,
    GiftImport,
    ImportRow,
    note_rows,
)
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
    gifts = db.session.execute(_told_of(), {"ids": list(rows)}).all()
    gone = [gift for gift in gifts if gift.state == VOIDED or VOIDED in TRANSITIONS[gift.state]]
    _void(found, [gift for gift in gone if gift.state != VOIDED])
    gone_ids = {gift.id for gift in gone}
    note_rows(found, [rows[gift.id] for gift in gone], status=ROW_UNDONE)
    note_rows(found, [rows[gift.id] for gift in gifts if gift.id not in gone_ids], rule="went_back")
    return len(rows) == PIECE_ROWS


def _told_of() -> Any:
    """What taking back needs to know of the gifts `ids`, which stay locked: rows, objects cost more than the work."""
    columns = (Gift.id, Gift.state, Gift.amount_minor, Gift.processing_fee_minor, Gift.currency)
    more = (Gift.counts, Gift.drive_id, Gift.donor_id, Gift.paid_at)
    return select(*columns, *more).where(among(Gift.id, "ids")).order_by(Gift.id).with_for_update()


def _void(found: GiftImport, gifts: Sequence[Row[Any]]) -> None:
    if not gifts:
        return
    drive, now = db.session.get_one(Drive, found.drive_id), clock.now()
    freeze_if_due(drive)
    ids = [gift.id for gift in gifts]
    table: Any = Gift.__table__
    db.session.execute(update(table).where(among(table.c.id, "ids")).values(state=VOIDED), {"ids": ids})
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
    with_receipt = select(Gift).join(Receipt, Receipt.gift_id == Gift.id).where(among(Receipt.gift_id, "ids"))
    for gift in db.session.scalars(with_receipt, {"ids": ids}):
        receipt.void(gift, at=now)
    db.session.flush()


def _lines_back(gift: Row[Any]) -> list[Line]:
    amount = Money(gift.amount_minor, gift.currency)
    fee = Money(gift.processing_fee_minor or 0, gift.currency)
    return lines_of(-amount, -fee, gift.drive_id if gift.counts else ledger.NO_DRIVE)


def forget_some(found: GiftImport) -> bool:
    """Once all is taken back: the next people whom the file alone brought are erased, and their words go from its
    gifts; whether there may be more. Row after row, so that a step reads its own rows alone."""
    query = (
        select(ImportRow.number, Gift.donor_id)
        .join(Gift, Gift.id == ImportRow.gift_id)
        .where(
            ImportRow.import_id == found.id,
            ImportRow.status == ROW_UNDONE,
            ImportRow.number > found.forgotten_to,
            ImportRow.is_new_donor,
        )
        .order_by(ImportRow.number)
        .limit(PIECE_ROWS)
    )
    rows = db.session.execute(query).all()
    if not rows:
        return False
    people = list(db.session.scalars(_to_forget(), {"ids": sorted({row[1] for row in rows})}))
    if people:
        erasing.scrub_gifts(among(Gift.__table__.c.donor_id, "people"), people=[each.id for each in people])
    for each in people:
        each.email, each.name, each.outside_key = f"{each.id}@erased.invalid", "", None
        each.erased_at = clock.now()
    found.forgotten_to = int(rows[-1][0])
    db.session.flush()
    return len(rows) == PIECE_ROWS


def _to_forget() -> Select[Donor]:
    """Those of the donors `ids` who have nothing here any more; they stay locked."""
    query = select(Donor).where(
        among(Donor.id, "ids"),
        Donor.erased_at.is_(None),
        ~exists().where(Gift.donor_id == Donor.id, Gift.state != VOIDED),
        ~exists().where(RecurringGift.donor_id == Donor.id),
        ~exists().where(Consent.donor_id == Donor.id),
    )
    return query.order_by(Donor.id).with_for_update(of=Donor)
