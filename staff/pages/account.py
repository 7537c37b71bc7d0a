"""My own account: how I sign in."""

from flask import render_template
from flask_login import current_user

from staff.access import requires
from staff.pages import bp


@bp.get("/account")
@requires()
def account():
    return render_template(
        "staff/account.html",
        account=current_user,
        has_codes=bool(current_user.tf_totp_secret),
        passkeys=list(current_user.webauthn),
        has_recovery_codes=bool(current_user.mf_recovery_codes),
    )
