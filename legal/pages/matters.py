"""Matters, the counsel on them, and the timekeepers of one's own organisation."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response as AnyResponse

from core import clock
from core.db import transaction
from core.errors import Invalid
from core.forms import Form
from core.web.paging import numbered
from legal.bonds.bond import Bond
from legal.bonds.bond_figures import bond_figures
from legal.hours.rounding import POLICY_LABELS
from legal.hours.timesheet import approved_by_month, approved_by_phase
from legal.matters.engaging import (
    add_counsel,
    close_matter,
    counsel_candidates,
    engage_timekeeper,
    open_matter,
)
from legal.matters.intake import PossibleConflict
from legal.matters.matter import PARTS, counsel_of, get_matter, matters_of
from legal.matters.matter import Matter as MatterRow
from legal.matters.timekeeper import CLASSES, timekeepers_of
from legal.pages.blueprint import bp, refuse
from legal.rates.comparing import WHY_UNVALUED, compare
from legal.rates.loading import matrix_of
from legal.rates.rate_matrix import DEFAULT_MATRIX, MATRICES, matrix
from legal.schemas.ledes import LedesPeriodIn
from legal.schemas.matters import CounselIn, MatterIn, TimekeeperIn
from staff.access import current_actor, requires


@bp.get("/matters")
@requires("hours.view")
def matters() -> str:
    query = matters_of(current_actor()).options(joinedload(MatterRow.campaign))
    words = request.args.get("q", "").strip()
    if words:
        query = query.where(MatterRow.title.icontains(words, autoescape=True))
    return render_template("legal/matters.html", pager=numbered(query), words=words)


@bp.get("/matters/new")
@requires("matters.edit")
def matter_new() -> str:
    return render_template(
        "legal/matter_new.html", form=Form(MatterIn(), initial={"opened_on": clock.today()})
    )


@bp.post("/matters")
@requires("matters.edit")
def matter_new_submit() -> AnyResponse | tuple[str, int]:
    form = Form(MatterIn(), request.form)
    if not form.is_valid:
        return render_template("legal/matter_new.html", form=form), 422
    try:
        with transaction():
            opened = open_matter(current_actor(), **form.data)
    except Invalid as refusal:
        refuse(form, refusal)
        return render_template("legal/matter_new.html", form=form), 422
    except PossibleConflict as refusal:
        form.errors = {"is_cleared": [refusal.message]}
        return render_template("legal/matter_new.html", form=form), 409
    flash(_("The matter is open. Add co-counsel, then write hours."))
    return redirect(url_for("legal.matter", matter_id=opened.id))


@bp.get("/matters/<matter_id>")
@requires("hours.view")
def matter(matter_id: str) -> str:
    return _matter_page(get_matter(current_actor(), matter_id), Form(CounselIn()))


def _matter_page(found: MatterRow, counsel_form: Form) -> str:
    candidates = counsel_candidates(found)
    choice = counsel_form.schema.fields["organisation_id"]
    choice.metadata = {**choice.metadata, "options": [(each.id, each.name) for each in candidates]}
    return render_template(
        "legal/matter.html",
        matter=found,
        counsel=counsel_of(found),
        candidates=candidates,
        counsel_form=counsel_form,
        parts_of_counsel=PARTS,
        policy=POLICY_LABELS[found.rounding_policy],
        rates=matrix_of(found.matrix, current_actor().organisation_id),
        **_side_by_side(found),
        figures=bond_figures(select(Bond).where(Bond.matter_id == found.id)),
        ledes_form=Form(
            LedesPeriodIn(),
            initial={"starts_on": found.opened_on, "ends_on": found.closed_on or clock.today()},
        ),
        months=approved_by_month(found),
        phases=approved_by_phase(found),
    )


def _side_by_side(found: MatterRow) -> dict[str, Any]:
    """EAJA, and the market matrix that the query names or the matter is kept by."""
    choices = [(name, matrix(name).title) for name in MATRICES if name != DEFAULT_MATRIX]
    kept = found.matrix if found.matrix != DEFAULT_MATRIX else choices[0][0]
    asked = request.args.get("market", kept)
    market = asked if asked in dict(choices) else kept
    return {
        "market": market,
        "market_choices": choices,
        "estimates": compare(
            found, [DEFAULT_MATRIX, market], organisation_id=current_actor().organisation_id
        ),
        "why_unvalued": WHY_UNVALUED,
        "classes": CLASSES,
    }


@bp.post("/matters/<matter_id>/counsel")
@requires("matters.edit")
def counsel_submit(matter_id: str) -> AnyResponse | tuple[str, int]:
    actor = current_actor()
    form = Form(CounselIn(), request.form)
    if not form.is_valid:
        return _matter_page(get_matter(actor, matter_id), form), 422
    try:
        with transaction():
            add_counsel(actor, matter_id, **form.data)
    except Invalid as refusal:
        refuse(form, refusal)
        return _matter_page(get_matter(actor, matter_id), form), 422
    flash(_("They see the matter now, and their own narratives only."))
    return redirect(url_for("legal.matter", matter_id=matter_id))


@bp.post("/matters/<matter_id>/closures")
@requires("matters.edit")
def closure_submit(matter_id: str) -> AnyResponse:
    with transaction():
        close_matter(current_actor(), matter_id, closed_on=clock.today())
    flash(_("The matter is closed. Entries of earlier days are still taken."))
    return redirect(url_for("legal.matter", matter_id=matter_id))


@bp.get("/timekeepers")
@requires("hours.view")
def timekeepers() -> str:
    return _timekeepers_page(Form(TimekeeperIn()))


def _timekeepers_page(form: Form) -> str:
    pager = numbered(timekeepers_of(current_actor()))
    return render_template("legal/timekeepers.html", pager=pager, classes=CLASSES, form=form)


@bp.post("/timekeepers")
@requires("matters.edit")
def timekeepers_submit() -> AnyResponse | tuple[str, int]:
    form = Form(TimekeeperIn(), request.form)
    if not form.is_valid:
        return _timekeepers_page(form), 422
    try:
        with transaction():
            engage_timekeeper(current_actor(), **form.data)
    except Invalid as refusal:
        refuse(form, refusal)
        return _timekeepers_page(form), 422
    flash(_("The timekeeper can be chosen in the timesheet now."))
    return redirect(url_for("legal.timekeepers"))
