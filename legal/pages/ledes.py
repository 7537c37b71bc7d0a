"""A matter's hours and costs as a LEDES 1998B file to download, and a file of another system taken in."""

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from core.db import db, transaction
from core.errors import Invalid
from core.forms import Form
from legal.costs.spending import funds_for
from legal.hours.time_entry import TimeEntry
from legal.ledes.exporting import export_ledes
from legal.ledes.importing import Into, import_ledes, matters_in
from legal.ledes.reading import LedesRefused
from legal.matters.matter import get_matter
from legal.matters.timekeeper import Timekeeper
from legal.pages.blueprint import bp
from legal.schemas.ledes import LedesPeriodIn
from staff.access import current_actor, requires

MOST_BYTES = 2_000_000


@bp.post("/matters/<matter_id>/ledes")
@requires("hours.view")
def ledes_download(matter_id: str) -> AnyResponse:
    """The file, or back to the matter with the reason."""
    form = Form(LedesPeriodIn(), request.form)
    if not form.is_valid:
        flash(_("Choose the first and the last day."), "bad")
        return redirect(url_for("legal.matter", matter_id=matter_id))
    try:
        with transaction():
            text = export_ledes(current_actor(), matter_id, **form.data)
    except (Invalid, LedesRefused) as refusal:
        flash(_told(refusal), "bad")
        return redirect(url_for("legal.matter", matter_id=matter_id))
    name = f"{form.data['starts_on']}-{form.data['ends_on']}.ledes"
    return Response(
        text,
        content_type="text/plain; charset=us-ascii",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


def _told(refusal: Invalid | LedesRefused) -> str:
    if isinstance(refusal, LedesRefused):
        return refusal.message
    return " ".join(text for texts in refusal.errors.values() for text in texts)


@bp.get("/matters/<matter_id>/ledes/import")
@requires("hours.enter")
def ledes_import(matter_id: str) -> str:
    return _import_page(matter_id)


def _import_page(matter_id: str, **shown: Any) -> str:
    actor = current_actor()
    nothing: dict[str, Any] = {"text": "", "preview": None, "problems": [], "several": {}, "wrong": {}}
    chosen = {name: request.form.get(name, "") for name in ("fund_id", "law_firm_matter_id")}
    matter = get_matter(actor, matter_id)
    funds = funds_for(matter) if actor.can("costs.claim") else []
    return render_template(
        "legal/ledes_import.html", matter=matter, funds=funds, chosen=chosen, **{**nothing, **shown}
    )


@bp.post("/matters/<matter_id>/ledes/import")
@requires("hours.enter")
def ledes_import_submit(matter_id: str) -> AnyResponse | tuple[str, int] | str:
    """First what the file would bring, with nothing written; then, when that page is sent, the drafts."""
    sent = request.files.get("file")
    try:
        text = sent.read(MOST_BYTES + 1).decode() if sent and sent.filename else request.form.get("text", "")
    except UnicodeDecodeError:
        text = ""
    if not text.strip() or len(text) > MOST_BYTES:
        flash(_("Choose a LEDES 1998B file of up to 2 MB."), "bad")
        return _import_page(matter_id), 422
    text = text.replace("\r\n", "\n")
    try:
        return _import(matter_id, text, writes="write" in request.form)
    except LedesRefused as refusal:
        return _import_page(matter_id, text=text, problems=refusal.problems), 409
    except Invalid as refusal:
        return _import_page(matter_id, text=text, several=matters_in(text), wrong=refusal.errors), 422


def _import(matter_id: str, text: str, *, writes: bool) -> AnyResponse | str:
    into = Into(
        matter_id=matter_id,
        fund_id=request.form.get("fund_id", ""),
        law_firm_matter_id=request.form.get("law_firm_matter_id", ""),
    )
    with transaction() as session:
        done = import_ledes(current_actor(), text, into)
        expenses = [(each.incurred_on, each.expense_code, each.amount) for each in done.expenses]
        entries = [
            (each.worked_on, _keeper(each), each.task_code, each.units_tenths) for each in done.entries
        ]
        if not writes:
            session.rollback()
    if not writes:
        return _import_page(matter_id, text=text, preview=done, entries=entries, expenses=expenses)
    flash(
        ngettext("One entry is written as a draft.", "%(num)d entries are written as drafts.", len(entries))
    )
    if expenses:
        flash(ngettext("One cost is claimed.", "%(num)d costs are claimed.", len(expenses)))
    return redirect(url_for("legal.hours", matter=matter_id))


def _keeper(entry: TimeEntry) -> str:
    return db.session.get_one(Timekeeper, entry.timekeeper_id).name
