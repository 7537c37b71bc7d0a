"""Paying claims through the bank: where members are paid, runs, their files, and what became of them."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core import clock
from core.db import db, transaction
from core.errors import Conflict, Invalid
from core.forms import Form
from core.money import Money
from core.web.paging import numbered
from legal.acting import answerable
from legal.costs.payee_account import KINDS, find_account, forget_account, give_account
from legal.costs.paying_out import (
    CURRENCY,
    cancel_run,
    find_origin,
    list_payable,
    make_run,
    open_file,
    set_origin,
    settle_run,
)
from legal.costs.payment_run import STATES, PaymentRun, get_run, list_items, runs_of, sums_of
from legal.pages.blueprint import bp, names_of, refuse
from legal.schemas.paying_out import BankOriginIn, PayeeAccountIn, PaymentDayIn
from staff.access import Actor, current_actor, requires
from staff.organisation import Organisation

#: A payee account younger than this is pointed out to whoever pays.
NEW_FOR = timedelta(days=14)


@bp.get("/expenses/payee")
@requires("costs.claim")
def payee() -> str:
    return _payee_page(Form(PayeeAccountIn()))


def _payee_page(form: Form) -> str:
    account = find_account(answerable(current_actor()))
    return render_template("legal/payee.html", form=form, account=account, kinds=KINDS)


@bp.post("/expenses/payee")
@requires("costs.claim")
def payee_submit() -> AnyResponse | tuple[str, int]:
    form = Form(PayeeAccountIn(), request.form)
    if not form.is_valid:
        return _payee_page(form), 422
    try:
        with transaction():
            give_account(current_actor(), **form.data)
    except Invalid as refusal:
        refuse(form, refusal)
        return _payee_page(form), 422
    flash(_("The account is sealed. A mail tells you that it was set."))
    return redirect(url_for("legal.payee"))


@bp.post("/expenses/payee/removals")
@requires("costs.claim")
def payee_forget() -> AnyResponse:
    with transaction():
        forget_account(current_actor())
    flash(_("The account and its numbers are gone."))
    return redirect(url_for("legal.payee"))


@bp.get("/payment-runs")
@requires("costs.view")
def payment_runs() -> str:
    return _runs_page(Form(PaymentDayIn(), initial={"effective_on": _next_working_day()}))


def _runs_page(form: Form) -> str:
    actor = current_actor()
    pager = numbered(runs_of(actor).order_by(PaymentRun.made_at.desc(), PaymentRun.id))
    sums = sums_of([each.id for each in pager.items])
    payable = list_payable(actor) if actor.can("costs.pay") else []
    names = _names(each.expense.claimant_id for each in payable)
    return render_template(
        "legal/payment_runs.html",
        form=form,
        pager=pager,
        sums={key: (claims, Money(cents, CURRENCY)) for key, (claims, cents) in sums.items()},
        states=STATES,
        payable=payable,
        names=names,
        origin=find_origin(actor),
        chosen=request.form.getlist("expense_ids"),
        new_since=clock.now() - NEW_FOR,
    )


def _names(member_ids: Iterable[str]) -> dict[str, str]:
    listed = sorted(set(member_ids))
    return dict(zip(listed, names_of(listed), strict=True))


def _next_working_day() -> date:
    zone = db.session.get_one(Organisation, current_actor().organisation_id).zone
    day = clock.today(zone) + timedelta(days=1)
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() >= 5 else 0)


@bp.post("/payment-runs")
@requires("costs.pay")
def payment_runs_submit() -> AnyResponse | tuple[str, int]:
    form = Form(PaymentDayIn(), request.form)
    if not form.is_valid:
        return _runs_page(form), 422
    try:
        with transaction():
            chosen = request.form.getlist("expense_ids")
            run = make_run(current_actor(), expense_ids=chosen, **form.data)
    except Invalid as refusal:
        for text in refusal.errors.pop("expense_ids", []):
            flash(text, "bad")
        refuse(form, refusal)
        return _runs_page(form), 422
    except Conflict as refusal:
        flash(refusal.message, "bad")
        return _runs_page(form), 409
    flash(_("The run is made. Nothing is paid yet: give its file to the bank."))
    return redirect(url_for("legal.payment_run", payment_run_id=run.id))


@bp.get("/payment-runs/<payment_run_id>")
@requires("costs.view")
def payment_run(payment_run_id: str) -> str:
    run = get_run(current_actor(), payment_run_id)
    items = list_items(run)
    _claims, cents = sums_of([run.id])[run.id]
    ended_by = [run.ended_by_id] if run.ended_by_id else []
    names = _names([*(expense.claimant_id for _item, expense in items), run.made_by_id, *ended_by])
    context: dict[str, Any] = {"run": run, "items": items, "names": names, "states": STATES}
    return render_template("legal/payment_run.html", total=Money(cents, CURRENCY), **context)


@bp.post("/payment-runs/<payment_run_id>/files")
@requires("costs.pay")
def payment_run_file(payment_run_id: str) -> AnyResponse:
    form = request.form.get("form", "")
    try:
        with transaction():
            body = open_file(current_actor(), payment_run_id, form=form)
    except Conflict as refusal:
        flash(refusal.message, "bad")
        return redirect(url_for("legal.payment_run", payment_run_id=payment_run_id))
    name = f"payments-{payment_run_id[-6:]}.{'ach' if form == 'nacha' else 'csv'}"
    return Response(
        body,
        content_type="text/plain; charset=us-ascii" if form == "nacha" else "text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


@bp.post("/payment-runs/<payment_run_id>/settlements")
@requires("costs.pay")
def payment_run_settle(payment_run_id: str) -> AnyResponse:
    return _ended(payment_run_id, settle_run, _("Every claim of the run is paid from its fund."))


@bp.post("/payment-runs/<payment_run_id>/cancellations")
@requires("costs.pay")
def payment_run_cancel(payment_run_id: str) -> AnyResponse:
    return _ended(
        payment_run_id, cancel_run, _("The run is cancelled. Its claims are approved and free again.")
    )


def _ended(payment_run_id: str, verb: Callable[[Actor, str], PaymentRun], said: str) -> AnyResponse:
    try:
        with transaction():
            verb(current_actor(), payment_run_id)
    except Conflict as refusal:
        flash(refusal.message, "bad")
    else:
        flash(said)
    return redirect(url_for("legal.payment_run", payment_run_id=payment_run_id))


@bp.get("/payment-runs/bank")
@requires("costs.pay")
def bank_origin() -> str:
    names = ("bank_name", "routing", "company_name", "company_id")
    known = find_origin(current_actor())
    initial = {name: getattr(known, name) for name in names} if known else {}
    return render_template("legal/bank_origin.html", form=Form(BankOriginIn(), initial=initial))


@bp.post("/payment-runs/bank")
@requires("costs.pay")
def bank_origin_submit() -> AnyResponse | tuple[str, int]:
    form = Form(BankOriginIn(), request.form)
    if form.is_valid:
        try:
            with transaction():
                set_origin(current_actor(), **form.data)
        except Invalid as refusal:
            refuse(form, refusal)
    if not form.is_valid:
        return render_template("legal/bank_origin.html", form=form), 422
    flash(_("The bank's details are kept for every file from now on."))
    return redirect(url_for("legal.payment_runs"))
