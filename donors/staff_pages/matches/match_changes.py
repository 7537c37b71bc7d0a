"""Opening a match fund, editing, ordering and ending it, and what its sponsor paid."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from campaigns import reading
from campaigns.drives.drive import Drive
from campaigns.matching import paying, sponsoring
from campaigns.matching.match_fund import MatchFund
from campaigns.matching.match_terms import MatchTerms
from campaigns.matching.sponsoring import get_match_fund
from campaigns.pages.refusing import Attempt, attempt
from campaigns.schemas.campaign import ReasonSchema
from core import clock
from core.db import transaction
from core.errors import Conflict, Forbidden
from core.forms import Form
from donors.schemas.matching import MatchFundForm, MatchWhyIn, as_terms
from donors.staff_pages.blueprint import bp
from donors.staff_pages.matches.match_funds import match_fund_page, payment_form
from staff.access import current_actor, requires

_NAMED = {"opens_at": "opens_on", "closes_at": "closes_on"}


@bp.get("/drives/<drive_id>/match-funds/new")
@requires("campaigns.edit")
def new_match_fund(drive_id: str) -> str:
    drive = _own(drive_id)
    return _form_page(drive, Form(_schema(drive), initial={"match_parts": 1, "gift_parts": 1}))


@bp.post("/drives/<drive_id>/match-funds/new")
@requires("campaigns.edit")
def new_match_fund_submit(drive_id: str) -> Any:
    drive = _own(drive_id)
    form = Form(_schema(drive), request.form)

    def open_it() -> MatchFund:
        terms = MatchTerms(**as_terms(form.data, drive.zone))
        return sponsoring.open_match_fund(current_actor(), drive.id, terms, looked_at=form.data["looked_at"])

    tried = attempt(form, open_it, named=_NAMED)
    if tried.done is None:
        return _form_page(drive, form, tried=tried), 422
    flash(_("The match fund is open. Gifts begun in its window are matched."))
    return redirect(url_for(".match_funds", drive_id=drive.id), 303)


@bp.get("/match-funds/<match_fund_id>/edit")
@requires("campaigns.edit")
def edit_match_fund(match_fund_id: str) -> str:
    fund, drive = _found(match_fund_id)
    return _form_page(drive, Form(_schema(drive), initial=_form_values(fund, drive)), fund=fund)


@bp.post("/match-funds/<match_fund_id>/edit")
@requires("campaigns.edit")
def edit_match_fund_submit(match_fund_id: str) -> Any:
    fund, drive = _found(match_fund_id)
    form = Form(_schema(drive), request.form)

    def edit_it() -> MatchFund:
        return sponsoring.edit_match_fund(
            current_actor(),
            fund.id,
            _changes(fund, drive, form.data),
            version=form.data.get("version"),
            looked_at=form.data["looked_at"],
        )

    tried = attempt(form, edit_it, named=_NAMED, present=lambda: _form_values(*_found(match_fund_id)))
    if tried.done is None:
        status = 422 if tried.differences is None else 409
        return _form_page(drive, form, fund=fund, tried=tried), status
    flash(_("Saved."))
    return redirect(url_for(".match_fund", match_fund_id=fund.id), 303)


@bp.post("/match-funds/<match_fund_id>/moves")
@requires("campaigns.edit")
def move_match_fund_submit(match_fund_id: str) -> Any:
    fund, drive = _found(match_fund_id)
    with transaction():
        sponsoring.move_match_fund(current_actor(), fund.id, up=request.form.get("to") != "later")
    flash(_("Gifts from now on ask the sponsors in this order."))
    return redirect(url_for(".match_funds", drive_id=drive.id), 303)


@bp.post("/match-funds/<match_fund_id>/endings")
@requires("campaigns.edit")
def end_match_fund_submit(match_fund_id: str) -> Any:
    fund, _drive = _found(match_fund_id)
    form = Form(ReasonSchema(), request.form)
    tried = attempt(form, lambda: sponsoring.end_match_fund(current_actor(), fund.id, **form.data))
    if tried.done is None:
        return match_fund_page(fund, ending=form), 422
    flash(_("The match fund has ended. What is reserved for gifts stays reserved."))
    return redirect(url_for(".match_fund", match_fund_id=fund.id), 303)


@bp.post("/match-funds/<match_fund_id>/payments")
@requires("funds.edit")
def match_payment_submit(match_fund_id: str) -> Any:
    fund = paying.get_own(current_actor(), match_fund_id)
    form = payment_form(fund, request.form)
    tried = attempt(form, lambda: paying.record_payment(current_actor(), fund.id, **form.data))
    if tried.done is None:
        return match_fund_page(get_match_fund(current_actor(), fund.id), payment=form), 422
    flash(_("The payment is recorded and in the fund's ledger."))
    return redirect(url_for(".match_fund", match_fund_id=fund.id), 303)


@bp.post("/match-payments/<match_payment_id>/reversals")
@requires("funds.edit")
def match_payment_undo_submit(match_payment_id: str) -> Any:
    fund_id = paying.get_payment(current_actor(), match_payment_id).match_fund_id
    form = Form(MatchWhyIn(), request.form)
    if not form.is_valid:
        flash(_("Say why the payment is taken back, for the record."), "bad")
        return redirect(url_for(".match_fund", match_fund_id=fund_id), 303)
    try:
        with transaction():
            paying.undo_payment(current_actor(), match_payment_id, **form.data)
        flash(_("The payment is taken back. Both rows stay in the ledger."))
    except Conflict as refusal:
        flash(refusal.message, "bad")
    return redirect(url_for(".match_fund", match_fund_id=fund_id), 303)


def _own(drive_id: str) -> Drive:
    actor = current_actor()
    drive = reading.get_drive(actor, drive_id)
    if drive.organisation_id != actor.organisation_id:
        raise Forbidden(_("This drive belongs to another organisation of the campaign. Ask it."))
    return drive


def _found(match_fund_id: str) -> tuple[MatchFund, Drive]:
    fund = get_match_fund(current_actor(), match_fund_id)
    return fund, _own(fund.drive_id)


def _schema(drive: Drive) -> MatchFundForm:
    schema = MatchFundForm()
    schema.context_currency = drive.currency
    return schema


def _changes(fund: MatchFund, drive: Drive, data: dict[str, Any]) -> dict[str, Any]:
    """What was typed; a beginning or an end sent back as it was shown is no change, to the second."""
    shown = _window_values(fund, drive)
    typed = dict(data)
    kept = {name for name in ("closes_on", "closes_time") if typed.get(name) == shown[name]}
    is_same_end = kept == {"closes_on", "closes_time"}
    if is_same_end:
        typed |= {"closes_on": None, "closes_time": None}
    terms = as_terms(typed, drive.zone)
    if is_same_end:
        terms["closes_at"] = fund.closes_at
    if typed["opens_on"] in (None, shown["opens_on"]):
        terms["opens_at"] = fund.opens_at
    return terms


def _form_values(fund: MatchFund, drive: Drive) -> dict[str, Any]:
    names = ("sponsor", "cap", "match_parts", "gift_parts", "most_per_gift", "version")
    return {name: getattr(fund, name) for name in names} | _window_values(fund, drive)


def _window_values(fund: MatchFund, drive: Drive) -> dict[str, Any]:
    """The window as the form asks for it: days, and a time where the end is not midnight."""
    opens_on = clock.day_of(fund.opens_at, drive.zone)
    if fund.closes_at is None:
        return {"opens_on": opens_on, "closes_on": None, "closes_time": None}
    local = fund.closes_at.astimezone(ZoneInfo(drive.zone))
    day_before = local.date() - timedelta(days=1)
    if clock.closes_at(day_before, drive.zone) == fund.closes_at:
        return {"opens_on": opens_on, "closes_on": day_before, "closes_time": None}
    return {
        "opens_on": opens_on,
        "closes_on": local.date(),
        "closes_time": local.time().replace(microsecond=0),
    }


def _form_page(
    drive: Drive, form: Form, *, fund: MatchFund | None = None, tried: Attempt | None = None
) -> str:
    return render_template(
        "donors/staff/match_fund_form.html", drive=drive, form=form, fund=fund, tried=tried
    )
