"""Approving hours: the submitted entries that are somebody else's, one or all at a time."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response as AnyResponse

from core.db import db, transaction
from core.errors import Invalid, Refusal
from core.forms import Form
from core.money import Money
from legal.hours.approving import approvable, approve_time, return_time
from legal.hours.time_entry import TimeEntry
from legal.pages.blueprint import bp, chosen_ids, refuse
from legal.rates.loading import matrix_of
from legal.rates.valuation import value_of
from legal.schemas.time import WhyNotIn
from staff.access import current_actor, requires

#: What does not fit is certified by the week or month.
MOST_SHOWN = 100


@bp.get("/hours/approvals")
@requires("hours.approve")
def approvals() -> str:
    return _page()


def _page(wrong_id: str = "", wrong: Form | None = None) -> str:
    entries = _waiting()
    return render_template(
        "legal/approvals.html",
        entries=entries,
        total_tenths=sum(entry.units_tenths for entry in entries),
        values={entry.id: _value(entry) for entry in entries},
        blank=Form(WhyNotIn()),
        wrong_id=wrong_id,
        wrong=wrong,
    )


def _waiting() -> list[TimeEntry]:
    query = approvable(current_actor()).limit(MOST_SHOWN)
    query = query.options(joinedload(TimeEntry.timekeeper), joinedload(TimeEntry.matter))
    return list(db.session.scalars(query))


def _value(entry: TimeEntry) -> Money | None:
    """What approval will publish as the estimated value; None where no rate is loaded."""
    rate = matrix_of(entry.matter.matrix, entry.organisation_id).find_rate(
        entry.worked_on, entry.timekeeper.standing
    )
    return value_of(entry.units_tenths, rate) if rate else None


@bp.post("/hours/approvals")
@requires("hours.approve")
def approvals_submit() -> AnyResponse:
    """Approve the ticked entries: all of them, or none."""
    ticked = chosen_ids("entry_id")
    if not ticked:
        flash(_("Tick the entries to approve first."), "warn")
        return redirect(url_for("legal.approvals"))
    try:
        with transaction():
            approved = approve_time(current_actor(), ticked)
    except Refusal as refusal:
        flash(refusal.message, "bad")
        return redirect(url_for("legal.approvals"))
    count = len(approved)
    flash(
        ngettext(
            "One entry is approved and counts now.", "%(num)d entries are approved and count now.", count
        )
    )
    return redirect(url_for("legal.approvals"))


@bp.post("/hours/<entry_id>/returns")
@requires("hours.approve")
def return_submit(entry_id: str) -> AnyResponse | tuple[str, int]:
    form = Form(WhyNotIn(), request.form)
    if not form.is_valid:
        return _page(entry_id, form), 422
    try:
        with transaction():
            return_time(current_actor(), entry_id, reason=form.data["reason"])
    except Invalid as refusal:
        refuse(form, refusal)
        return _page(entry_id, form), 422
    flash(_("The entry is back with its author."))
    return redirect(url_for("legal.approvals"))
