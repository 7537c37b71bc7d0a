"""The dry run: each row is judged and noted, piece by piece; no gift, no donor and no figure is touched."""

from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import delete, func, literal, select, text, update

from core.db import among, db, insert_rows
from donors.gifts.gift import VOIDED, Gift
from donors.gifts.gift_void import REOPENED, GiftVoid
from donors.importing import judging
from donors.importing.gift_import import (
    ROW_DUPLICATE,
    ROW_OK,
    ROW_REFUND,
    ROW_SKIPPED,
    GiftImport,
    ImportRow,
)
from donors.importing.judging import Judge, Judged
from donors.importing.pieces import read_piece


def forget_rows(found: GiftImport) -> None:
    """What an earlier dry run noted goes; before the first piece."""
    db.session.execute(delete(ImportRow).where(ImportRow.import_id == found.id))


def judge_of(found: GiftImport) -> Judge:
    return Judge(found.header, found.columns, currency=found.drive.currency, now=found.uploaded_at)


def check_piece(found: GiftImport, number: int) -> None:
    """Judge the rows of one piece and note what each is. Pieces are checked in their order."""
    judge = judge_of(found)
    judged = [judge.judge(place, row) for place, row in read_piece(found.id, number)]
    named = _named(found, [each for each in judged if each.status == judging.OK])
    before: set[str] = set()
    here = find_here(found, named.values(), {each.payment_intent_id for each in judged} - {""})
    rows: list[dict[str, Any]] = []
    for each in judged:
        external_id = named.get(each.number) or each.refund_of or each.own_id
        row = _noted(found, each, external_id)
        if each.status == judging.OK:
            if external_id in before:
                row |= {"status": ROW_DUPLICATE, "rule": "twice"}
            elif external_id in here or each.payment_intent_id in here:
                row |= {"status": ROW_DUPLICATE, "rule": "here"}
            before.add(external_id)
        rows.append(row)
    insert_rows(ImportRow, rows)


def _noted(found: GiftImport, each: Judged, external_id: str) -> dict[str, Any]:
    return {
        "import_id": found.id,
        "number": each.number,
        "status": each.status,
        "rule": each.rule,
        "column_name": each.column,
        "external_id": external_id,
        "amount_minor": each.amount.minor if each.amount else None,
        "counts": bool(each.paid_at and found.drive.counts(started_at=each.paid_at, paid_at=each.paid_at)),
    }


def _named(found: GiftImport, judged: Iterable[Judged]) -> dict[int, str]:
    """Each row's external id. Without an own one: what the row says, and which of those that say the same it is."""
    judged = list(judged)
    prints = {each.fingerprint for each in judged} - {""}
    counted = Counter[str]()
    if prints:
        known = _ids_before(found, [f"{each}-1" for each in prints])
        for each in prints:
            if f"{each}-1" in known:
                counted[each] = _count_before(found, each)
    named: dict[int, str] = {}
    for each in judged:
        if each.own_id:
            named[each.number] = each.own_id
        else:
            counted[each.fingerprint] += 1
            named[each.number] = f"{each.fingerprint}-{counted[each.fingerprint]}"
    return named


def _ids_before(found: GiftImport, external_ids: Collection[str]) -> set[str]:
    """Which of these a row further up has, as a gift."""
    query = select(ImportRow.external_id).where(
        ImportRow.import_id == found.id,
        among(ImportRow.external_id, "ids"),
        ImportRow.status.in_((ROW_OK, ROW_DUPLICATE)),
    )
    return set(db.session.scalars(query, {"ids": list(external_ids)}))


def _count_before(found: GiftImport, fingerprint: str) -> int:
    query = select(func.count()).where(
        ImportRow.import_id == found.id,
        ImportRow.external_id >= f"{fingerprint}-",
        ImportRow.external_id < f"{fingerprint}.",
        ImportRow.status.in_((ROW_OK, ROW_DUPLICATE)),
    )
    return db.session.scalar(query) or 0


