"""API tokens: list, make (shown once), revoke."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from core.db import transaction
from core.errors import Invalid
from core.forms import Form
from staff import issuing
from staff.access import current_actor, requires
from staff.pages import bp
from staff.schemas import TokenIn
from staff.words import permission_name


@bp.get("/tokens")
@requires("tokens.manage")
def list_tokens():
    return _tokens_page(Form(TokenIn()))


@bp.post("/tokens")
@requires("tokens.manage")
def issue_token():
    form = Form(TokenIn(), request.form)
    if not form.is_valid:
        return _tokens_page(form), 422
    try:
        with transaction():
            token, secret = issuing.issue(current_actor(), **form.data)
    except Invalid as refusal:
        form.refuse(refusal)
        return _tokens_page(form), 422
    # Not a redirect: the secret lives in this one answer and nowhere else, not even in the session.
    page = render_template("staff/token.html", token=token, secret=secret, permission_name=permission_name)
    return page, 201, {"Cache-Control": "no-store"}


@bp.post("/tokens/<token_id>/revocation")
@requires("tokens.manage")
def revoke_token(token_id: str):
    with transaction():
        token = issuing.revoke(current_actor(), token_id)
    flash(_("The token “%(name)s” does not work any more.", name=token.name))
    return redirect(url_for("staff.list_tokens"))


def _tokens_page(form: Form) -> str:
    return render_template(
        "staff/tokens.html",
        tokens=issuing.list_tokens(current_actor()),
        form=form,
        permission_name=permission_name,
    )
