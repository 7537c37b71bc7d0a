"""Pro bono as lawyers need it: hours toward the goals, statements for their bars, what each matter is."""

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core import clock, pdf
from core.db import transaction
from core.errors import Invalid
from core.forms import Form
from core.i18n import language
from core.web import csv_out
from legal.matters.matter import get_matter, list_matters
from legal.pages.blueprint import bp, refuse
from legal.reports.bar_report import FLORIDA_TENTHS, STATES, Added, BarReport, bar_report, this_year
from legal.reports.pro_bono_standing import BENEFICIARIES, CHANNELS, find_standing, set_standing
from legal.reports.pro_bono_year import ASPIRED_TENTHS, list_standings
from legal.schemas.pro_bono import ProBonoStandingIn, StatementIn
from staff.access import current_actor, requires

COLUMNS = ("key", "question", "hours", "dollars", "words")


@bp.get("/pro-bono")
@requires("hours.view")
def pro_bono() -> str:
    actor = current_actor()
    now = this_year(actor)
    asked = request.args.get("year", "")
    year = int(asked) if asked.isdecimal() and 2000 <= int(asked) <= now else now
    return render_template(
        "legal/pro_bono.html",
        year=year,
        years=range(now, now - 5, -1),
        standings=list_standings(actor, year),
        states=STATES,
        goals=(ASPIRED_TENTHS, FLORIDA_TENTHS),
        matters=[(each, find_standing(each.id)) for each in list_matters(actor, limit=100)],
        beneficiaries=BENEFICIARIES,
        channels=CHANNELS,
    )


@bp.get("/matters/<matter_id>/pro-bono")
@requires("hours.view")
def pro_bono_matter(matter_id: str) -> str:
    matter = get_matter(current_actor(), matter_id)
    standing = find_standing(matter.id)
    shown = {name: getattr(standing, name) for name in ProBonoStandingIn().fields}
    return render_template(
        "legal/pro_bono_matter.html", matter=matter, form=Form(ProBonoStandingIn(), initial=shown)
    )


@bp.post("/matters/<matter_id>/pro-bono")
@requires("matters.edit")
def pro_bono_matter_submit(matter_id: str) -> AnyResponse | tuple[str, int]:
    matter = get_matter(current_actor(), matter_id)
    form = Form(ProBonoStandingIn(), request.form)
    if form.is_valid:
        try:
            with transaction():
                set_standing(current_actor(), matter_id, **form.data)
            flash(_("Saved."))
            return redirect(url_for("legal.pro_bono"))
        except Invalid as refusal:
            refuse(form, refusal)
    return render_template("legal/pro_bono_matter.html", matter=matter, form=form), 422


@bp.get("/pro-bono/<timekeeper_id>/statement")
@requires("hours.view")
def bar_statement(timekeeper_id: str) -> Any:
    form, report = _asked(timekeeper_id)
    page = render_template("legal/bar_report.html", form=form, report=report)
    return page if form.is_valid else (page, 422)


@bp.get("/pro-bono/<timekeeper_id>/statement.csv")
@requires("hours.view")
def bar_statement_csv(timekeeper_id: str) -> Response:
    _form, report = _asked(timekeeper_id)
    rows = (
        (each.key, each.question, "" if each.tenths is None else each.text, each.dollars, each.words)
        for each in report.answers
    )
    return csv_out.download(f"pro-bono-{report.state}-{report.last_year}.csv", COLUMNS, list(rows))


@bp.get("/pro-bono/<timekeeper_id>/statement.pdf")
@requires("hours.view")
def bar_statement_pdf(timekeeper_id: str) -> Response:
    _form, report = _asked(timekeeper_id)
    about = {
        "language": language(),
        "title": report.title,
        "period": report.period,
        "head": (_("Question"), _("Answer")),
        "rows": [(each.question, each.text) for each in report.answers],
        "notes": notes_of(report),
    }
    name = f"pro-bono-{report.state}-{report.last_year}.pdf"
    return Response(
        pdf.render("bar_report", about, made_at=clock.now()),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "no-store"},
    )


def _asked(timekeeper_id: str) -> tuple[Form, BarReport]:
    form = Form(StatementIn(), request.args)
    wish = form.data if form.is_valid else {"state": "ny", "added": Added()}
    return form, bar_report(current_actor(), timekeeper_id, **wish)


def notes_of(report: BarReport) -> list[str]:
    """What the reader of a statement has to know."""
    said = [
        _("Certified hours alone, in tenths. Work for which a fee was expected at the outset is left out.")
    ]
    if report.state == "ny":
        said.append(
            _(
                "The rule asks for this statement separately and without a name. Retired lawyers and staff of pro"
                " bono organisations need not fill in details, but file it."
            )
        )
    return said
