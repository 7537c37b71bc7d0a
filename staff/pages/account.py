"""My own account: how I sign in, where I am signed in, and the second step my role needs."""

from flask import flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user

from core.db import transaction
from staff import agenda, assurance
from staff.access import Actor, requires
from staff.agenda import AgendaItem
from staff.pages import bp
from staff.sessions import device, keeping, watching


@bp.get("/account")
@requires()
def account():
    present = watching.present()
    return render_template(
        "staff/account.html",
        account=current_user,
        has_codes=bool(current_user.tf_totp_secret),
        passkeys=list(current_user.webauthn),
        has_recovery_codes=bool(current_user.mf_recovery_codes),
        sessions=keeping.list_live(current_user.id),
        present_id=present.id if present else "",
    )


@bp.get("/account/second-step")
def second_step():
    """What a role that can do harm needs first; the way on once it is there."""
    if not current_user.is_authenticated:
        return redirect(url_for("security.login", next=request.path))
    if assurance.is_strong():
        flash(_("Your second step is set up. Make recovery codes for the day it is lost."))
        return redirect(url_for("security.mf_recovery_codes"))
    # Where there is one already, it has to be used: whoever knows the password alone must not add another.
    return render_template("staff/second_step.html", has_one=assurance.has_second_step(current_user))


second_step.guard = "signed in"  # pyright: ignore[reportFunctionMemberAccess]


@bp.post("/account/sessions/<session_id>/end")
@requires()
def end_session(session_id: str):
    with transaction():
        keeping.end(current_user.id, session_id)
    flash(_("That session is ended."))
    return redirect(url_for("staff.account"), 303)


@bp.post("/account/sessions/end")
@requires()
def end_other_sessions():
    """Ends every session but this one, and forgets the devices they were on."""
    with transaction():
        keeping.end_all(current_user.id, but=session.get("sid", ""), but_device=device.digest() or "")
    flash(_("You are signed out everywhere else."))
    return redirect(url_for("staff.account"), 303)


@agenda.item
def second_step_missing(actor: Actor) -> list[AgendaItem]:
    """Also where it is only offered: before going to production, people should have one."""
    if actor.role not in assurance.STRONG_ROLES or assurance.has_second_step(current_user):
        return []
    return [
        AgendaItem(_("Set up a second step for signing in"), url_for("staff.second_step"), urgency="soon")
    ]
