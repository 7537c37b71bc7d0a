"""What staff does about what does not match: say why, say whose money it is, import the bank's file."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from campaigns import reading as campaigns
from campaigns.funds import ledger
from campaigns.funds.fund import Fund
from campaigns.funds.ledger import Line
from core import clock
from core.db import db, insert_once
from core.errors import Conflict, Invalid, NotFound
from core.ids import new_id
from core.web import csv_in
from donors.offline.line_match import LineMatch
from donors.payouts import by_hand, comparing, matching, sharing
from donors.payouts.bank_line import BankLine, Explanation
from donors.payouts.movement import Movement
from donors.payouts.payout import ARRIVED, Payout
from staff import audit
from staff.access import Actor


@dataclass(frozen=True)
class Imported:
    lines: int
    new: int
    matched: int


def explain(actor: Actor, subject: str, *, reason: str, fund_id: str = "") -> None:
    """Say why something does not match; it is not listed any more. With a fund, money at Stripe of which
    nothing was known is posted there, and a payout by hand is taken from there.

    Raises Forbidden, NotFound where nothing of that name is listed, Invalid on `fund_id`.
    """
    actor.require("funds.edit")
    listed = {each.subject for each in comparing.differences(actor.organisation_id)}
    if subject not in listed:
        raise NotFound
    movement = db.session.get(Movement, subject, with_for_update=True, populate_existing=True)
    if movement is not None and fund_id:
        _post(actor, movement, fund_id)
    elif fund_id and _put_down_payout(actor, subject, fund_id):
        audit.record(actor, "payout.put_down", subject, after={"fund": fund_id}, reason=reason)
        return  # it is posted now, and listed again as long as the bank does not show it
    elif fund_id:
        raise Invalid({"fund_id": [_("Only money at Stripe can be put into a fund here.")]})
    insert_once(
        Explanation,
        id=new_id("explain"),
        organisation_id=actor.organisation_id,
        subject=subject,
        reason=reason,
        said_by=actor.label,
        said_at=clock.now(),
    )
    audit.record(actor, "mismatch.explained", subject, after={"fund": fund_id}, reason=reason)


def _put_down_payout(actor: Actor, subject: str, fund_id: str) -> bool:
    payout = db.session.get(Payout, subject, with_for_update=True, populate_existing=True)
    if payout is not None:
        by_hand.put_down(actor, payout, fund_id)
    return payout is not None


def _post(actor: Actor, movement: Movement, fund_id: str) -> None:
    fund = db.session.scalars(
        campaigns.funds_of(actor).where(Fund.id == fund_id, Fund.organisation_id == actor.organisation_id)
    ).first()
    if fund is None or fund.currency != movement.currency:
        raise Invalid({"fund_id": [_("Choose a fund of your organisation in this currency.")]})
    movement.fund_id, movement.organisation_id, movement.matched_to = (
        fund.id,
        fund.organisation_id,
        movement.id,
    )
    ledger.post(
        kind="stripe_adjustment",
        source=movement.id,
        fund_id=fund.id,
        lines=[Line(ledger.STRIPE, movement.net), Line(ledger.PROCESSING_FEES, -movement.net)],
        occurred_at=movement.created_at,
    )
    if movement.payout_id is not None:
        payout = db.session.get(Payout, movement.payout_id, with_for_update=True, populate_existing=True)
        if payout is not None:
            matching.post(payout)


def import_bank_file(actor: Actor, text: str, load: Any) -> Imported:
    """Import a bank's CSV file, all of it or nothing; lines that are there already are left as they are.

    `load` reads one row and raises Invalid. Raises Forbidden, Invalid on `file` naming the line and its field.
    """
    actor.require("funds.edit")
    rows = _rows(text, load)
    seen: Counter[str] = Counter()
    new = 0
    for row in rows:
        external = row.get("id") or _fingerprint(row, seen)
        new += insert_once(
            BankLine,
            id=new_id("line"),
            organisation_id=actor.organisation_id,
            external_id=external,
            on_day=row["date"],
            amount_minor=row["amount"].minor,
            currency=row["amount"].currency,
            text=row["text"],
            imported_at=clock.now(),
        )
    matched = match_lines(actor.organisation_id)
    audit.record(actor, "bank_file.imported", actor.organisation_id, after={"lines": len(rows), "new": new})
    return Imported(len(rows), new, matched)


def _rows(text: str, load: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    columns, rows = csv_in.read(text, field="file")
    if not {"date", "amount"} <= set(columns):
        raise Invalid(
            {"file": [_("The first line must name the columns: date, amount, text, currency, id.")]}
        )
    for number, raw in enumerate(rows, start=2):
        try:
            found.append(load(_known(raw)))
        except Invalid as refusal:
            field, texts = next(iter(refusal.errors.items()))
            said = _("Line %(number)s, %(field)s: %(text)s", number=number, field=field, text=" ".join(texts))
            raise Invalid({"file": [said]}) from None
    if not found:
        raise Invalid({"file": [_("There is no line in the file.")]})
    return found


def _known(raw: Mapping[str | None, Any]) -> dict[str, str]:
    return {
        name: raw[name]
        for name in ("date", "amount", "text", "currency", "id")
        if isinstance(raw.get(name), str)
    }


def _fingerprint(row: Mapping[str, Any], seen: Counter[str]) -> str:
    """The same line twice on one day is two payments: it is counted within the file."""
    plain = f"{row['date']}|{row['amount'].minor}|{row['amount'].currency}|{row['text']}"
    seen[plain] += 1
    return hashlib.sha256(f"{plain}|{seen[plain]}".encode()).hexdigest()[:32]


def match_by_hand(actor: Actor, line_id: str, payout_id: str) -> BankLine:
    """Say which payout a line of the bank is, where amount and day did not tell.

    Raises NotFound, Forbidden, Invalid on `payout_id`, Conflict `matched`.
    """
    actor.require("funds.edit")
    line = db.session.get(BankLine, line_id, with_for_update=True, populate_existing=True)
    if line is None or line.organisation_id != actor.organisation_id:
        raise NotFound
    payout = db.session.scalars(
        select(Payout).where(Payout.id == payout_id, sharing.of(actor.organisation_id))
    ).first()
    if payout is None:
        raise Invalid({"payout_id": [_("There is no such payout of your organisation.")]})
    if payout.state != ARRIVED or payout.amount != line.amount:
        raise Invalid({"payout_id": [_("It has not arrived, or is another amount.")]})
    taken = select(BankLine.id).where(BankLine.payout_id == payout.id)
    if line.payout_id is not None or db.session.scalar(taken) is not None:
        raise Conflict("matched", _("One of them has its counterpart already."))
    line.payout_id = payout.id
    db.session.flush()
    audit.record(actor, "bank_line.matched", line.id, after={"payout": payout.id})
    return line


def match_lines(organisation_id: str) -> int:
    """Match lines of the bank with payouts: same amount and currency, near in time; one that names the payout
    first. A payout of several organisations is in the file of one of them. Returns how many were matched."""
    lines = db.session.scalars(
        select(BankLine).where(
            BankLine.organisation_id == organisation_id,
            BankLine.payout_id.is_(None),
            BankLine.id.not_in(select(LineMatch.line_id).where(LineMatch.undone_at.is_(None))),
        )
    ).all()
    open_ones: dict[tuple[int, str], list[Payout]] = {}
    for payout in sharing.waiting_for_a_line(organisation_id):
        open_ones.setdefault((payout.amount_minor, payout.currency), []).append(payout)
    return sum(_match(line, open_ones.get((line.amount_minor, line.currency), [])) for line in lines)


def _match(line: BankLine, payouts: list[Payout]) -> bool:
    near = [each for each in payouts if abs(each.arrives_on - line.on_day) <= sharing.NEAR]
    if not near:
        return False
    chosen = min(near, key=lambda each: (each.id not in line.text, abs(each.arrives_on - line.on_day)))
    line.payout_id = chosen.id
    payouts.remove(chosen)
    db.session.flush()
    return True
