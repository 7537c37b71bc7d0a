"""What became of recurring gifts, read: their instalments with every try, their versions, what is failing."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from core.db import db
from donors.recurring.instalment import FAILED, WAITING, Attempt, Instalment
from donors.recurring.recurring_gift import RecurringGift
from donors.recurring.version import Version


@dataclass(frozen=True)
class Tried:
    """An instalment with its tries, oldest first."""

    instalment: Instalment
    attempts: list[Attempt]


def versions_of(recurring_gift_id: str) -> list[Version]:
    """Newest first."""
    query = select(Version).where(Version.recurring_gift_id == recurring_gift_id)
    return list(db.session.scalars(query.order_by(Version.number.desc()).limit(200)))


def instalments_of(recurring_gift_id: str) -> list[Tried]:
    """Newest first."""
    query = select(Instalment).where(Instalment.recurring_gift_id == recurring_gift_id)
    return _with_attempts(db.session.scalars(query.order_by(Instalment.period_on.desc()).limit(120)))


def open_failures(promises: Iterable[RecurringGift]) -> dict[str, Tried]:
    """The instalment that is being tried again, or that a bank is asked for, by recurring gift."""
    ids = [each.id for each in promises]
    query = select(Instalment).where(
        Instalment.recurring_gift_id.in_(ids), Instalment.state.in_((WAITING, FAILED))
    )
    tried = _with_attempts(db.session.scalars(query.order_by(Instalment.period_on)))
    return {each.instalment.recurring_gift_id: each for each in tried}


def _with_attempts(found: Iterable[Instalment]) -> list[Tried]:
    rows = list(found)
    attempts: dict[str, list[Attempt]] = defaultdict(list)
    query = select(Attempt).where(Attempt.instalment_id.in_([row.id for row in rows]))
    for each in db.session.scalars(query.order_by(Attempt.number)):
        attempts[each.instalment_id].append(each)
    return [Tried(row, attempts[row.id]) for row in rows]
