"""Keeping Stripe's movements and payouts, finding what of ours each belongs to, and posting what only Stripe
could tell: fees that came later, exchanges, payouts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute

from campaigns.funds import ledger
from campaigns.funds.ledger import LedgerEntry, LedgerGroup, Line
from core import clock
from core.db import db
from core.money import Money
from donors.disputes.dispute import DisputeMovement
from donors.gifts import settling
from donors.gifts.gift import PENDING, Gift
from donors.gifts.refund import Refund
from donors.payments.connected_account import organisation_behind
from donors.payouts.movement import PAYOUT_KINDS, Movement
from donors.payouts.payout import ARRIVED, CAME_BACK, Payout
from donors.stripe_gateway import StripeMovement, StripePayout


def keep_all(seen: Sequence[StripeMovement], payout_id: str | None = None) -> list[Movement]:
    """Keep movements and match them, or match again those that were not matched before."""
    known = {row.id: row for row in db.session.scalars(_having(Movement.id, {each.id for each in seen}))}
    rows = [known.get(each.id) or _new(each) for each in seen]
    ours = _Ours.of([row for row in rows if not row.matched_to])
    for row in rows:
        row.payout_id = payout_id or row.payout_id
        if not row.matched_to:
            _match(row, ours)
    db.session.flush()
    return rows


def _new(seen: StripeMovement) -> Movement:
    row = Movement(
        id=seen.id,
        account=seen.account,
        kind=seen.kind,
        amount_minor=seen.amount.minor,
        fee_minor=seen.fee.minor,
        net_minor=seen.amount.minor - seen.fee.minor,
        currency=seen.amount.currency,
        source=seen.source,
        payment_intent_id=seen.payment_intent_id,
        created_at=seen.at,
        organisation_id=organisation_behind(seen.account),
        matched_to="",
    )
    db.session.add(row)
    return row


@dataclass(frozen=True)
class _Ours:
    """What may belong to some movements: gifts by their payment, refunds and disputes' movements by Stripe's id."""

    gifts: dict[str | None, Gift]
    refunds: dict[str | None, str]
    disputes: dict[str, str]

    @classmethod
    def of(cls, rows: Sequence[Movement]) -> "_Ours":
        with db.session.no_autoflush:
            gifts = db.session.scalars(
                _having(Gift.payment_intent_id, {row.payment_intent_id for row in rows})
            )
            refunds = _having(Refund.stripe_refund_id, {row.source for row in rows})
            disputes = _having(DisputeMovement.stripe_id, {row.id for row in rows})
            return cls(
                {each.payment_intent_id: each for each in gifts},
                {each.stripe_refund_id: each.id for each in db.session.scalars(refunds)},
                {each.stripe_id: each.id for each in db.session.scalars(disputes)},
            )


def _having(column: InstrumentedAttribute[Any], values: set[str]) -> Select[Any]:
    return select(column.class_).where(column.in_(values - {""}))


def _match(row: Movement, ours: _Ours) -> None:
    if row.kind in PAYOUT_KINDS:
        row.matched_to = row.source
        return
    gift = ours.gifts.get(row.payment_intent_id)
    if gift is None or gift.state == PENDING or gift.account != row.account:
        return
    found = _find(row, gift, ours)
    if found is not None:
        row.matched_to, row.organisation_id, row.fund_id = found, gift.organisation_id, gift.fund_id


def _find(row: Movement, gift: Gift, ours: _Ours) -> str | None:
    """The ledger's source of the same movement."""
    if row.kind in {"charge", "payment"}:
        if gift.processing_fee_minor is None:
            _post_late_fee(row, gift.id)
        return gift.id
    return ours.disputes.get(row.id) if row.kind == "adjustment" else ours.refunds.get(row.source)


def _post_late_fee(row: Movement, gift_id: str) -> None:
    """The fee of a gift that was not settled when it was posted, or was settled in another currency."""
    gift = settling.lock_gift(gift_id)
    assert gift is not None
    if gift.processing_fee_minor is not None or not settling_known(gift):
        return
    counts_for = gift.drive_id if gift.counts else ledger.NO_DRIVE
    lines = [Line(ledger.PROCESSING_FEES, row.fee, counts_for), Line(ledger.STRIPE, -row.fee)]
    if row.currency == gift.currency:
        gift.processing_fee_minor = row.fee_minor
    else:
        if is_exchanged(gift.id):
            return
        charged = gift.charged
        lines += [
            Line(ledger.STRIPE, -charged),
            Line(ledger.EXCHANGE, charged),
            Line(ledger.STRIPE, row.amount),
            Line(ledger.EXCHANGE, -row.amount),
        ]
    if any(line.amount.minor for line in lines):
        kind = "processing_fee" if row.currency == gift.currency else "exchanged"
        ledger.post(kind=kind, source=gift.id, fund_id=gift.fund_id, lines=lines, occurred_at=row.created_at)


