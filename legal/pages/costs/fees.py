"""The fee schedule, and gifts in kind."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from campaigns.funds.purposes import COSTS
from core import clock
from core.db import transaction
from core.errors import Conflict, Invalid
from core.forms import Form
from core.web.paging import numbered
from legal.costs.fee_schedule import fees_on, load_fees
from legal.costs.in_kind import STATES, InKindCost, decide_in_kind, in_kind_of, record_in_kind
from legal.pages.blueprint import bp, refuse
from legal.schemas.fees import FeeRowsIn, InKindIn, OnIn, read_rows
from staff.access import current_actor, requires


@bp.get("/fees")
@requires("costs.view")
def fees() -> str:
    return _fees(Form(FeeRowsIn()))


def _fees(form: Form) -> str:
    day = Form(OnIn(), request.args).data.get("on") or clock.today()
    held = fees_on(current_actor().organisation_id, day)
    return render_template("legal/fees.html", fees=list(held.values()), day=day, form=form)


@bp.post("/fees")
@requires("costs.approve")
def fees_submit() -> AnyResponse | tuple[str, int]:
    form = Form(FeeRowsIn(), request.form)
    if not form.is_valid:
        return _fees(form), 422
    try:
        with transaction():
            load_fees(current_actor(), read_rows(form.data["rows"]))
    except Invalid as refusal:
        refuse(form, Invalid({"rows": [text for texts in refusal.errors.values() for text in texts]}))
        return _fees(form), 422
    flash(_("The fees are on the schedule."))
    return redirect(url_for("legal.fees"))


@bp.get("/in-kind")
@requires("costs.view")
def in_kind() -> str:
    return _in_kind(Form(InKindIn(), initial={"given_on": clock.today()}))


def _in_kind(form: Form) -> str:
    query = in_kind_of(current_actor()).order_by(InKindCost.recorded_at.desc(), InKindCost.id)
    return render_template(
        "legal/in_kind.html", pager=numbered(query), states=STATES, categories=COSTS, form=form
    )


@bp.post("/in-kind")
@requires("costs.claim")
def in_kind_submit() -> AnyResponse | tuple[str, int]:
    form = Form(InKindIn(), request.form)
    if not form.is_valid:
        return _in_kind(form), 422
    try:
        with transaction():
            record_in_kind(current_actor(), **form.data)
    except Invalid as refusal:
        refuse(form, refusal)
        return _in_kind(form), 422
    flash(_("Written down. It counts once a colleague accepts it."))
    return redirect(url_for("legal.in_kind"))


@bp.post("/in-kind/<in_kind_cost_id>/decisions")
@requires("costs.approve")
def in_kind_decide(in_kind_cost_id: str) -> AnyResponse:
    try:
        with transaction():
            decide_in_kind(current_actor(), in_kind_cost_id, accept=request.form.get("accept") == "true")
    except Conflict as refusal:
        flash(refusal.message, "bad")
    return redirect(url_for("legal.in_kind"))
