"""Stripe, ledger and bank beside each other, and what does not match until it is explained.

One statement adds both sides up by what they belong to and keeps what differs, so that a hundred thousand
movements cost one pass over each table.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Select, cast, func, literal, select, union_all

from campaigns.funds import ledger
from campaigns.funds.fund import Fund
from campaigns.funds.ledger import LedgerEntry, LedgerGroup
from core.db import db
from core.money import Money
from donors.offline.line_match import LineMatch
from donors.payouts import sharing
from donors.payouts.bank_line import BankLine, Explanation
from donors.payouts.movement import PAYOUT_KINDS, Movement
from donors.payouts.payout import ARRIVED, CAME_BACK, ON_ITS_WAY, Payout

_PAYOUT_GROUPS = ("payout_sent", "payout_returned")
MOST_LISTED = 200


@dataclass(frozen=True)
class Difference:
    """One thing on which two columns do not agree; None is what a column does not know of."""

    subject: str
    #: `ledger` (Stripe and ledger differ), `unknown` (nothing of ours belongs to it), `payout`, `bank`.
    kind: str
    at_stripe: Money | None
    in_ledger: Money | None
    in_bank: Money | None
    text: str = ""


@dataclass(frozen=True)
class Row:
    """One line of the three columns."""

    name: str
    at_stripe: Money | None
    in_ledger: Money | None
    in_bank: Money | None

    @property
    def agrees(self) -> bool:
        known = [each for each in (self.at_stripe, self.in_ledger, self.in_bank) if each is not None]
        return all(each == known[0] for each in known)


def currencies(organisation_id: str) -> list[str]:
    funds = select(Fund.currency).where(Fund.organisation_id == organisation_id)
    moved = select(Movement.currency).where(Movement.organisation_id == organisation_id)
    return sorted({*db.session.scalars(funds.distinct()), *db.session.scalars(moved.distinct())})


def columns(organisation_id: str, currency: str) -> list[Row]:
    """What came in, what was paid out, what arrived, what is still there, by each of the three."""
    stripe, booked, arrived = (
        _stripe_sums(organisation_id, currency),
        _ledger_sums(organisation_id, currency),
        _bank_sum(organisation_id, currency),
    )

    def money(minor: int) -> Money:
        return Money(minor, currency)

    income = sum(minor for kind, minor in stripe.items() if kind not in PAYOUT_KINDS)
    payout = -_paid_out(organisation_id, currency, (ON_ITS_WAY, ARRIVED))
    at_stripe, sent, in_bank = booked
    return [
        Row("balance_before_payouts", money(income), money(at_stripe - sent), None),
        Row("paid_out", money(-payout), money(-sent), None),
        Row("at_stripe_now", money(income + payout), money(at_stripe), None),
        Row(
            "arrived", money(_paid_out(organisation_id, currency, (ARRIVED,))), money(in_bank), money(arrived)
        ),
    ]


def _stripe_sums(organisation_id: str, currency: str) -> dict[str, int]:
    query = (
        select(Movement.kind, func.sum(Movement.net_minor))
        .where(Movement.organisation_id == organisation_id, Movement.currency == currency)
        .group_by(Movement.kind)
    )
    return {row[0]: int(row[1]) for row in db.session.execute(query)}


def _ledger_sums(organisation_id: str, currency: str) -> tuple[int, int, int]:
    """At Stripe in all, sent from there to banks (below zero), arrived in banks by payouts."""
    kinds = select(LedgerEntry.account, LedgerGroup.kind, func.sum(LedgerEntry.amount_minor))
    query = (
        kinds.join(LedgerGroup, LedgerGroup.id == LedgerEntry.group_id)
        .join(Fund, Fund.id == LedgerEntry.fund_id)
        .where(
            Fund.organisation_id == organisation_id,
            LedgerEntry.currency == currency,
            LedgerEntry.account.in_((ledger.STRIPE, ledger.BANK)),
        )
        .group_by(LedgerEntry.account, LedgerGroup.kind)
    )
    rows = [(row[0], row[1], int(row[2])) for row in db.session.execute(query)]
    at_stripe = sum(minor for account, _kind, minor in rows if account == ledger.STRIPE)
    sent = sum(m for account, kind, m in rows if account == ledger.STRIPE and kind in _PAYOUT_GROUPS)
    arrived = sum(m for account, kind, m in rows if account == ledger.BANK and kind.startswith("payout_"))
    return at_stripe, sent, arrived


def _paid_out(organisation_id: str, currency: str, states: tuple[str, ...]) -> int:
    """What payouts in these states carry of the organisation's money: by Stripe's word of each movement in them, and
    all of those by hand that are put down as the organisation's."""
    told = Movement.kind.not_in(PAYOUT_KINDS)
    carried = (
        select(func.coalesce(func.sum(Movement.net_minor), 0))
        .join(Payout, Payout.id == Movement.payout_id)
        .where(
            Movement.organisation_id == organisation_id,
            Movement.currency == currency,
            Payout.state.in_(states),
            told,
        )
    )
    by_hand = select(func.coalesce(func.sum(Payout.amount_minor), 0)).where(
        Payout.organisation_id == organisation_id,
        Payout.currency == currency,
        Payout.state.in_(states),
        ~select(Movement.id).where(Movement.payout_id == Payout.id, told).exists(),
    )
    return int(db.session.scalar(carried) or 0) + int(db.session.scalar(by_hand) or 0)


