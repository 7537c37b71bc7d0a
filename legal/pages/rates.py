"""Rates: what is loaded and from where, what hours of a day are worth, and loading what is missing."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core import clock
from core.db import db, transaction
from core.errors import Conflict, Invalid
from core.forms import Form
from core.money import Money
from legal.pages.blueprint import bp, refuse
from legal.rates.loading import load_rates, matrix_of, withdraw_rates
from legal.rates.rate_matrix import MATRICES, Standing
from legal.rates.rate_table import tables_of
from legal.rates.valuation import value_of
from legal.schemas.rates import RateIn, RateTableIn
from staff.access import current_actor, requires


@bp.get("/rates")
@requires("hours.view")
def rates() -> str:
    """The tables; with a query, also the value of so many hours of a day, or why there is none."""
    asked = (
        Form(RateIn(), request.args)
        if "on" in request.args
        else Form(RateIn(), initial={"on": clock.today()})
    )
    value, refusal = _value(asked) if asked.is_valid else (None, "")
    return _page(asked=asked, value=value, refusal=refusal)


def _value(asked: Form) -> tuple[tuple[Money, Money] | None, str]:
    wanted = asked.data
    try:
        table = matrix_of(wanted["matrix"], current_actor().organisation_id)
        rate = table.rate_on(wanted["on"], Standing(wanted["classification"], wanted["experience_year"]))
    except Conflict as refusal:
        return None, f"{refusal.message} ({refusal.code})"
    except Invalid as refusal:
        refuse(asked, refusal)
        return None, ""
    return (rate, value_of(int(wanted["hours"] * 10), rate)), ""


def _page(
    *,
    asked: Form | None = None,
    value: tuple[Money, Money] | None = None,
    refusal: str = "",
    loading: Form | None = None,
) -> str:
    actor = current_actor()
    return render_template(
        "legal/rates.html",
        asked=asked or Form(RateIn(), initial={"on": clock.today()}),
        value=value,
        refusal=refusal,
        loading=loading or Form(RateTableIn(), initial={"recorded_on": clock.today()}),
        matrices=[matrix_of(name, actor.organisation_id) for name in MATRICES],
        tables=list(db.session.scalars(tables_of(actor).limit(200))),
        titles={name: rules.short for name, rules in MATRICES.items()},
    )


@bp.post("/rates")
@requires("matters.edit")
def rates_submit() -> AnyResponse | tuple[str, int]:
    form = Form(RateTableIn(), request.form)
    if not form.is_valid:
        return _page(loading=form), 422
    try:
        with transaction():
            load_rates(current_actor(), **form.data)
    except Invalid as refusal:
        refuse(form, refusal)
        return _page(loading=form), 422
    except Conflict as refusal:
        form.errors = {"file": [refusal.message]}
        return _page(loading=form), 409
    flash(_("The rates are loaded. Hours certified from now on are valued by them."))
    return redirect(url_for("legal.rates"))


@bp.post("/rates/<rate_table_id>/withdrawals")
@requires("matters.edit")
def rates_withdrawal_submit(rate_table_id: str) -> AnyResponse:
    with transaction():
        withdraw_rates(current_actor(), rate_table_id)
    flash(_("The table is withdrawn. Values made by it stay, with its checksum."))
    return redirect(url_for("legal.rates"))
