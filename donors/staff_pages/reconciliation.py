"""Reconciliation: Stripe, ledger and bank in three columns, and what does not match until it is explained."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from campaigns.funds.fund import Fund
from core.db import db, transaction
from core.errors import Invalid
from core.forms import Form
from donors.payouts import comparing, explaining, sharing
from donors.payouts.payout import Payout
from donors.schemas.reconciling import ExplainSchema, load_bank_row
from donors.staff_pages.blueprint import bp
from donors.words import DIFFERENCES, PAYOUT_STATES, RECONCILED
from staff.access import current_actor, requires

LARGEST_FILE = 2 * 1024 * 1024


@bp.get("/reconciliation")
@requires("funds.view")
def reconciliation() -> str:
    current_actor().require("gifts.view")
    return _page()


@bp.post("/reconciliation/explanations/<subject>")
@requires("funds.view")
def explain_submit(subject: str) -> AnyResponse | tuple[str, int]:
    form = Form(ExplainSchema(), request.form)
    if not form.is_valid:
        return _page(wrong={subject: form}), 422
    try:
        with transaction():
            explaining.explain(current_actor(), subject, **form.data)
    except Invalid as refusal:
        form.refuse(refusal)
        return _page(wrong={subject: form}), 422
    flash(_("It is explained and not listed any more."))
    return redirect(url_for(".reconciliation"), 303)


@bp.post("/reconciliation/bank-files")
@requires("funds.view")
def bank_file_submit() -> AnyResponse | tuple[str, int]:
    """Import a bank's CSV file, all of it or nothing."""
    try:
        text = _file_text()
        with transaction():
            done = explaining.import_bank_file(current_actor(), text, load_bank_row)
    except Invalid as refusal:
        return _page(file_errors=refusal.errors.get("file", [])), 422
    flash(
        _(
            "%(new)s of %(lines)s lines were new; %(matched)s payouts were found.",
            new=done.new,
            lines=done.lines,
            matched=done.matched,
        )
    )
    return redirect(url_for(".reconciliation"), 303)


def _file_text() -> str:
    file = request.files.get("file")
    raw = file.read(LARGEST_FILE + 1) if file else b""
    if not raw:
        raise Invalid({"file": [_("Choose the bank's CSV file.")]})
    if len(raw) > LARGEST_FILE:
        raise Invalid({"file": [_("The file is larger than two megabytes.")]})
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid({"file": [_("The file is not UTF-8 text.")]}) from None
    if "\x00" in text:
        raise Invalid({"file": [_("There is a character in it that cannot be kept.")]})
    return text


def _page(*, wrong: dict[str, Form] | None = None, file_errors: list[str] | None = None) -> str:
    actor = current_actor()
    organisation_id = actor.organisation_id
    query = select(Payout).where(sharing.of(organisation_id))
    payouts = db.session.scalars(query.order_by(Payout.created_at.desc(), Payout.id).limit(50)).all()
    funds = select(Fund).where(Fund.organisation_id == organisation_id).order_by(Fund.name)
    return render_template(
        "donors/staff/reconciliation.html",
        tables=[
            (each, comparing.columns(organisation_id, each)) for each in comparing.currencies(organisation_id)
        ],
        differences=comparing.differences(organisation_id),
        payouts=payouts,
        shares=sharing.shares(organisation_id, payouts),
        funds=list(db.session.scalars(funds)) if actor.can("funds.edit") else [],
        wrong=wrong or {},
        file_errors=file_errors or [],
        names=RECONCILED,
        kinds=DIFFERENCES,
        payout_states=PAYOUT_STATES,
    )
