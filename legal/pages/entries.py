"""One entry: read, corrected while it is open, thrown away, or taken back once it is certified."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core.db import transaction
from core.errors import Invalid
from core.forms import Form
from legal.hours.correcting import correct_time
from legal.hours.second_look import clock_of, warnings_of
from legal.hours.time_entry import APPROVED, STATES, TimeEntry, get_entry, is_reversed, list_returns
from legal.hours.timekeeping import discard_time, revise_time
from legal.pages.blueprint import bp, refuse
from legal.schemas.time import CorrectedWorkIn, TimeEntryIn, WhyNotIn
from staff.access import current_actor, requires


@bp.get("/hours/<entry_id>")
@requires("hours.view")
def entry(entry_id: str) -> str:
    found = get_entry(current_actor(), entry_id)
    return _entry_page(found, Form(_entry_schema(), initial=_as_typed(found)))


def _as_typed(found: TimeEntry) -> dict[str, object]:
    began = found.starts_minute
    return {
        "worked_on": found.worked_on,
        "duration": f"{found.minutes_raw}min",
        "starts_at": None if began is None else clock_of(began).rjust(5, "0"),
        "task_code": found.task_code,
        "activity_code": found.activity_code,
        "narrative": found.narrative,
    }


@bp.post("/hours/<entry_id>")
@requires("hours.enter")
def entry_submit(entry_id: str) -> AnyResponse | tuple[str, int]:
    actor = current_actor()
    form = Form(_entry_schema(), request.form)
    if not form.is_valid:
        return _entry_page(get_entry(actor, entry_id), form), 422
    try:
        with transaction():
            revised = revise_time(actor, entry_id, work=form.data["work"])
    except Invalid as refusal:
        refuse(form, refusal, named={"minutes": "duration", "starts_minute": "starts_at"})
        return _entry_page(get_entry(actor, entry_id), form), 422
    flash(_("The entry is corrected."))
    for warning in warnings_of(revised):
        flash(warning, "warn")
    return redirect(url_for("legal.hours"))


def _entry_schema() -> TimeEntryIn:
    return TimeEntryIn(exclude=("minutes", "matter_id", "timekeeper_id"))


def _entry_page(found: TimeEntry, form: Form) -> str:
    return render_template(
        "legal/entry.html",
        entry=found,
        form=form,
        states=STATES,
        returns=list_returns(found),
        can_be_corrected=_can_be_corrected(found),
    )


def _can_be_corrected(found: TimeEntry) -> bool:
    return found.state == APPROVED and found.reverses_id is None and not is_reversed(found.id)


def _correction_schema() -> CorrectedWorkIn:
    return CorrectedWorkIn(exclude=("minutes",))


@bp.get("/hours/<entry_id>/corrections")
@requires("hours.enter")
def correction(entry_id: str) -> str:
    """What a certified entry says now, to be written as it should have been."""
    found = get_entry(current_actor(), entry_id)
    return _correction_page(found, Form(_correction_schema(), initial=_as_typed(found)), Form(WhyNotIn()))


def _correction_page(found: TimeEntry, form: Form, back: Form) -> str:
    return render_template(
        "legal/correction.html",
        entry=found,
        form=form,
        back=back,
        can_be_corrected=_can_be_corrected(found),
    )


@bp.post("/hours/<entry_id>/corrections")
@requires("hours.enter")
def correction_submit(entry_id: str) -> AnyResponse | tuple[str, int]:
    actor = current_actor()
    form = Form(_correction_schema(), request.form)
    if not form.is_valid:
        return _correction_page(get_entry(actor, entry_id), form, Form(WhyNotIn())), 422
    try:
        with transaction():
            correct_time(actor, entry_id, work=form.data["work"], reason=form.data["reason"])
    except Invalid as refusal:
        refuse(form, refusal, named={"minutes": "duration", "starts_minute": "starts_at"})
        return _correction_page(get_entry(actor, entry_id), form, Form(WhyNotIn())), 422
    flash(_("The old entry is taken back and the new one waits, both until somebody else approves them."))
    return redirect(url_for("legal.hours"))


@bp.post("/hours/<entry_id>/reversals")
@requires("hours.enter")
def reversal_submit(entry_id: str) -> AnyResponse | tuple[str, int]:
    """Take a certified entry back, with nothing in its place."""
    actor = current_actor()
    back = Form(WhyNotIn(), request.form)
    if not back.is_valid:
        found = get_entry(actor, entry_id)
        form = Form(_correction_schema(), initial=_as_typed(found))
        return _correction_page(found, form, back), 422
    with transaction():
        correct_time(actor, entry_id, work=None, reason=back.data["reason"])
    flash(_("The entry is taken back as soon as somebody else approves that."))
    return redirect(url_for("legal.hours"))


@bp.post("/hours/<entry_id>/discards")
@requires("hours.enter")
def entry_discard(entry_id: str) -> AnyResponse:
    with transaction():
        discard_time(current_actor(), entry_id)
    flash(_("The draft is thrown away."))
    return redirect(url_for("legal.hours"))
