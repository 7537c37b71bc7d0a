"""The pack for a year's books, as page, CSV and PDF, and the decision about services given on a matter."""

from datetime import date

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core import clock
from core.db import transaction
from core.errors import Invalid
from core.forms import Form
from core.web import csv_out
from legal.accounts import pack_files
from legal.accounts.pack import Pack, pack
from legal.accounts.recognition import CHOICES, decide_recognition
from legal.pages.blueprint import bp, refuse
from legal.schemas.accounts import PeriodIn, RecognitionIn
from staff.access import current_actor, requires


def _asked() -> tuple[Pack, Form]:
    year = date(clock.today().year, 1, 1)
    form = Form(
        PeriodIn(), {"starts_on": year.isoformat(), "ends_on": clock.today().isoformat(), **request.args}
    )
    first, last = (form.data["starts_on"], form.data["ends_on"]) if form.is_valid else (year, clock.today())
    return pack(current_actor(), first, last), form


@bp.get("/accounts")
@requires("costs.view")
def accounts() -> str:
    return _page(Form(RecognitionIn()))


def _page(deciding: Form) -> str:
    found, form = _asked()
    return render_template(
        "legal/accounts.html",
        pack=found,
        lines=pack_files.lines(found),
        policy=pack_files.policy(),
        choices=CHOICES,
        form=form,
        deciding=deciding,
    )


@bp.get("/accounts.csv")
@requires("costs.view")
def accounts_csv() -> Response:
    found, _form = _asked()
    name = f"accounts-{found.starts_on}-{found.ends_on}.csv"
    return csv_out.download(name, pack_files.CSV_HEAD, pack_files.csv_rows(found))


@bp.get("/accounts.pdf")
@requires("costs.view")
def accounts_pdf() -> Response:
    found, _form = _asked()
    data = pack_files.as_pdf(
        found,
        organisation=current_actor().organisation_name,
        language=str(get_locale() or "en"),
        as_of=clock.now(),
    )
    name = f"accounts-{found.starts_on}-{found.ends_on}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(data, mimetype="application/pdf", headers=headers)


@bp.post("/accounts/recognitions")
@requires("costs.approve")
def recognition_submit() -> AnyResponse | tuple[str, int]:
    form = Form(RecognitionIn(), request.form)
    if not form.is_valid:
        return _page(form), 422
    try:
        with transaction():
            decide_recognition(current_actor(), form.data.pop("matter_id"), **form.data)
    except Invalid as refusal:
        refuse(form, refusal)
        return _page(form), 422
    flash(_("The decision is written down with its reason."))
    return redirect(url_for("legal.accounts"))
