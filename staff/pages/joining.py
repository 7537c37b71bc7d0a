"""Accepting an invitation. The token is in the path alone: logs name the route's rule, never the path."""

from flask import current_app, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from flask_security import hash_password, login_user

from core.db import transaction
from core.errors import Invalid
from core.forms import Form
from core.web.limits import caller, spend
from staff import joining
from staff.account import User
from staff.invitation import Invitation, get_open
from staff.pages import joining_bp as bp
from staff.schemas import JoinIn
from staff.sessions import watching
from staff.words import ROLE_MEANINGS, ROLE_NAMES


@bp.get("/join/<token>")
def join(token: str):
    return _join_page(get_open(token), Form(JoinIn()))


@bp.post("/join/<token>")
def join_submit(token: str):
    """A new account for the invited address, signed in at once: whoever has the link reads its mail."""
    spend("20 per hour", "join", caller())
    form = Form(JoinIn(), request.form)
    # Spaces at the ends of a password belong to it.
    password_hash = _hash(request.form.get("password", ""), form)
    if not form.is_valid:
        return _join_page(get_open(token), form), 422
    with transaction():
        member = joining.open_account(token, name=form.data["name"], password_hash=password_hash)
    login_user(member.account, authn_via=["invitation"])
    watching.open_noted_alone()
    return _welcome(member.organisation_id, member.organisation.name)


@bp.post("/join/<token>/acceptance")
def accept(token: str):
    """The signed-in person joins with the account they have."""
    if not current_user.is_authenticated:
        return redirect(url_for("security.login", next=url_for("joining.join", token=token)))
    with transaction() as opened:
        member = joining.join(token, opened.get_one(User, current_user.id))
    return _welcome(member.organisation_id, member.organisation.name)


def _hash(password: str, form: Form) -> str:
    """The hash, made before any transaction; what is wrong with the password goes to the form."""
    if not form.is_valid:
        return ""
    wrong, normalized = current_app.extensions["security"].password_util.validate(password, True)
    if wrong:
        form.refuse(Invalid({"password": wrong}))
        return ""
    return hash_password(normalized)


def _welcome(organisation_id: str, name: str):
    session["organisation_id"] = organisation_id
    flash(_("Welcome to %(organisation)s.", organisation=name))
    return redirect(url_for("staff.home"))


def _join_page(invitation: Invitation, form: Form) -> str:
    return render_template(
        "staff/join.html",
        invitation=invitation,
        form=form,
        role=ROLE_NAMES[invitation.role],
        meaning=ROLE_MEANINGS[invitation.role],
        has_account=joining.has_account(invitation),
        signed_in_as=current_user.email if current_user.is_authenticated else None,
    )


for view in (join, join_submit, accept):
    view.guard = "invitation"  # pyright: ignore[reportFunctionMemberAccess]
