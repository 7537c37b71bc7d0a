"""The import itself, piece by piece: what the dry run found to be gifts becomes gifts, each piece in one transaction.

A gift of a file is a gift like any other: it counts by the drive's own window, and the ledger has a balanced group
for it. It has no receipt, since the system that took the money gave one (docs/decisions/0025), and nobody is named in
public: nobody agreed to that here.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select, update

from campaigns.drives.drive import Drive
from campaigns.funds import ledger
from core import ids
from core.db import among, db, insert_new, insert_rows
from core.gathering import gathering
from core.money import Money
from donors.figures import tally
from donors.figures.snapping import freeze_if_due
from donors.gifts.gift import IMPORT, SETTLED, Gift
from donors.importing.checking import find_here, judge_of
from donors.importing.gift_import import ROW_DUPLICATE, ROW_IMPORTED, ROW_OK, GiftImport, ImportRow, note_rows
from donors.importing.judging import Judged
from donors.importing.pieces import bounds, read_piece
from donors.offline.offline_gift import OfflineGift
from donors.offline.recording import lines_of
from donors.people.donor import ANONYMOUS, Donor, person_id
from staff.organisation import Organisation


@dataclass(frozen=True, slots=True)
class _Sound:
    """A row to import, with the amount that refunds of the file have left of it."""

    judged: Judged
    external_id: str
    amount: Money
    fee: Money
    paid_at: datetime


def import_piece(found: GiftImport, number: int) -> None:
    """Import the sound rows of one piece. Rows whose gift has come by another way meanwhile become duplicates, and
    those that are imported already are left alone."""
    drive = db.session.get_one(Drive, found.drive_id)
    rows = _sound_rows(found, number)
    if not rows:
        return
    here = find_here(
        found,
        [each.external_id for each in rows],
        {each.judged.payment_intent_id for each in rows} - {""},
    )
    _note_here(found, [each for each in rows if _is_here(each, here)])
    rows = [each for each in rows if not _is_here(each, here)]
    if not rows:
        return
    freeze_if_due(drive)
    donors, new = _meet(found, rows)
    gifts = {each.judged.number: _gift(found, drive, each, donors[_key(found, each)]) for each in rows}
    written = insert_new(Gift, list(gifts.values()), "id")
    _note_here(found, [each for each in rows if gifts[each.judged.number]["id"] not in written])
    rows = [each for each in rows if gifts[each.judged.number]["id"] in written]
    _post(drive, rows, gifts)
    tally.add_gifts(
        [
            tally.counted(drive, gift["donor_id"], gift["paid_at"], gift["amount_minor"])
            for gift in gifts.values()
            if gift["counts"] and gift["id"] in written
        ]
    )
    _note_offline(found, rows, gifts)
    _note_imported(found, rows, gifts, new)


def _is_here(each: _Sound, here: set[str]) -> bool:
    return each.external_id in here or each.judged.payment_intent_id in here


def _sound_rows(found: GiftImport, number: int) -> list[_Sound]:
    first, last = bounds(found.id, number)
    query = select(ImportRow.number, ImportRow.external_id, ImportRow.amount_minor).where(
        ImportRow.import_id == found.id,
        ImportRow.status == ROW_OK,
        ImportRow.number >= first,
        ImportRow.number <= last,
    )
    wanted = {row[0]: (row[1], int(row[2] or 0)) for row in db.session.execute(query)}
    if not wanted:
        return []
    judge, sound = judge_of(found), list[_Sound]()
    for place, cells in read_piece(found.id, number):
        if place in wanted:
            external_id, minor = wanted[place]
            judged = judge.judge(place, cells)
            assert judged.amount is not None
            assert judged.paid_at is not None
            currency = judged.amount.currency
            fee = judged.fee or Money.zero(currency)
            sound.append(_Sound(judged, external_id, Money(minor, currency), fee, judged.paid_at))
    return sound


def _key(found: GiftImport, each: _Sound) -> tuple[str, str]:
    """How the row's donor is known: by address, else by name among this source's, else nobody knows."""
    if each.judged.email:
        return "email", each.judged.email
    name = " ".join(each.judged.name.casefold().split())
    if not name:
        return "outside_key", ANONYMOUS
    return "outside_key", f"{found.source}:{hashlib.sha256(name.encode()).hexdigest()[:32]}"


def _meet(found: GiftImport, rows: list[_Sound]) -> tuple[dict[tuple[str, str], str], set[str]]:
    """Each key's donor, and the ids of those who were not known before."""
    first: dict[tuple[str, str], _Sound] = {}
    for each in sorted(rows, key=lambda each: each.paid_at):
        first.setdefault(_key(found, each), each)
    nobody: dict[str, Any] = {"email": None, "outside_key": None}
    made = [
        {
            **nobody,
            kind: value,
            "id": ids.new_id("donor"),
            "organisation_id": found.organisation_id,
            "name": each.judged.name,
            "first_seen_at": each.paid_at,
        }
        for (kind, value), each in sorted(first.items())
    ]
    new: set[str] = insert_new(Donor, made, "id")
    known: dict[tuple[str, str], str] = {}
    for kind, column in (("email", Donor.email), ("outside_key", Donor.outside_key)):
        values = [value for which, value in first if which == kind]
        query = select(column, person_id()).where(
            Donor.organisation_id == found.organisation_id, among(column, "values")
        )
        met = db.session.execute(query, {"values": values}) if values else ()
        known |= {(kind, str(row[0])): row[1] for row in met}
    return known, new


