"""How gifts reach the organisation: its own account at Stripe, and whether donors may pay from bank accounts."""

import re
from typing import Any

import marshmallow as ma
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from marshmallow import fields
from werkzeug.wrappers import Response as AnyResponse

from core.db import transaction
from core.errors import Invalid
from core.forms import Form, Schema
from donors import stripe_gateway
from donors.gifts import debiting
from donors.payments import connecting
from donors.staff_pages.blueprint import bp
from donors.stripe_gateway import OwnAccount, PaymentsUnavailable, UnknownAccount
from staff.access import current_actor, requires

_ACCOUNT = re.compile(r"acct_[A-Za-z0-9_]{4,60}")


class OwnAccountSchema(Schema):
    account = fields.Str(
        required=True,
        metadata={
            "label": lazy_gettext("Account at Stripe"),
            "hint": lazy_gettext("Its id begins with acct_. Stripe shows it in the account's settings."),
        },
    )

    @ma.validates("account")
    def looks_like_one(self, value: str, **kwargs: Any) -> None:
        if not _ACCOUNT.fullmatch(value):
            raise ma.ValidationError(_("It begins with acct_ and has no spaces."))


@bp.get("/organisation/stripe")
@requires("organisation.edit")
def own_account() -> str:
    return _page(Form(OwnAccountSchema()))


@bp.post("/organisation/stripe")
@requires("organisation.edit")
def own_account_submit() -> AnyResponse | tuple[str, int]:
    """Ask Stripe about the account first, then keep it."""
    form = Form(OwnAccountSchema(), request.form)
    if not form.is_valid:
        return _page(form), 422
    try:
        seen = _ask_stripe(form.data["account"])
        with transaction():
            connecting.connect(current_actor(), seen)
    except Invalid as refusal:
        form.refuse(refusal)
        return _page(form), 422
    flash(_("New gifts are charged on %(account)s.", account=seen.id))
    return redirect(url_for(".own_account"), 303)


@bp.post("/organisation/stripe/end")
@requires("organisation.edit")
def own_account_end() -> AnyResponse:
    with transaction():
        connecting.disconnect(current_actor())
    flash(_("New gifts are charged on the installation's own account again."))
    return redirect(url_for(".own_account"), 303)


@bp.post("/organisation/debits")
@requires("organisation.edit")
def debits_submit() -> AnyResponse:
    """Offer gifts from bank accounts, or stop."""
    is_on = request.form.get("is_on") == "true"
    with transaction():
        debiting.offer(current_actor(), is_on=is_on)
    flash(
        _("Donors may give from their bank account now.") if is_on else _("New gifts are made by card alone.")
    )
    return redirect(url_for(".own_account"), 303)


def _ask_stripe(account: str) -> OwnAccount:
    try:
        return stripe_gateway.read_account(account)
    except UnknownAccount:
        raise Invalid(
            {"account": [_("Stripe knows no such account, or it is not connected to this installation.")]}
        ) from None
    except PaymentsUnavailable:
        raise Invalid({"account": [_("Stripe does not answer. Nothing was changed. Try again.")]}) from None


def _page(form: Form) -> Any:
    actor = current_actor()
    return render_template(
        "donors/staff/own_account.html",
        form=form,
        present=connecting.own_account(actor),
        takes_debits=debiting.is_on(actor.organisation_id),
    )
