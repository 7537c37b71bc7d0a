"""Transparency reports as staff meets them: the list, a preview of what is hidden and why, publishing, notes."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from campaigns import reading
from campaigns.campaign import Campaign
from campaigns.pages.refusing import attempt
from core.db import db, transaction
from core.errors import Conflict, Forbidden, Invalid
from core.forms import Form
from core.web.paging import numbered
from legal.acting import find_answerable
from legal.pages.blueprint import bp
from legal.reports.preparing import Prepared, ReportOrder
from legal.reports.publishing import add_note, had_a_hand, preview, publish_report, withdraw_note
from legal.reports.report import get_report, list_notes, reports_of, successor_of
from legal.reports.showing import class_name, phase_name, view
from legal.schemas.reports import NoteIn, ReportIn
from staff.access import Actor, current_actor, requires


@bp.get("/reports")
@requires("campaigns.view")
def reports() -> str:
    actor = current_actor()
    pager = numbered(reports_of(actor))
    campaigns = db.session.scalars(reading.campaigns_of(actor).order_by(Campaign.title).limit(500)).all()
    return render_template(
        "legal/reports.html",
        pager=pager,
        titles={each.id: each.title for each in campaigns},
        own=[each for each in campaigns if each.organisation_id == actor.organisation_id],
        replaced={each.supersedes_id for each in db.session.scalars(reports_of(actor).limit(500))},
    )


@bp.get("/campaigns/<campaign_id>/reports/new")
@requires("reports.publish")
def new_report(campaign_id: str) -> str:
    """What would become public, with what is hidden and why; nothing is written."""
    asked = {name: value for name, value in request.args.items() if name in ("through", "k", "supersedes_id")}
    form = Form(ReportIn(), {"k": "11", **asked})
    return _new_page(campaign_id, form)


@bp.post("/campaigns/<campaign_id>/reports/new")
@requires("reports.publish")
def new_report_submit(campaign_id: str) -> Any:
    form = Form(ReportIn(), request.form)
    tried = attempt(form, lambda: publish_report(current_actor(), campaign_id, **form.data))
    if tried.done is None:
        return _new_page(campaign_id, form, tried.warnings), 422
    flash(_("The report is public. Its figures stay as they are now."))
    return redirect(url_for("legal.report", report_id=tried.done.id))


def _new_page(campaign_id: str, form: Form, warnings: dict[str, list[str]] | None = None) -> str:
    actor = current_actor()
    campaign = reading.get_campaign(actor, campaign_id)
    prepared = _prepared(actor, campaign, form)
    return render_template(
        "legal/report_new.html",
        campaign=campaign,
        form=form,
        warnings=warnings,
        shown=view(prepared.content) if prepared else None,
        hidden=_hidden(prepared) if prepared else [],
        is_third=not had_a_hand(find_answerable(actor) or "", campaign.id),
    )


def _prepared(actor: Actor, campaign: Campaign, form: Form) -> Prepared | None:
    """None where there is nothing to publish; the form then says why."""
    order: ReportOrder = form.data.get("order") or ReportOrder()
    try:
        return preview(actor, campaign.id, order)
    except Invalid as refusal:
        form.refuse(refusal)
    except (Conflict, Forbidden) as refusal:
        if not form.errors:
            form.errors["_"] = [refusal.message]
    return None


def _hidden(prepared: Prepared) -> list[dict[str, Any]]:
    """Each hidden cell with what it holds, for the eyes of who publishes."""
    hours, lines = prepared.hours, prepared.hours.lines
    phases, classes = lines.names("phases"), lines.names("classes")
    return [
        {
            "months": lines.months[cell[0]],
            "phase": phase_name(phases[cell[1]]),
            "class": class_name(classes[cell[2]]),
            "tally": hours.cells[cell],
            "is_small": cell in hours.small,
        }
        for cell in sorted(hours.hidden)
    ]


@bp.get("/reports/<report_id>")
@requires("campaigns.view")
def report(report_id: str) -> str:
    return _page(report_id, Form(NoteIn()))


def _page(report_id: str, form: Form, warnings: dict[str, list[str]] | None = None) -> str:
    actor = current_actor()
    found = get_report(actor, report_id)
    return render_template(
        "legal/report.html",
        report=found,
        campaign=db.session.scalars(select(Campaign).where(Campaign.id == found.campaign_id)).one(),
        shown=view(found.figures),
        notes=list_notes(found),
        successor=successor_of(found),
        form=form,
        warnings=warnings,
    )


@bp.post("/reports/<report_id>/notes")
@requires("reports.publish")
def report_note_submit(report_id: str) -> Any:
    form = Form(NoteIn(), request.form)
    looked_at, body = form.data.get("looked_at", False), form.data.get("note", "")
    tried = attempt(form, lambda: add_note(current_actor(), report_id, body=body, looked_at=looked_at))
    if tried.done is None:
        return _page(report_id, form, tried.warnings), 422
    flash(_("The note stands beside the report."))
    return redirect(url_for("legal.report", report_id=report_id))


@bp.post("/report-notes/<note_id>/withdrawals")
@requires("reports.publish")
def report_note_withdraw(note_id: str) -> Any:
    with transaction():
        note = withdraw_note(current_actor(), note_id)
    flash(_("The note is withdrawn."))
    return redirect(url_for("legal.report", report_id=note.report_id))
