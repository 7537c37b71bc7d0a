"""What donors' gifts amount to, for lists of donors."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select

from core.db import db
from core.money import Money
from donors.gifts.gift import RECEIVED, Gift
from donors.recurring.recurring_gift import ACTIVE, FAILING, RecurringGift


@dataclass(frozen=True)
class Given:
    """What a donor's gifts amount to: how many stand, and the money per currency, refunds taken off."""

    gifts: int
    amounts: list[Money]
    is_recurring: bool


def given_by(donor_ids: Iterable[str]) -> dict[str, Given]:
    """For each donor with gifts that stand."""
    ids = list(donor_ids)
    net = func.sum(Gift.amount_minor + Gift.fee_cover_minor - Gift.refunded_minor)
    sums = (
        select(Gift.donor_id, Gift.currency, func.count(), net)
        .where(Gift.donor_id.in_(ids), Gift.state.in_(RECEIVED))
        .group_by(Gift.donor_id, Gift.currency)
        .order_by(Gift.donor_id, Gift.currency)
    )
    running = set(
        db.session.scalars(
            select(RecurringGift.donor_id).where(
                RecurringGift.donor_id.in_(ids), RecurringGift.state.in_((ACTIVE, FAILING))
            )
        )
    )
    found: dict[str, Given] = {}
    for donor_id, currency, count, minor in db.session.execute(sums):
        before = found.get(donor_id, Given(0, [], donor_id in running))
        amounts = [*before.amounts, Money(int(minor), currency)]
        found[donor_id] = Given(before.gifts + count, amounts, before.is_recurring)
    return found
