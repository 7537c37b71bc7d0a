"""The watch over scheduled jobs: which have not run in their time, and who has yet to be told.

A worker that is dead cannot say so. What is late is therefore told on several ways: by mail from whichever process
looks, on `/metrics`, on a staff page, and by a command that ends with 1.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from core import clock, jobs
from core.db import db
from core.operating.job_run import JobRun, know

log = logging.getLogger(__name__)
#: Late jobs are told of when they are still late after this long: a worker that has just come back catches up first.
SEEN_FOR = timedelta(minutes=3)


@dataclass(frozen=True)
class Found:
    """What a look at the register brings to tell: jobs that stopped, or that all run again."""

    stopped: tuple[JobRun, ...] = ()
    all_run_again: bool = False


def list_runs() -> list[JobRun]:
    """A row for each scheduled job of this version, by name; one that is not known yet has none."""
    names = [each.name for each in jobs.periodic_jobs()]
    return list(db.session.scalars(select(JobRun).where(JobRun.name.in_(names)).order_by(JobRun.name)))


def list_late() -> list[JobRun]:
    return [each for each in list_runs() if each.is_late]


def look(*, expects_all: bool) -> Found:
    """Note what is late and what runs again; says what nobody has been told of. One look at a time.

    From now on every job is waited for that is declared: at once with `expects_all`, otherwise as soon as one has
    been run.
    """
    ran = select(JobRun.name).where(JobRun.ended_at.is_not(None)).limit(1)
    if expects_all or db.session.scalar(ran) is not None:
        for each in jobs.periodic_jobs():
            know(each.name, each.minutes or 0)
    names = [each.name for each in jobs.periodic_jobs()]
    query = select(JobRun).where(JobRun.name.in_(names)).order_by(JobRun.name).with_for_update()
    rows = list(db.session.scalars(query.execution_options(populate_existing=True)))
    now = clock.now()
    was_alarming = any(row.alarmed_at for row in rows)
    for row in rows:
        if not row.is_late:
            row.late_since = row.alarmed_at = None
        elif row.late_since is None or _has_run_since(row, row.late_since):
            row.late_since = now
    stopped = [
        row for row in rows if row.late_since and not row.alarmed_at and row.late_since <= now - SEEN_FOR
    ]
    for row in stopped:
        row.alarmed_at = now
    db.session.flush()
    late = tuple(row for row in rows if row.late_since) if stopped else ()
    return Found(late, was_alarming and not any(row.late_since for row in rows))


def _has_run_since(row: JobRun, moment: datetime) -> bool:
    """It caught up after it was seen late, and is late anew."""
    return row.ended_at is not None and row.ended_at >= moment


class JobMetrics(Collector):
    """Seconds since each scheduled job last ended well, and whether that is too long."""

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        age = GaugeMetricFamily("amparo_job_age_seconds", "Since the last good run", labels=["job"])
        late = GaugeMetricFamily("amparo_job_late", "1: it has not run in its time", labels=["job"])
        try:
            rows = list_runs()
        except SQLAlchemyError:
            log.exception("the register of jobs could not be read")
            return
        now = clock.now()
        for row in rows:
            age.add_metric([row.name], (now - (row.ended_at or row.known_at)).total_seconds())
            late.add_metric([row.name], float(row.is_late))
        yield age
        yield late
