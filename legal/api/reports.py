"""Transparency reports for software: listed, read, published; notes beside them."""

from typing import Any

from core.db import transaction
from core.web.paging import Page, page
from legal.api.blueprint import bp
from legal.reports.publishing import add_note, publish_report, withdraw_note
from legal.reports.report import ReportNote, TransparencyReport, get_report, reports_of
from legal.schemas.reports import NoteIn, NoteOut, ReportIn, ReportOut
from staff.access import current_actor
from staff.bearer import token_required
from staff.schemas import PieceIn, piece_of


@bp.get("/transparency-reports")
@token_required("campaigns.view")
@bp.arguments(PieceIn, location="query")
@bp.response(200, piece_of(ReportOut, "TransparencyReports"))
def list_reports(query: dict[str, Any]) -> Page:
    """The reports of the organisation's campaigns, superseded ones too, the latest first."""
    found = reports_of(current_actor()).order_by(None)
    return page(found, (TransparencyReport.published_at, TransparencyReport.id), **query)


@bp.get("/transparency-reports/<report_id>")
@token_required("campaigns.view")
@bp.response(200, ReportOut)
def read_report(report_id: str) -> TransparencyReport:
    """One report as it was published."""
    return get_report(current_actor(), report_id)


@bp.post("/campaigns/<campaign_id>/transparency-reports")
@token_required("reports.publish")
@bp.arguments(ReportIn)
@bp.response(201, ReportOut)
def create_report(body: dict[str, Any], campaign_id: str) -> TransparencyReport:
    """Publish the months that no report has told yet, or correct the latest report."""
    with transaction():
        return publish_report(current_actor(), campaign_id, **body)


@bp.post("/transparency-reports/<report_id>/notes")
@token_required("reports.publish")
@bp.arguments(NoteIn)
@bp.response(201, NoteOut)
def create_note(body: dict[str, Any], report_id: str) -> ReportNote:
    """Put words beside a report."""
    with transaction():
        return add_note(current_actor(), report_id, body=body["note"], looked_at=body["looked_at"])


@bp.delete("/report-notes/<note_id>")
@token_required("reports.publish")
@bp.response(200, NoteOut)
def delete_note(note_id: str) -> ReportNote:
    """Withdraw a note; the figures stay."""
    with transaction():
        return withdraw_note(current_actor(), note_id)
