"""Obligors: registered under a label, opened with a reason."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core.db import transaction
from core.errors import Invalid
from core.forms import Form
from legal.bonds.obligor import OpenedObligor, list_obligors, open_obligor, register_obligor
from legal.pages.blueprint import bp, refuse
from legal.schemas.bonds import ObligorIn, OpeningIn
from staff.access import current_actor, requires


@bp.get("/obligors")
@requires("costs.pay")
def obligors() -> str:
    return _page(Form(ObligorIn()))


def _page(form: Form, *, opened: OpenedObligor | None = None) -> str:
    return render_template(
        "legal/obligors.html",
        form=form,
        obligors=list_obligors(current_actor()),
        opening=Form(OpeningIn()),
        opened=opened,
    )


@bp.post("/obligors")
@requires("costs.pay")
def obligors_submit() -> AnyResponse | tuple[str, int]:
    form = Form(ObligorIn(), request.form)
    if not form.is_valid:
        return _page(form), 422
    try:
        with transaction():
            register_obligor(current_actor(), **form.data)
    except Invalid as refusal:
        refuse(form, refusal)
        return _page(form), 422
    flash(_("The obligor is registered. Name and address are sealed."))
    return redirect(url_for("legal.obligors"))


@bp.post("/obligors/<obligor_id>/openings")
@requires("costs.pay")
def obligor_open(obligor_id: str) -> AnyResponse | tuple[str, int] | str:
    form = Form(OpeningIn(), request.form)
    if form.is_valid:
        try:
            with transaction():
                opened = open_obligor(current_actor(), obligor_id, form.data["reason"])
            return _page(Form(ObligorIn()), opened=opened)
        except Invalid as refusal:
            refuse(form, refusal)
    for text in form["reason"].errors:
        flash(text, "bad")
    return redirect(url_for("legal.obligors"))
