"""What needs me today, and how my drives stand."""

from flask import redirect, render_template, url_for
from flask_login import current_user

from staff import agenda
from staff.access import find_actor
from staff.pages import bp


@bp.get("/")
def home():  # the one staff page for people who (no longer) belong to an organisation
    if not current_user.is_authenticated:
        return redirect(url_for("security.login", next="/staff/"))
    actor = find_actor()
    if actor is None:
        return render_template("staff/no_organisation.html")
    return render_template("staff/home.html", items=agenda.items_for(actor), panels=agenda.panels_for(actor))


home.guard = "signed in"  # pyright: ignore[reportFunctionMemberAccess]
