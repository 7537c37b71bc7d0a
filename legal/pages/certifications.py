"""Certifying a week or month of a matter in one action, after reading what will be public."""

import calendar
from datetime import date, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from core import clock
from core.db import db, transaction
from core.errors import Invalid, Refusal
from core.forms import Form
from legal.hours.certification import list_locks, lock_for_reopening
from legal.hours.certifying import Outcome, Period, certify_period
from legal.hours.closing import reopen_period
from legal.hours.previewing import preview
from legal.matters.matter import get_matter, list_matters
from legal.matters.timekeeper import CLASSES
from legal.pages.blueprint import bp, refuse
from legal.schemas.time import PeriodIn, WhyNotIn
from staff.access import Actor, current_actor, requires
from staff.organisation import Organisation


@bp.get("/hours/certifications")
@requires("hours.approve")
def certifications() -> str:
    """The matter and the days that the query names; else the first matter and the present month so far."""
    actor, matters = current_actor(), list_matters(current_actor())
    wanted = request.args.get("matter", "")
    matter_id = wanted if wanted else matters[0].id if matters else ""
    asked = Form(PeriodIn(), request.args) if "starts_on" in request.args else None
    starts_on, ends_on = _months(actor)[0][1:]
    if asked is not None and asked.is_valid:
        starts_on, ends_on = asked.data["starts_on"], asked.data["ends_on"]
    return _page(actor, Period(matter_id=matter_id, starts_on=starts_on, ends_on=ends_on), asked=asked)


def _page(actor: Actor, period: Period, *, asked: Form | None = None, **more: Any) -> str:
    matters = list_matters(actor)
    return render_template(
        "legal/certifications.html",
        matters=[(each.id, each.title) for each in matters],
        matter=get_matter(actor, period.matter_id) if matters else None,
        period=period,
        spans=_spans(actor),
        period_form=asked
        or Form(PeriodIn(), initial={"starts_on": period.starts_on, "ends_on": period.ends_on}),
        shown=preview(actor, period) if matters else None,
        locks=list_locks(actor, period.matter_id),
        classes=CLASSES,
        **{"blank": Form(WhyNotIn()), "wrong_id": "", "wrong": None, **more},
    )


def _spans(actor: Actor) -> list[tuple[str, date, date]]:
    """The periods that people certify, in words, each with its first and last day."""
    today = _today(actor)
    monday = today - timedelta(days=today.weekday())
    return [
        *_months(actor),
        (_("This week"), monday, monday + timedelta(days=6)),
        (_("Last week"), monday - timedelta(days=7), monday - timedelta(days=1)),
    ]


def _months(actor: Actor) -> list[tuple[str, date, date]]:
    first = _today(actor).replace(day=1)
    before = (first - timedelta(days=1)).replace(day=1)
    return [(_("This month"), first, _end(first)), (_("Last month"), before, _end(before))]


def _end(first: date) -> date:
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def _today(actor: Actor) -> date:
    return clock.today(db.session.get_one(Organisation, actor.organisation_id).zone)


@bp.post("/matters/<matter_id>/certifications")
@requires("hours.approve")
def certification_submit(matter_id: str) -> AnyResponse:
    form = Form(PeriodIn(), request.form)
    days = {name: request.form.get(name, "") for name in ("starts_on", "ends_on")}
    back = url_for("legal.certifications", matter=matter_id, **days)  # pyright: ignore[reportArgumentType]
    if not form.is_valid:
        return redirect(back)
    try:
        with transaction():
            done = certify_period(current_actor(), Period(matter_id=matter_id, **form.data))
    except Invalid as refusal:
        flash(" ".join(text for texts in refusal.errors.values() for text in texts), "bad")
        return redirect(back)
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        flash(refusal.message, "bad")
        return redirect(back)
    _tell(done)
    return redirect(back)


def _tell(done: Outcome) -> None:
    count = done.certification.entries
    flash(ngettext("One entry is certified.", "%(num)d entries are certified.", count))
    if done.lock:
        flash(_("The period is closed. What is in it changes by a correction only."))
    else:
        flash(
            ngettext(
                "One entry is still open, so the period stays open too.",
                "%(num)d entries are still open, so the period stays open too.",
                done.left_open,
            ),
            "warn",
        )


@bp.post("/period-locks/<period_lock_id>/reopenings")
@requires("hours.approve")
def reopening_submit(period_lock_id: str) -> AnyResponse | tuple[str, int]:
    actor = current_actor()
    form = Form(WhyNotIn(), request.form)
    lock = lock_for_reopening(actor, period_lock_id)
    period = Period(matter_id=lock.matter_id, starts_on=lock.starts_on, ends_on=lock.ends_on)
    if not form.is_valid:
        return _page(actor, period, wrong_id=period_lock_id, wrong=form), 422
    try:
        with transaction():
            reopen_period(actor, lock_for_reopening(actor, period_lock_id), reason=form.data["reason"])
    except Invalid as refusal:
        refuse(form, refusal)
        return _page(actor, period, wrong_id=period_lock_id, wrong=form), 422
    flash(_("The period takes new entries again. What is certified stays certified."))
    return redirect(url_for("legal.certifications", matter=period.matter_id))
