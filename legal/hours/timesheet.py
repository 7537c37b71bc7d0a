"""Reading hours back: the searchable list, the week at a glance, a matter's hours by month."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload

from core.db import db
from legal import utbms
from legal.acting import find_answerable
from legal.hours.time_entry import APPROVED, DRAFT, STATES, TimeEntry, entries_of
from legal.matters.matter import Matter
from legal.matters.timekeeper import Timekeeper
from staff.access import Actor

SORTS = {
    "day": (TimeEntry.worked_on, TimeEntry.id),
    "-day": (TimeEntry.worked_on.desc(), TimeEntry.id.desc()),
    "hours": (TimeEntry.units_tenths, TimeEntry.id),
    "-hours": (TimeEntry.units_tenths.desc(), TimeEntry.id.desc()),
    "code": (TimeEntry.task_code, TimeEntry.worked_on.desc(), TimeEntry.id),
    "-code": (TimeEntry.task_code.desc(), TimeEntry.worked_on.desc(), TimeEntry.id),
}
DEFAULT_SORT = "-day"
MOST_WORDS = 8


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What a person looks for. Unknown states and sorts are left aside."""

    words: str = ""
    state: str = ""
    matter_id: str = ""
    sort: str = DEFAULT_SORT


@dataclass(frozen=True)
class Week:
    """One timekeeper's week from Monday: (day, minutes, tenths) for seven days, and what is still a draft."""

    starts_on: date
    days: list[tuple[date, int, int]]
    draft_ids: list[str]

    @property
    def minutes(self) -> int:
        return sum(minutes for _, minutes, _ in self.days)

    @property
    def tenths(self) -> int:
        return sum(tenths for _, _, tenths in self.days)

    @property
    def previous(self) -> date:
        return self.starts_on - timedelta(days=7)

    @property
    def next(self) -> date:
        return self.starts_on + timedelta(days=7)


def find_entries(actor: Actor, wanted: Filter) -> Select[TimeEntry]:
    """The organisation's entries that match, with timekeeper and matter at hand."""
    query = entries_of(actor).join(Timekeeper, Timekeeper.id == TimeEntry.timekeeper_id)
    if wanted.state in STATES:
        query = query.where(TimeEntry.state == wanted.state)
    if wanted.matter_id:
        query = query.where(TimeEntry.matter_id == wanted.matter_id)
    for word in wanted.words.split()[:MOST_WORDS]:
        query = query.where(_has(word))
    query = query.options(joinedload(TimeEntry.timekeeper), joinedload(TimeEntry.matter))
    return query.order_by(*SORTS.get(wanted.sort, SORTS[DEFAULT_SORT]))


def _has(word: str) -> ColumnElement[bool]:
    """The word is in the narrative, in the timekeeper's name, or in the name of the code."""
    folded = word.casefold()
    named = [code.code for code in utbms.catalogue().values() if folded in code.label.casefold()]
    return or_(
        TimeEntry.narrative.icontains(word, autoescape=True),
        Timekeeper.name.icontains(word, autoescape=True),
        TimeEntry.task_code.in_(named),
        TimeEntry.activity_code.in_(named),
    )


def find_last_written(actor: Actor) -> TimeEntry | None:
    """The entry the actor wrote last, whatever became of it; what takes another back does not count."""
    query = entries_of(actor).where(
        TimeEntry.author_id == find_answerable(actor), TimeEntry.reverses_id.is_(None)
    )
    return db.session.scalar(query.order_by(TimeEntry.written_at.desc(), TimeEntry.id.desc()).limit(1))


def week_of(timekeeper: Timekeeper, day: date) -> Week:
    """The week that contains `day`."""
    monday = day - timedelta(days=day.weekday())
    week = [monday + timedelta(days=each) for each in range(7)]
    mine = select(TimeEntry).where(
        TimeEntry.timekeeper_id == timekeeper.id, TimeEntry.worked_on.between(week[0], week[-1])
    )
    entries = list(db.session.scalars(mine.order_by(TimeEntry.worked_on, TimeEntry.id)))
    days = [
        (
            each,
            sum(entry.minutes_raw for entry in entries if entry.worked_on == each),
            sum(entry.units_tenths for entry in entries if entry.worked_on == each),
        )
        for each in week
    ]
    return Week(monday, days, [entry.id for entry in entries if entry.state == DRAFT])


def approved_by_month(matter: Matter) -> list[tuple[date, int]]:
    """Approved tenths of a matter per month of work, all organisations together."""
    query = (
        select(TimeEntry.worked_on, func.sum(TimeEntry.units_tenths))
        .where(TimeEntry.matter_id == matter.id, TimeEntry.state == APPROVED)
        .group_by(TimeEntry.worked_on)
    )
    months: dict[date, int] = {}
    for day, tenths in db.session.execute(query):
        month = day.replace(day=1)
        months[month] = months.get(month, 0) + int(tenths)
    return sorted(months.items())


def approved_by_phase(matter: Matter) -> list[tuple[utbms.Code, int]]:
    """Approved tenths of a matter per UTBMS phase, all organisations together, in the order of the phases."""
    query = (
        select(TimeEntry.task_code, func.sum(TimeEntry.units_tenths))
        .where(TimeEntry.matter_id == matter.id, TimeEntry.state == APPROVED)
        .group_by(TimeEntry.task_code)
    )
    phases: dict[str, int] = {}
    for task, tenths in db.session.execute(query):
        phase = utbms.phase_of(task).code
        phases[phase] = phases.get(phase, 0) + int(tenths)
    return [(code, phases[code.code]) for code in utbms.catalogue().values() if code.code in phases]