def _bank_sum(organisation_id: str, currency: str) -> int:
    """Lines of its own payouts, and its share of those that others have money in."""
    own = select(Payout.id).where(Payout.organisation_id == organisation_id)
    query = select(func.coalesce(func.sum(BankLine.amount_minor), 0)).where(
        BankLine.organisation_id == organisation_id,
        BankLine.currency == currency,
        BankLine.payout_id.in_(own),
    )
    return int(db.session.scalar(query) or 0) + sharing.in_bank(organisation_id, currency)


def differences(organisation_id: str, limit: int = MOST_LISTED) -> list[Difference]:
    """What does not match and was not explained, at most `limit` of each kind."""
    explained = set(
        db.session.scalars(select(Explanation.subject).where(Explanation.organisation_id == organisation_id))
    )
    found = [
        *_ledger_differences(organisation_id, limit + len(explained)),
        *_unknown(organisation_id, limit + len(explained)),
        *_payout_differences(organisation_id, limit + len(explained)),
        *_bank_differences(organisation_id, limit + len(explained)),
    ]
    return [each for each in found if each.subject not in explained]


def compared(organisation_id: str) -> Any:
    """(source, currency, at Stripe, in the ledger) where the two differ; payouts have a comparison of their own."""
    zero = cast(literal(0), BigInteger)
    stripe = select(
        Movement.matched_to.label("source"),
        Movement.currency.label("currency"),
        Movement.net_minor.label("there"),
        zero.label("here"),
    ).where(
        Movement.organisation_id == organisation_id,
        Movement.matched_to != "",
        Movement.kind.not_in(PAYOUT_KINDS),
    )
    funds = select(Fund.id).where(Fund.organisation_id == organisation_id)
    booked = (
        select(LedgerGroup.source, LedgerEntry.currency, zero, LedgerEntry.amount_minor)
        .join(LedgerGroup, LedgerGroup.id == LedgerEntry.group_id)
        .where(
            LedgerEntry.fund_id.in_(funds),
            LedgerEntry.account == ledger.STRIPE,
            LedgerGroup.kind.not_in(_PAYOUT_GROUPS),
        )
    )
    both = union_all(stripe, booked).subquery()
    there, here = func.sum(both.c.there), func.sum(both.c.here)
    return (
        select(both.c.source, both.c.currency, there, here)
        .group_by(both.c.source, both.c.currency)
        .having(there != here)
        .order_by(both.c.source)
    )


def _ledger_differences(organisation_id: str, limit: int) -> list[Difference]:
    rows = db.session.execute(compared(organisation_id).limit(limit))
    return [
        Difference(source, "ledger", Money(int(there), currency), Money(int(here), currency), None)
        for source, currency, there, here in (tuple(row) for row in rows)
    ]


def _unknown(organisation_id: str, limit: int) -> list[Difference]:
    """Movements of which nothing of ours is known; on the common account they are everybody's business."""
    query = select(Movement).where(
        Movement.matched_to == "",
        (Movement.organisation_id == organisation_id) | Movement.organisation_id.is_(None),
    )
    rows = db.session.scalars(query.order_by(Movement.created_at, Movement.id).limit(limit))
    return [Difference(row.id, "unknown", row.net, None, None, row.kind) for row in rows]


def _payout_differences(organisation_id: str, limit: int) -> list[Difference]:
    """Payouts that are not posted yet, and those that arrived without a line of the bank."""
    query = select(Payout).where(
        Payout.state != CAME_BACK,
        (
            Payout.posted_at.is_(None)
            & ((Payout.organisation_id == organisation_id) | Payout.organisation_id.is_(None))
        )
        | (sharing.of(organisation_id) & (Payout.state == ARRIVED) & Payout.id.not_in(sharing.lined())),
    )
    rows = db.session.scalars(query.order_by(Payout.created_at, Payout.id).limit(limit)).all()
    mine = sharing.shares(organisation_id, rows)
    found: list[Difference] = []
    for row in rows:
        amount = mine.get(row.id, row.amount)
        found.append(Difference(row.id, "payout", amount, amount if row.posted_at else None, None, row.state))
    return found


def _bank_differences(organisation_id: str, limit: int) -> list[Difference]:
    query = select(BankLine).where(
        BankLine.organisation_id == organisation_id,
        BankLine.payout_id.is_(None),
        BankLine.id.not_in(_donors_money()),
    )
    rows = db.session.scalars(query.order_by(BankLine.on_day, BankLine.id).limit(limit))
    return [Difference(row.id, "bank", None, None, row.amount, row.text) for row in rows]


def _donors_money() -> Select[str]:
    """Lines of the bank that are gifts which came without a checkout: Stripe knows nothing of them."""
    return select(LineMatch.line_id).where(LineMatch.undone_at.is_(None))
