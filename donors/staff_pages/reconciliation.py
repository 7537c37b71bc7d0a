"""Reconciliation: Stripe, ledger and bank in three columns, and what does not match until it is explained."""

from typing import Any, cast

import marshmallow as ma
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from marshmallow import fields, validate
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from campaigns.funds.fund import Fund
from core.db import db, transaction
from core.errors import Invalid, flatten
from core.forms import Form, Schema
from core.money import EXPONENTS, Money, NotMoney
from core.web.plain_words import plain
from donors.payouts import comparing, explaining
from donors.payouts.payout import Payout
from donors.staff_pages.blueprint import bp
from donors.words import DIFFERENCES, PAYOUT_STATES, RECONCILED
from staff.access import current_actor, requires

LARGEST_FILE = 2 * 1024 * 1024


class ExplainSchema(Schema):
    reason = fields.Str(
        required=True,
        validate=validate.Length(min=3, max=500),
        metadata={"label": lazy_gettext("Why"), "hint": lazy_gettext("Kept in the audit trail.")},
    )
    fund_id = fields.Str(load_default="")


class BankRowSchema(Schema):
    """One line of a bank's file; an amount out of the account is below zero."""

    date = fields.Date(required=True)
    amount = fields.Str(required=True)
    currency = fields.Str(load_default="USD", validate=validate.OneOf(list(EXPONENTS)))
    text = fields.Str(load_default="", validate=validate.Length(max=500))
    id = fields.Str(validate=validate.Length(max=100))


def load_bank_row(raw: dict[str, str]) -> dict[str, Any]:
    """Raises Invalid on the field."""
    try:
        row: dict[str, Any] = cast(Any, BankRowSchema().load(raw))
    except ma.ValidationError as refusal:
        texts = flatten(refusal.messages)
        raise Invalid({name: [plain(each) for each in said] for name, said in texts.items()}) from None
    sign, digits = (-1, row["amount"][1:]) if row["amount"].startswith("-") else (1, row["amount"])
    try:
        row["amount"] = Money(Money.parse(digits, row["currency"]).minor * sign, row["currency"])
    except NotMoney:
        raise Invalid({"amount": [_("Write the amount in digits, like 50 or -12.50.")]}) from None
    return row


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
    payouts = select(Payout).where(Payout.organisation_id == organisation_id)
    funds = select(Fund).where(Fund.organisation_id == organisation_id).order_by(Fund.name)
    return render_template(
        "donors/staff/reconciliation.html",
        tables=[
            (each, comparing.columns(organisation_id, each)) for each in comparing.currencies(organisation_id)
        ],
        differences=comparing.differences(organisation_id),
        payouts=list(db.session.scalars(payouts.order_by(Payout.created_at.desc(), Payout.id).limit(50))),
        funds=list(db.session.scalars(funds)) if actor.can("funds.edit") else [],
        wrong=wrong or {},
        file_errors=file_errors or [],
        names=RECONCILED,
        kinds=DIFFERENCES,
        payout_states=PAYOUT_STATES,
    )
