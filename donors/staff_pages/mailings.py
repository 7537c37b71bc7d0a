"""Mailing an update: how it will read, a test to oneself, audience and time, and what became of it."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from campaigns import reading
from campaigns.drives.drive import Drive
from core import markup
from core.db import db, transaction
from core.errors import Conflict, Invalid
from core.forms import Form
from donors.mailings import lead_moving, letter
from donors.mailings.audience import audience_of, count_audience
from donors.mailings.mailing import AUDIENCES, BECAUSE, EVERYBODY, MONTHLY, STATES
from donors.mailings.planning import (
    list_mailings,
    may_mail,
    plan_mailing,
    results_of,
    send_test,
    stop_mailing,
)
from donors.schemas.mailings import MailingForm
from donors.staff_pages.blueprint import bp, zone_of
from staff.access import current_actor, requires


@bp.get("/updates/<update_id>/mailings")
@requires("campaigns.view")
def mailings(update_id: str) -> str:
    return _page(update_id)


def _page(update_id: str, form: Form | None = None) -> str:
    actor = current_actor()
    update = reading.get_update(actor, update_id)
    found = list_mailings(actor, update_id)
    counts = {
        name: count_audience(audience_of(actor.organisation_id, update.campaign_id, name))
        for name in (EVERYBODY, MONTHLY)
    }
    return render_template(
        "donors/staff/mailings.html",
        update=update,
        body_html=markup.to_html(update.body),
        is_public=letter.is_public(update),
        mails=may_mail(actor, update),
        leads=update.campaign.organisation_id == actor.organisation_id,
        handover=lead_moving.moved(update.campaign),
        others=lead_moving.of_former_lead(actor, update),
        because=BECAUSE,
        form=form or Form(_schema(update_id), initial={"audience": EVERYBODY}),
        mailings=[(each, results_of(each)) for each in found],
        counts=counts,
        states=STATES,
        audiences=AUDIENCES,
    )


def _schema(update_id: str) -> MailingForm:
    actor = current_actor()
    campaign_id = reading.get_update(actor, update_id).campaign_id
    drives = select(Drive).where(Drive.campaign_id == campaign_id).order_by(Drive.opens_at.desc(), Drive.id)
    schema = MailingForm()
    schema.zone = zone_of(actor)
    options = [("", _("No drive")), *((each.id, each.title) for each in db.session.scalars(drives))]
    field = schema.fields["drive_id"]
    field.metadata = {**field.metadata, "options": options}
    return schema


@bp.post("/updates/<update_id>/mailings")
@requires("campaigns.edit")
def mailings_submit(update_id: str) -> Any:
    form = Form(_schema(update_id), request.form)
    if not form.is_valid:
        return _page(update_id, form), 422
    try:
        with transaction():
            mailing = plan_mailing(current_actor(), update_id, **form.data)
    except Invalid as refusal:
        form.refuse(Invalid({_FIELDS.get(name, name): texts for name, texts in refusal.errors.items()}))
        return _page(update_id, form), 422
    except Conflict as refusal:
        flash(refusal.message, "bad")
        return _page(update_id, form), 409
    flash(
        _("It goes out at the time you chose.")
        if mailing.due_at > mailing.planned_at
        else _("It goes out within a minute.")
    )
    return redirect(url_for("giving-staff.mailings", update_id=update_id))


#: How the use case calls what the form asks for in its own way.
_FIELDS = {"due_at": "on_day"}


@bp.post("/updates/<update_id>/mailings/tests")
@requires("campaigns.edit")
def mailing_test(update_id: str) -> Any:
    try:
        with transaction():
            to = send_test(current_actor(), update_id)
        flash(_("A test is on its way to %(address)s.", address=to))
    except Conflict as refusal:
        flash(refusal.message, "bad")
    return redirect(url_for("giving-staff.mailings", update_id=update_id))


@bp.post("/mailings/<mailing_id>/cancellations")
@requires("campaigns.edit")
def mailing_stop(mailing_id: str) -> Any:
    try:
        with transaction():
            update_id = stop_mailing(current_actor(), mailing_id).update_id
    except Conflict as refusal:
        flash(refusal.message, "bad")
        return redirect(url_for("campaigns.updates"))
    flash(_("It is stopped. What is handed over cannot be called back."))
    return redirect(url_for("giving-staff.mailings", update_id=update_id))
