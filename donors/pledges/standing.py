"""Where a pledge stands: worked out anew from the gifts made for it, its parts and what staff decided."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import case, func, select

from core.db import db
from core.gathering import gather
from core.money import Money
from donors.gifts.gift import RECEIVED, Gift
from donors.pledges.pledge import (
    OPEN,
    PAID,
    PARTLY_PAID,
    Pledge,
    PledgeInstalment,
    PledgePayment,
    PledgeReminder,
)

#: A reminder goes out so many days after a part was due, if it still is.
REMIND_AFTER = (3, 14, 30)


@dataclass(frozen=True)
class Part:
    """One instalment, and how much of it the money that came so far pays: the earliest due first."""

    number: int
    due_on: date
    amount_minor: int
    paid_minor: int

    @property
    def is_paid(self) -> bool:
        return self.paid_minor >= self.amount_minor


def unpaid(part: Part, currency: str) -> Money:
    """What is still to come of a part."""
    return Money(part.amount_minor - part.paid_minor, currency)


def lock_pledge(pledge_id: str) -> Pledge:
    return db.session.get_one(Pledge, pledge_id, with_for_update=True, populate_existing=True)


def restand_for(gift: Gift) -> None:
    """A gift came to stand, or does not any more: so does the pledge that it was made for, if there is one."""
    gather(_restand_for, gift.id)


def _restand_for(gift_ids: list[str]) -> None:
    paid = select(PledgePayment.pledge_id).where(PledgePayment.gift_id.in_(gift_ids)).distinct()
    for pledge_id in sorted(db.session.scalars(paid)):
        restand(lock_pledge(pledge_id))


def restand(pledge: Pledge) -> None:
    """Bring a locked pledge to where its gifts and staff's decision put it."""
    db.session.flush()
    pledge.paid_minor = paid_by_gifts([pledge.id]).get(pledge.id, 0)
    pledge.move(_state(pledge))
    owed = [part for part in parts_of(pledge) if not part.is_paid] if pledge.is_owed else []
    pledge.next_due_on = min((part.due_on for part in owed), default=None)
    pledge.remind_on = _next_reminder(pledge, owed)
    db.session.flush()


def _state(pledge: Pledge) -> str:
    if pledge.paid_minor >= pledge.amount_minor:
        return PAID
    return pledge.ended_as or (PARTLY_PAID if pledge.paid_minor else OPEN)


def _next_reminder(pledge: Pledge, owed: list[Part]) -> date | None:
    if not pledge.reminds:
        return None
    rows = db.session.execute(
        select(PledgeReminder.due_on, PledgeReminder.days).where(PledgeReminder.pledge_id == pledge.id)
    )
    done = {(row[0], row[1]) for row in rows}
    return min(
        (
            part.due_on + timedelta(days=days)
            for part in owed
            for days in REMIND_AFTER
            if (part.due_on, days) not in done
        ),
        default=None,
    )


def parts_of(pledge: Pledge) -> list[Part]:
    """The pledge's instalments as they are paid, the earliest due first."""
    query = select(PledgeInstalment).where(PledgeInstalment.pledge_id == pledge.id)
    left, found = pledge.paid_minor, []
    for row in db.session.scalars(query.order_by(PledgeInstalment.due_on, PledgeInstalment.number)):
        part = min(left, row.amount_minor)
        left -= part
        found.append(Part(row.number, row.due_on, row.amount_minor, part))
    return found


def paid_by_gifts(pledge_ids: list[str] | None = None) -> dict[str, int]:
    """What the gifts made for each pledge still amount to, in minor units, fee cover aside; of what went back, the
    gift's own part goes first."""
    left = Gift.amount_minor - Gift.refunded_minor
    query = (
        select(PledgePayment.pledge_id, func.sum(case((left > 0, left), else_=0)))
        .join(Gift, Gift.id == PledgePayment.gift_id)
        .where(Gift.state.in_(RECEIVED))
        .group_by(PledgePayment.pledge_id)
    )
    if pledge_ids is not None:
        query = query.where(PledgePayment.pledge_id.in_(pledge_ids))
    return {row[0]: int(row[1]) for row in db.session.execute(query)}


def verify() -> Iterator[str]:
    """A sentence for each pledge whose kept figures differ from the gifts made for it, or from its parts."""
    paid = paid_by_gifts()
    parts = {
        row[0]: int(row[1])
        for row in db.session.execute(
            select(PledgeInstalment.pledge_id, func.sum(PledgeInstalment.amount_minor)).group_by(
                PledgeInstalment.pledge_id
            )
        )
    }
    query = select(Pledge).order_by(Pledge.id).execution_options(populate_existing=True)
    for pledge in db.session.scalars(query):
        found = paid.get(pledge.id, 0)
        if found != pledge.paid_minor:
            yield f"{pledge.id}: kept {pledge.paid_minor} as paid, its gifts amount to {found}"
        if parts.get(pledge.id, 0) != pledge.amount_minor:
            yield f"{pledge.id}: its parts add up to {parts.get(pledge.id, 0)}, it is {pledge.amount_minor}"
        if pledge.state != _state(pledge):
            yield f"{pledge.id}: is {pledge.state}, should be {_state(pledge)}"