def _gift(found: GiftImport, drive: Drive, each: _Sound, donor_id: str) -> dict[str, Any]:
    return {
        "id": ids.new_id("gift"),
        "organisation_id": found.organisation_id,
        "drive_id": drive.id,
        "fund_id": drive.fund_id,
        "donor_id": donor_id,
        "state": SETTLED,
        "channel": IMPORT,
        "external_source": found.source,
        "external_id": each.external_id,
        "amount_minor": each.amount.minor,
        "currency": each.amount.currency,
        "processing_fee_minor": each.fee.minor,
        "counts": drive.counts(started_at=each.paid_at, paid_at=each.paid_at),
        "donor_name": each.judged.name,
        "employer": each.judged.employer,
        "started_at": each.paid_at,
        "paid_at": each.paid_at,
    }


def _post(drive: Drive, rows: list[_Sound], gifts: dict[int, dict[str, Any]]) -> None:
    with gathering():
        for each in rows:
            gift = gifts[each.judged.number]
            counts_for = drive.id if gift["counts"] else ledger.NO_DRIVE
            ledger.post(
                kind="offline_received",
                source=gift["id"],
                fund_id=drive.fund_id,
                lines=lines_of(each.amount, each.fee, counts_for),
                occurred_at=each.paid_at,
            )


def _note_offline(found: GiftImport, rows: list[_Sound], gifts: dict[int, dict[str, Any]]) -> None:
    zone = ZoneInfo(db.session.get_one(Organisation, found.organisation_id).zone)
    insert_rows(
        OfflineGift,
        [
            {
                "gift_id": gifts[each.judged.number]["id"],
                "received_on": each.paid_at.astimezone(zone).date(),
                "note": "recurring" if each.judged.is_recurring else "",
                "recorded_by": found.started_by,
            }
            for each in rows
        ],
    )


def _note_here(found: GiftImport, rows: list[_Sound]) -> None:
    note_rows(found, [each.judged.number for each in rows], status=ROW_DUPLICATE, rule="here")


def _note_imported(
    found: GiftImport, rows: list[_Sound], gifts: dict[int, dict[str, Any]], new: set[str]
) -> None:
    if not rows:
        return
    table: Any = ImportRow.__table__
    statement = (
        update(table)
        .where(table.c.import_id == found.id, table.c.number == bindparam("row"))
        .values(
            status=ROW_IMPORTED,
            gift_id=bindparam("gift"),
            counts=bindparam("toward"),
            is_new_donor=bindparam("fresh"),
        )
    )
    noted: list[dict[str, Any]] = []
    for number in (each.judged.number for each in rows):
        gift = gifts[number]
        fresh = gift["donor_id"] in new
        noted.append({"row": number, "gift": gift["id"], "toward": gift["counts"], "fresh": fresh})
    db.session.connection().execute(statement, noted)
