"""The public page of a transparency report, and its files: read from the snapshot, whatever has happened since."""

from typing import Any

from flask import Blueprint, Response, current_app, make_response, render_template
from werkzeug.wrappers import Response as AnyResponse

from campaigns.campaign import Campaign
from core.db import db
from core.errors import Gone, NotFound
from core.web import csv_out, limits
from core.web.page_cache import share
from legal.reports.report import TransparencyReport, list_notes, successor_of
from legal.reports.report_files import COLUMNS, csv_rows, document
from legal.reports.showing import view

#: More cells than this have pages of their own, one for each year.
MOST_CELLS = 60

bp = Blueprint("reports", __name__, url_prefix="/r")


@bp.get("/<report_id>")
def report(report_id: str) -> Response:
    """The same bytes for everybody; no statement asks for an hour or a cost."""
    found, campaign = _published(report_id)
    shown = view(found.figures)
    page = render_template(
        "legal/report_public.html",
        **_head(found, campaign, shown),
        years=_years(shown) if len(shown["rows"]) > MOST_CELLS else [],
        notes=list_notes(found),
        successor=successor_of(found),
        replaced=found.supersedes_id,
    )
    return share(make_response(page))


@bp.get("/<report_id>/years/<int:year>")
def report_year(report_id: str, year: int) -> Response:
    """The cells of one year: a report of many months would weigh too much on a phone in one piece."""
    found, campaign = _published(report_id)
    shown = view(found.figures)
    rows = [row for row in shown["rows"] if row["year"] == year]
    if not rows:
        raise NotFound
    head = _head(found, campaign, shown)
    page = render_template("legal/report_year.html", **head, year=year, years=_years(shown), rows=rows)
    return share(make_response(page))


def _head(found: TransparencyReport, campaign: Campaign, shown: dict[str, Any]) -> dict[str, Any]:
    organisation = found.figures["organisation"]
    return {
        "report": found,
        "campaign": campaign,
        "shown": shown,
        "organisation": organisation,
        "permalink": permalink(found),
    }


def _years(shown: dict[str, Any]) -> list[int]:
    return sorted({row["year"] for row in shown["rows"]}, reverse=True)


@bp.get("/<report_id>/report.json")
def report_json(report_id: str) -> Response:
    """The published bytes; their SHA-256 stands on the page."""
    found, _campaign = _published(report_id)
    response = current_app.response_class(found.content, content_type="application/json")
    response.headers["Access-Control-Allow-Origin"] = "*"  # public figures, for anybody's page
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return share(response)


@bp.get("/<report_id>/report.csv")
def report_csv(report_id: str) -> Response:
    """Every figure of the report in one table."""
    found, _campaign = _published(report_id)
    return csv_out.download(f"report-{found.last_month:%Y-%m}.csv", COLUMNS, csv_rows(found))


@bp.get("/<report_id>/report.pdf")
def report_pdf(report_id: str) -> AnyResponse:
    """The report as a tagged document in the reader's language."""
    found, campaign = _published(report_id)
    limits.spend_drawing()
    notes = [note.body for note in list_notes(found)]
    body = document(found, title=campaign.title, address=permalink(found), notes=notes)
    response = current_app.response_class(body, content_type="application/pdf")
    name = f"report-{found.last_month:%Y-%m}.pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return share(response)


def permalink(report: TransparencyReport) -> str:
    return f"{current_app.config['BASE_URL']}/r/{report.id}"


def _published(report_id: str) -> tuple[TransparencyReport, Campaign]:
    """Raises NotFound, and Gone where the campaign has been withdrawn, since its reports go with it, and where
    the report tells the amount of a bond to which the client no longer agrees."""
    found = None if "\x00" in report_id else db.session.get(TransparencyReport, report_id)
    if found is None:
        raise NotFound
    campaign = db.session.get_one(Campaign, found.campaign_id)
    if not campaign.is_public:
        raise Gone if campaign.published_at is not None else NotFound
    if not found.may_be_told(campaign):
        raise Gone
    return found, campaign
