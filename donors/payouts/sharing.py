"""A payout of the common account at Stripe that carries money of several organisations.

It reaches the bank as one line, in the file of whoever holds that bank account. The line is matched with the whole
payout, and each organisation's columns hold its own share of it: what of the movements in the payout is its money.
"""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from core.db import db
from core.money import Money
from donors.payouts.bank_line import BankLine
from donors.payouts.movement import PAYOUT_KINDS, Movement
from donors.payouts.payout import ARRIVED, Payout

#: Days between a payout's day and the bank's.
NEAR = timedelta(days=5)


def of(organisation_id: str) -> ColumnElement[bool]:
    """Whether a payout is the organisation's, or carries some of its money."""
    return (Payout.organisation_id == organisation_id) | is_shared_with(organisation_id)


def is_shared_with(organisation_id: str) -> ColumnElement[bool]:
    """Whether a payout of several organisations, of which all is known, carries some of its money."""
    some = select(Movement.payout_id).where(
        Movement.organisation_id == organisation_id,
        Movement.kind.not_in(PAYOUT_KINDS),
        Movement.payout_id.is_not(None),
    )
    return Payout.organisation_id.is_(None) & Payout.posted_at.is_not(None) & Payout.id.in_(some)


def shares(organisation_id: str, payouts: Collection[Payout]) -> dict[str, Money]:
    """What of each of these payouts, where it is of several organisations, is this one's."""
    shared = {each.id: each.currency for each in payouts if each.organisation_id is None and each.posted_at}
    query = (
        select(Movement.payout_id, func.sum(Movement.net_minor))
        .where(
            Movement.payout_id.in_(list(shared)),
            Movement.organisation_id == organisation_id,
            Movement.kind.not_in(PAYOUT_KINDS),
        )
        .group_by(Movement.payout_id)
    )
    rows: Any = db.session.execute(query)
    return {payout_id: Money(int(net), shared[payout_id]) for payout_id, net in rows}


def in_bank(organisation_id: str, currency: str) -> int:
    """Minor units of the organisation's money in shared payouts that the bank's file shows, whoever imported it."""
    query = (
        select(func.coalesce(func.sum(Movement.net_minor), 0))
        .join(Payout, Payout.id == Movement.payout_id)
        .where(
            Movement.organisation_id == organisation_id,
            Movement.kind.not_in(PAYOUT_KINDS),
            Payout.currency == currency,
            Payout.organisation_id.is_(None),
            Payout.id.in_(lined()),
        )
    )
    return int(db.session.scalar(query) or 0)


def lined() -> Select[str | None]:
    """Payouts that have their line of the bank."""
    return select(BankLine.payout_id).where(BankLine.payout_id.is_not(None))


def waiting_for_a_line(organisation_id: str) -> list[Payout]:
    """Payouts with money of this organisation that arrived and have no line of the bank."""
    query = select(Payout).where(of(organisation_id), Payout.state == ARRIVED, Payout.id.not_in(lined()))
    return list(db.session.scalars(query))
