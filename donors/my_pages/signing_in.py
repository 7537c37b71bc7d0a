"""Signing in to one's gifts: ask for a link, follow it, leave."""

import marshmallow as ma
from flask import flash, redirect, render_template, request, session
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from marshmallow import fields, validate
from werkzeug.wrappers import Response as AnyResponse

from core.db import transaction
from core.errors import NotFound
from core.forms import Form, Schema
from core.i18n import language
from core.jobs import enqueue
from core.web import limits
from donors.jobs import mail_sign_in_link
from donors.my_pages.blueprint import bp, sign_in, signed_in_email
from donors.my_pages.gifts import overview
from donors.people import signing_in

PER_ADDRESS, PER_CALLER = "5 per hour", "30 per hour"


class EmailSchema(Schema):
    email = fields.Email(
        required=True,
        validate=validate.Length(max=254),
        metadata={
            "label": lazy_gettext("E-mail"),
            "hint": lazy_gettext("The address to which your receipts go."),
            "autocomplete": "email",
        },
    )

    class Meta(Schema.Meta):
        unknown = ma.EXCLUDE


@bp.get("/")
def home() -> str:
    """One's gifts, or how to get to them."""
    if signed_in_email() is not None:
        return overview()
    return render_template("donors/my/sign_in.html", form=Form(EmailSchema()))


@bp.post("/links")
def link_submit() -> str | tuple[str, int]:
    """Ask for a link. The same work and the same words whether anybody gave from the address or not."""
    form = Form(EmailSchema(), request.form)
    if not form.is_valid:
        return render_template("donors/my/sign_in.html", form=form), 422
    limits.spend(PER_CALLER, "gifts-link-caller", limits.caller())
    limits.spend(PER_ADDRESS, "gifts-link-address", limits.digest(form.data["email"]))
    with transaction():
        link_id = signing_in.ask_for_link(form.data["email"], language=language()).id
    enqueue(mail_sign_in_link, link_id)
    return render_template("donors/my/link_sent.html")


@bp.get("/in/<token>")
def entrance(token: str) -> str:
    """Programs that look at mails follow their links: only the button on this page uses it up."""
    if signing_in.find_link(token) is None:
        return render_template("donors/my/link_spent.html")
    return render_template("donors/my/entrance.html", token=token)


@bp.post("/in/<token>")
def entrance_submit(token: str) -> AnyResponse | tuple[str, int]:
    limits.spend(PER_CALLER, "gifts-entrance", limits.caller())
    with transaction():
        link = signing_in.use_link(token)
    if link is None:
        return render_template("donors/my/link_spent.html"), 410
    sign_in(link)
    return redirect("/my/", 303)


@bp.post("/out")
def leave() -> AnyResponse:
    if session.pop("my", None) is None:
        raise NotFound
    flash(_("You are signed out."))
    return redirect("/my/", 303)