def settling_known(gift: Gift) -> bool:
    return gift.paid_at is not None


def is_exchanged(gift_id: str) -> bool:
    query = select(ledger.LedgerGroup.id).where(
        ledger.LedgerGroup.kind == "exchanged", ledger.LedgerGroup.source == gift_id
    )
    return db.session.scalar(query) is not None


def apply_payout(seen: StripePayout) -> Payout:
    """Bring a payout to where it stands, and post what it carried once all of it is known."""
    row = db.session.get(Payout, seen.id, with_for_update=True, populate_existing=True)
    if row is None:
        row = Payout(id=seen.id, account=seen.account, created_at=seen.at, arrives_on=seen.arrives_on)
        row.amount = seen.amount
        row.organisation_id = organisation_behind(seen.account)
        db.session.add(row)
        row.state = "on_its_way"
    row.move(seen.state)
    row.arrives_on = seen.arrives_on
    keep_all(seen.movements or (), seen.id)
    post(row)
    return row


def post(payout: Payout, shares: dict[str, int] | None = None) -> None:
    """Post what can be posted of a payout, each step once. `shares`, by fund: of one by hand, as staff said."""
    shares = shares or shares_of(payout)
    if not shares:
        return
    if payout.posted_at is None:
        payout.posted_at = payout.created_at
        _move_money("payout_sent", payout, shares, ledger.STRIPE, ledger.TRANSIT, payout.created_at)
    now = clock.now()
    if payout.state == ARRIVED and payout.arrival_posted_at is None:
        payout.arrival_posted_at = now
        _move_money("payout_arrived", payout, shares, ledger.TRANSIT, ledger.BANK, now)
    if payout.state == CAME_BACK and payout.return_posted_at is None:
        payout.return_posted_at = now
        there = ledger.BANK if payout.arrival_posted_at else ledger.TRANSIT
        _move_money("payout_returned", payout, shares, there, ledger.STRIPE, now)


def shares_of(payout: Payout) -> dict[str, int]:
    """What the payout carries of each fund, in minor units; empty while some of it is not known, which of one by
    hand is until staff says (payouts/by_hand.py)."""
    if payout.posted_at is not None:
        return _posted_shares(payout)
    rows = db.session.scalars(
        select(Movement).where(Movement.payout_id == payout.id, Movement.kind.not_in(PAYOUT_KINDS))
    ).all()
    if any(row.fund_id is None for row in rows):
        return {}
    shares: dict[str, int] = {}
    for row in rows:
        shares[str(row.fund_id)] = shares.get(str(row.fund_id), 0) + row.net_minor
    owners = {row.organisation_id for row in rows}
    payout.organisation_id = owners.pop() if len(owners) == 1 else payout.organisation_id
    return shares if sum(shares.values()) == payout.amount_minor else {}


def _posted_shares(payout: Payout) -> dict[str, int]:
    query = (
        select(LedgerEntry.fund_id, func.sum(LedgerEntry.amount_minor))
        .join(LedgerGroup, LedgerGroup.id == LedgerEntry.group_id)
        .where(
            LedgerGroup.kind == "payout_sent",
            LedgerGroup.source == payout.id,
            LedgerEntry.account == ledger.TRANSIT,
        )
        .group_by(LedgerEntry.fund_id)
    )
    return {row[0]: int(row[1]) for row in db.session.execute(query)}


def _move_money(
    kind: str, payout: Payout, shares: dict[str, int], source: str, target: str, at: datetime
) -> None:
    lines = []
    for fund_id, minor in sorted(shares.items()):
        share = Money(minor, payout.currency)
        lines += [Line(source, -share, fund_id=fund_id), Line(target, share, fund_id=fund_id)]
    ledger.post(kind=kind, source=payout.id, fund_id="", lines=lines, occurred_at=at)
