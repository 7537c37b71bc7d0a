"""Scheduled work, for owners: what runs by itself, when it last did, and what has stopped."""

from flask import render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from core.operating import watching
from staff import agenda, organising
from staff.access import Actor, current_actor, requires
from staff.agenda import AgendaItem
from staff.pages import bp


@bp.get("/jobs")
@requires("organisation.edit")
def jobs() -> str:
    runs = watching.list_runs()
    return render_template(
        "staff/jobs.html",
        runs=runs,
        late=sum(run.is_late for run in runs),
        how_often=how_often,
        zone=organising.get_organisation(current_actor()).zone,
    )


@agenda.item
def stopped_jobs(actor: Actor) -> list[AgendaItem]:
    if not actor.can("organisation.edit"):
        return []
    count = len(watching.list_late())
    text = ngettext(
        "One scheduled job has not run in its time",
        "%(num)d scheduled jobs have not run in their time",
        count,
    )
    return [AgendaItem(text, url_for("staff.jobs"), count, "now")] if count else []


def how_often(minutes: int) -> str:
    return _("every hour") if minutes >= 59 else ngettext("every minute", "every %(num)d minutes", minutes)
