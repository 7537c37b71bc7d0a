"""Pledges of hours: the public form of a drive that asks for them, the link in the mail, staff's decision."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response as AnyResponse

from core.db import transaction
from core.errors import Conflict, Invalid
from core.forms import Form
from core.security import csrf
from core.web.limits import caller, spend
from core.web.paging import numbered
from legal.pages.blueprint import bp
from legal.pledges.hours_pledge import STATES, HoursPledge, pledges_of
from legal.pledges.pledging import (
    accept_pledge,
    asking_drive,
    asking_drives,
    confirm_pledge,
    decline_pledge,
    find_pledge,
    pledge_hours,
    record_pledge,
)
from legal.schemas.pledges import HoursPledgeIn, RecordedPledgeIn
from staff.access import current_actor, requires

public = Blueprint("pledges", __name__)


@public.get("/d/<slug>/hours")
def pledge(slug: str) -> str:
    return _form_page(slug, Form(HoursPledgeIn()))


@public.post("/d/<slug>/hours")
@csrf.exempt  # nobody is signed in here, and nothing counts before the mail is answered
def pledge_submit(slug: str) -> Any:
    spend("10 per hour", "hours-pledge", caller())
    drive = asking_drive(slug)
    form = Form(HoursPledgeIn(), request.form)
    if not form.is_valid:
        return _form_page(slug, form), 422
    try:
        if not form.data["is_machine"]:
            with transaction():
                pledge_hours(drive, form.data["terms"])
    except Invalid as refusal:
        form.refuse(refusal)
        return _form_page(slug, form), 422
    except Conflict as refusal:
        form.errors["_"] = [refusal.message]
        return _form_page(slug, form), 409
    return render_template("legal/pledge_told.html", drive=drive, is_confirmed=False)


def _form_page(slug: str, form: Form) -> str:
    return render_template("legal/pledge.html", drive=asking_drive(slug), form=form)


@public.get("/hours-pledges/<token>")
def pledge_link(token: str) -> str:
    """A page with a button: programs that look into mails follow links, and press no buttons."""
    return render_template("legal/pledge_confirm.html", pledge=find_pledge(token))


@public.post("/hours-pledges/<token>")
@csrf.exempt  # the link itself is the proof
def pledge_confirm(token: str) -> str:
    with transaction():
        confirm_pledge(token)
    return render_template("legal/pledge_told.html", drive=None, is_confirmed=True)


@bp.get("/hours-pledges")
@requires("hours.view")
def hours_pledges() -> str:
    return _list_page(Form(RecordedPledgeIn()))


def _list_page(form: Form) -> str:
    query = pledges_of(current_actor()).options(joinedload(HoursPledge.drive))
    pager = numbered(query.order_by(HoursPledge.pledged_at.desc(), HoursPledge.id))
    asks = bool(asking_drives(current_actor()))
    return render_template("legal/pledges.html", pager=pager, states=STATES, form=form, asks=asks)


@bp.post("/hours-pledges")
@requires("matters.edit")
def hours_pledges_submit() -> AnyResponse | tuple[str, int]:
    form = Form(RecordedPledgeIn(), request.form)
    if not form.is_valid:
        return _list_page(form), 422
    try:
        with transaction():
            record_pledge(current_actor(), **form.data)
    except Invalid as refusal:
        form.refuse(refusal)
        return _list_page(form), 422
    except Conflict as refusal:
        flash(refusal.message, "bad")
        return _list_page(form), 409
    flash(_("The pledge is written down and waits for your decision."))
    return redirect(url_for("legal.hours_pledges"))


@bp.post("/hours-pledges/<hours_pledge_id>/acceptances")
@requires("matters.edit")
def hours_pledge_accept(hours_pledge_id: str) -> AnyResponse:
    return _decided(
        lambda: accept_pledge(current_actor(), hours_pledge_id), _("The lawyer is a timekeeper now.")
    )


@bp.post("/hours-pledges/<hours_pledge_id>/refusals")
@requires("matters.edit")
def hours_pledge_decline(hours_pledge_id: str) -> AnyResponse:
    return _decided(lambda: decline_pledge(current_actor(), hours_pledge_id), _("The pledge is declined."))


def _decided(verb: Any, said: str) -> AnyResponse:
    try:
        with transaction():
            verb()
        flash(said)
    except Invalid as refusal:
        flash(" ".join(text for texts in refusal.errors.values() for text in texts), "bad")
    except Conflict as refusal:
        flash(refusal.message, "bad")
    return redirect(url_for("legal.hours_pledges"))
