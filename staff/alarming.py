"""Alarms by mail: to who runs the installation, or to who answers for an organisation's money. Each once by its key."""

from collections.abc import Iterable

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import func, select

from core import clock
from core.db import db
from core.mail import queue_mail
from core.operating import watching
from core.operating.job_run import JobRun
from staff.account import User
from staff.member import Member

MONEY_ROLES = ("owner", "finance")


def tell_operators(key: str, subject: str, text: str) -> None:
    """Mail whoever AMPARO_OPERATORS names; where it names nobody, every owner."""
    _tell(key, current_app.config["SETTINGS"].operators or _addresses(("owner",)), subject, text)


def tell_of_money(key: str, organisation_id: str, subject: str, text: str) -> None:
    """Mail the organisation's owners and finance."""
    _tell(key, _addresses(MONEY_ROLES, Member.organisation_id == organisation_id), subject, text)


def _addresses(roles: tuple[str, ...], *which: object) -> list[str]:
    query = select(func.lower(User.email)).join(Member, Member.account_id == User.id).distinct()
    present = query.where(Member.role.in_(roles), Member.left_at.is_(None), *which)  # pyright: ignore[reportArgumentType]
    return list(db.session.scalars(present.order_by(func.lower(User.email))))


def _tell(key: str, addresses: Iterable[str], subject: str, text: str) -> None:
    for address in addresses:
        queue_mail(key=f"alarm:{key}:{address}", to=address, subject=subject, text=text)


def watch(*, expects_all: bool = False) -> int:
    """Look at the register of scheduled jobs and tell what nobody knows yet; returns how many jobs are late.
    `expects_all`: also those of a worker that was never started."""
    found = watching.look(expects_all=expects_all)
    at = clock.now().isoformat()
    if found.stopped:
        tell_operators(
            f"jobs-late:{at}",
            _("Scheduled work on Amparo has stopped"),
            "\n".join(
                [
                    _("These jobs have not run in their time:"),
                    "",
                    *(f"- {sentence_about(each)}" for each in found.stopped),
                    "",
                    _(
                        "See that `flask worker` is running. `flask jobs status` and the staff page show more:"
                    ),
                    f"{current_app.config['BASE_URL']}/staff/jobs",
                ]
            ),
        )
    if found.all_run_again:
        text = _("Every scheduled job has run in its time again. There is nothing to do.")
        tell_operators(f"jobs-well:{at}", _("Scheduled work on Amparo runs again"), text)
    return len(watching.list_late())


def sentence_about(run: JobRun) -> str:
    """One line on a job: its name, when it last ended well, and how it failed since."""
    since = run.ended_at
    words = f"{run.name}: " + (
        _("last ended well at %(at)s UTC", at=f"{since:%Y-%m-%d %H:%M}")
        if since
        else _("has never ended well")
    )
    if run.is_failing and run.failed_at:
        at = f"{run.failed_at:%Y-%m-%d %H:%M}"
        words += "; " + _("failed at %(at)s UTC (%(kind)s)", at=at, kind=run.failure)
    return words
