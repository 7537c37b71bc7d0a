"""The gifts that a match fund matched: for staff by gift, for the sponsor without a trace of who gave."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import joinedload

from core.db import db
from donors.gifts.gift import Gift
from donors.matching.match_entry import MatchEntry, MatchLook

BATCH = 500


@dataclass(frozen=True)
class MatchedGift:
    """A paid gift as the sponsor reads of it; `reference` is the look's id, which opens no page of anybody."""

    reference: str
    paid_at: datetime
    gift_minor: int
    refunded_minor: int
    #: What the sponsor adds now.
    matched_minor: int
    #: What was released after the gift was paid, and not restored.
    released_minor: int
    is_recurring: bool


def gifts_of(match_fund_id: str) -> Select[Gift]:
    """The gifts for which a fund reserved something, the latest first."""
    matched = select(MatchEntry.gift_id).where(MatchEntry.match_fund_id == match_fund_id)
    query = select(Gift).where(Gift.id.in_(matched)).options(joinedload(Gift.donor))
    return query.order_by(Gift.started_at.desc(), Gift.id)


def held_by_gift(match_fund_id: str, gift_ids: Iterable[str]) -> dict[str, int]:
    """What a fund adds to each of these gifts now, in minor units."""
    query = (
        select(MatchEntry.gift_id, func.sum(MatchEntry.taken_minor))
        .where(MatchEntry.match_fund_id == match_fund_id, MatchEntry.gift_id.in_(list(gift_ids)))
        .group_by(MatchEntry.gift_id)
    )
    return {row[0]: int(row[1]) for row in db.session.execute(query)}


def lines(match_fund_id: str) -> Iterator[MatchedGift]:
    """The paid gifts of a fund, the oldest first, read in batches."""
    went_back = case((MatchEntry.confirmed_minor == MatchEntry.taken_minor, -MatchEntry.taken_minor), else_=0)
    sums = (
        select(
            MatchEntry.gift_id,
            func.sum(MatchEntry.confirmed_minor).label("matched"),
            func.sum(went_back).label("released"),
            func.max(MatchEntry.round).label("round"),
        )
        .where(MatchEntry.match_fund_id == match_fund_id)
        .group_by(MatchEntry.gift_id)
        .having(func.sum(func.abs(MatchEntry.confirmed_minor)) > 0)
        .subquery()
    )
    query = (
        select(MatchLook.id, Gift.paid_at, Gift.amount_minor, Gift.refunded_minor, Gift.recurring_gift_id)
        .add_columns(sums.c.matched, sums.c.released)
        .join(sums, sums.c.gift_id == Gift.id)
        .join(
            MatchLook,
            (MatchLook.gift_id == Gift.id)
            & (MatchLook.round == sums.c.round)
            & (MatchLook.match_fund_id == match_fund_id),
        )
        .order_by(Gift.paid_at, Gift.id)
    )
    for look, paid_at, gift, refunded, recurring, matched, released in db.session.execute(
        query.execution_options(yield_per=BATCH)
    ):
        yield MatchedGift(
            reference=look,
            paid_at=paid_at,
            gift_minor=gift,
            refunded_minor=refunded,
            matched_minor=int(matched),
            released_minor=int(released),
            is_recurring=recurring is not None,
        )
