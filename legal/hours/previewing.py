"""What certifying a period will make public: hours and estimated value by month, phase and class; no words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, func, select

from core.db import db
from core.money import Money
from legal import utbms
from legal.acting import find_answerable
from legal.hours.certifying import Period, approvable_by, in_period
from legal.hours.time_entry import APPROVED, DRAFT, RETURNED, SUBMITTED, TimeEntry
from legal.matters.matter import get_matter
from legal.matters.timekeeper import Timekeeper
from legal.rates.loading import matrix_of
from legal.rates.rate_matrix import RateMatrix, Standing
from legal.rates.valuation import value_of
from staff.access import Actor


@dataclass(frozen=True)
class PublicRow:
    """`unvalued` tenths have no rate, so the value does not speak of them."""

    month: date
    phase: str
    classification: str
    tenths: int
    unvalued: int
    value: Money


@dataclass(frozen=True)
class Preview:
    """`entries` can be certified by whoever asks; the others are why the period would stay open."""

    rows: list[PublicRow]
    entries: int
    drafts: int
    returned: int
    others: int
    certified: int

    @property
    def tenths(self) -> int:
        return sum(row.tenths for row in self.rows)

    @property
    def value(self) -> Money:
        return sum((row.value for row in self.rows[1:]), self.rows[0].value)

    @property
    def left_open(self) -> int:
        return self.drafts + self.returned + self.others


def preview(actor: Actor, period: Period) -> Preview:
    """Reads only. Raises NotFound for a foreign matter."""
    matter = get_matter(actor, period.matter_id)
    within = in_period(actor, matter.id, period.starts_on, period.ends_on)
    mine = and_(within, *approvable_by(find_answerable(actor) or ""))
    by_state = select(TimeEntry.state, func.count()).where(within).group_by(TimeEntry.state)
    states = {row.state: row[1] for row in db.session.execute(by_state)}
    entries = db.session.scalar(select(func.count()).where(mine)) or 0
    return Preview(
        rows=list(_rows(mine, matrix_of(matter.matrix, actor.organisation_id))),
        entries=entries,
        drafts=states.get(DRAFT, 0),
        returned=states.get(RETURNED, 0),
        others=states.get(SUBMITTED, 0) - entries,
        certified=states.get(APPROVED, 0),
    )


def _rows(mine: ColumnElement[bool], table: RateMatrix) -> Iterable[PublicRow]:
    keys = (
        *(TimeEntry.worked_on, TimeEntry.task_code, TimeEntry.units_tenths),
        *(Timekeeper.classification, Timekeeper.bar_year),
    )
    query = select(*keys, func.count()).join(Timekeeper, Timekeeper.id == TimeEntry.timekeeper_id)
    sums: dict[tuple[date, str, str], list[int]] = {}
    for day, task, tenths, of_class, year, count in db.session.execute(query.where(mine).group_by(*keys)):
        rate = table.find_rate(day, Standing(of_class, year))
        total = sums.setdefault((day.replace(day=1), utbms.phase_of(task).code, of_class), [0, 0, 0])
        total[0] += tenths * count
        total[1] += 0 if rate else tenths * count
        total[2] += value_of(tenths, rate).minor * count if rate else 0
    for (month, phase, of_class), (tenths, unvalued, minor) in sorted(sums.items()):
        yield PublicRow(month, phase, of_class, tenths, unvalued, Money(minor, table.currency))
