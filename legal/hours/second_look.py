"""What is accepted and still worth a second look: a very long day, hours that overlap, several jobs in one line."""

import re

from flask_babel import gettext as _
from sqlalchemy import func, select

from core.db import db
from legal.hours.durations import spell
from legal.hours.time_entry import TimeEntry

LONG_DAY_MINUTES = 16 * 60
#: Courts cut entries that put several tasks under one figure; two hours is where it begins to matter.
BLOCK_MINUTES = 2 * 60
_WORD = re.compile(r"\w+", re.UNICODE)


def warnings_of(entry: TimeEntry) -> list[str]:
    """Sentences for the person who wrote the entry; none refuses it."""
    found = (long_day_warning(entry), overlap_warning(entry), block_billing_warning(entry))
    return [each for each in found if each]


def long_day_warning(entry: TimeEntry) -> str | None:
    """A sentence when the timekeeper's day is over 16 hours: possible, but worth a second look."""
    query = select(func.sum(TimeEntry.minutes_raw)).where(
        TimeEntry.timekeeper_id == entry.timekeeper_id, TimeEntry.worked_on == entry.worked_on
    )
    minutes = int(db.session.scalar(query) or 0)
    if minutes <= LONG_DAY_MINUTES:
        return None
    return _("This day now has %(duration)s. Please check it.", duration=spell(minutes))


def overlap_warning(entry: TimeEntry) -> str | None:
    """A sentence when another entry of the timekeeper covers some of the same minutes. Only entries that say
    when they began can overlap; half-open, so that 9:00 to 10:00 and 10:00 to 11:00 do not."""
    if entry.starts_minute is None or entry.reverses_id:
        return None
    taken_back = select(TimeEntry.reverses_id).where(TimeEntry.reverses_id.is_not(None))
    query = select(TimeEntry.starts_minute, TimeEntry.minutes_raw).where(
        TimeEntry.timekeeper_id == entry.timekeeper_id,
        TimeEntry.worked_on == entry.worked_on,
        TimeEntry.id != entry.id,
        TimeEntry.starts_minute < entry.starts_minute + entry.minutes_raw,
        TimeEntry.starts_minute + TimeEntry.minutes_raw > entry.starts_minute,
        TimeEntry.reverses_id.is_(None),
        TimeEntry.id.not_in(taken_back),
    )
    other = db.session.execute(query.order_by(TimeEntry.starts_minute).limit(1)).first()
    if other is None:
        return None
    began, minutes = int(other[0] or 0), other[1]
    return _(
        "The hours from %(start)s overlap with an entry from %(from_)s to %(to)s.",
        start=clock_of(entry.starts_minute),
        from_=clock_of(began),
        to=clock_of(began + minutes),
    )


def block_billing_warning(entry: TimeEntry) -> str | None:
    """A sentence when more than two hours carry two or more jobs joined by a semicolon."""
    jobs = [part for part in entry.narrative.split(";") if len(_WORD.findall(part)) > 1]
    if entry.minutes_raw <= BLOCK_MINUTES or len(jobs) < 2:
        return None
    return _(
        "This entry puts %(count)s tasks under one figure. Courts prefer one entry a task.", count=len(jobs)
    )


def clock_of(minute: int) -> str:
    """Minutes after midnight as a clock shows them: 545 gives "9:05"."""
    return f"{minute // 60 % 24}:{minute % 60:02d}"