def find_here(
    found: GiftImport, external_ids: Collection[str], payment_intent_ids: Collection[str]
) -> set[str]:
    """Which of these ids a gift of the organisation has, whether it was imported, recorded or paid here. One that
    was taken back with its file may come again; one that somebody took back by hand may not."""
    here: set[str | None] = set()
    if external_ids:
        theirs = select(Gift.external_id).where(
            Gift.organisation_id == found.organisation_id,
            Gift.external_source == found.source,
            among(Gift.external_id, "theirs"),
        )
        named = {"theirs": list(external_ids)}
        # The state is written out, so that each finds the index that has these gifts alone.
        voided = literal(VOIDED, literal_execute=True)
        by_hand = select(GiftVoid.gift_id).where(GiftVoid.gift_id == Gift.id, GiftVoid.kind != REOPENED)
        here |= set(db.session.scalars(theirs.where(Gift.state != voided), named))
        here |= set(db.session.scalars(theirs.where(Gift.state == voided, by_hand.exists()), named))
    if payment_intent_ids:
        ours = select(Gift.payment_intent_id).where(
            Gift.organisation_id == found.organisation_id,
            among(Gift.payment_intent_id, "ours"),
        )
        here |= set(db.session.scalars(ours, {"ours": list(payment_intent_ids)}))
    return {each for each in here if each is not None}


def compare_rows(found: GiftImport) -> None:
    """After the last piece: which rows say the same gift, and what its refunds take off it."""
    _compare_no_pairs()
    _note_twice(found)
    _apply_refunds(found)


def _note_twice(found: GiftImport) -> None:
    """Of the rows of one id the first is the gift, wherever in the file they stand. Within a
    piece that is known already; asking for each piece would read all the earlier ones again.
    """
    row = ImportRow.__table__.c
    place = func.row_number().over(partition_by=row.external_id, order_by=row.number)
    gifts = (row.import_id == found.id) & row.status.in_((ROW_OK, ROW_DUPLICATE))
    placed = select(row.number, row.status, place.label("place")).where(gifts).subquery()
    later = select(placed.c.number).where(placed.c.place > 1, placed.c.status == ROW_OK)
    _run(
        update(ImportRow)
        .where(ImportRow.import_id == found.id, ImportRow.number.in_(later))
        .values(status=ROW_DUPLICATE, rule="twice")
    )


def _apply_refunds(found: GiftImport) -> None:
    """After that: what refunds of this file take back is taken off its gifts, and each refund is noted as
    one that did, or as one whose gift is not imported with this file."""
    rows = ImportRow.__table__
    refund = rows.alias()
    same = (refund.c.import_id == found.id) & (refund.c.status == ROW_REFUND)
    back = select(func.sum(refund.c.amount_minor)).where(same, refund.c.external_id == rows.c.external_id)
    taken = select(refund.c.external_id).where(same, refund.c.external_id != "")
    gift = ImportRow.status == ROW_OK
    mine = ImportRow.import_id == found.id
    _run(
        update(ImportRow)
        .where(mine, gift, ImportRow.external_id.in_(taken))
        .values(amount_minor=ImportRow.amount_minor - back.scalar_subquery())
    )
    _run(
        update(ImportRow)
        .where(mine, gift, ImportRow.amount_minor <= 0)
        .values(status=ROW_SKIPPED, rule="refunded")
    )
    target = rows.alias()
    there = select(target.c.external_id).where(
        target.c.import_id == found.id,
        (target.c.status == ROW_OK) | ((target.c.status == ROW_SKIPPED) & (target.c.rule == "refunded")),
        target.c.external_id != "",
    )
    refunds = ImportRow.status == ROW_REFUND
    _run(
        update(ImportRow)
        .where(mine, refunds, ImportRow.external_id.not_in(there))
        .values(status=ROW_SKIPPED, rule="refund_alone")
    )
    _run(update(ImportRow).where(mine, refunds).values(status=ROW_SKIPPED))


def _compare_no_pairs() -> None:
    """PostgreSQL takes an import whose rows it has not counted yet for a single row, and then compares all of them in
    pairs: with a hundred thousand that never ends. For this transaction it may not."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(text("SET LOCAL enable_nestloop = off"))


def _run(statement: Any) -> None:
    db.session.execute(statement.execution_options(synchronize_session=False))
