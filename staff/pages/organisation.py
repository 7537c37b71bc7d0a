"""The organisation's own facts, and changing from one of mine to another."""

from zoneinfo import available_timezones

from flask import flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user

from core.db import transaction
from core.errors import NotFound
from core.forms import Form
from staff import organising
from staff.access import current_actor, memberships, requires
from staff.pages import bp
from staff.pages.proposals import waits_for_second
from staff.schemas import OrganisationIn


@bp.get("/organisation")
@requires("organisation.edit")
def organisation():
    present = organising.get_organisation(current_actor())
    initial = {name: getattr(present, name) for name in organising.FIELDS}
    return _organisation_page(Form(OrganisationIn(), initial=initial))


@bp.post("/organisation")
@requires("organisation.edit")
def organisation_submit():
    form = Form(OrganisationIn(), request.form)
    if not form.is_valid:
        return _organisation_page(form), 422
    with transaction():
        proposal = organising.edit(current_actor(), **form.data)
    if proposal is not None:
        return waits_for_second(proposal)
    flash(_("The organisation is changed."))
    return redirect(url_for("staff.organisation"))


@bp.post("/organisation/switch")
@requires()
def switch_organisation():
    """Go on as a member of another organisation of mine. Anybody else's is not found."""
    wanted = request.form.get("organisation_id", "")
    if wanted not in {each.organisation_id for each in memberships(current_user.id)}:
        raise NotFound
    session["organisation_id"] = wanted
    return redirect(url_for("staff.home"))


def _organisation_page(form: Form) -> str:
    return render_template("staff/organisation.html", form=form, zones=sorted(available_timezones()))
