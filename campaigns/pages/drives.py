"""Drives: the list, and the overview that other packages add their figures to."""

from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, not_, or_
from sqlalchemy.orm import joinedload

from campaigns import reading
from campaigns.drives import drive_panels, extending
from campaigns.drives.drive import Drive
from campaigns.drives.extending import DriveExtension
from campaigns.names.naming import waiting_names
from campaigns.pages.blueprint import bp
from campaigns.pages.refusing import Attempt, attempt
from campaigns.schemas.campaign import ReasonSchema
from campaigns.schemas.extension import ExtensionSchema
from core import clock
from core.forms import Form
from core.web.paging import numbered
from staff.access import current_actor, requires


def _states(now: datetime) -> dict[str, ColumnElement[bool]]:
    """`Drive.state` as conditions."""
    published = Drive.is_shown(now)
    going_on = and_(
        published,
        or_(Drive.closed_at.is_(None), Drive.closed_at > now),
        or_(Drive.closes_at.is_(None), Drive.closes_at > now),
    )
    return {
        "draft": Drive.published_at.is_(None),
        "scheduled": and_(going_on, Drive.opens_at > now),
        "open": and_(going_on, Drive.opens_at <= now),
        "closed": and_(published, or_(Drive.closed_at <= now, Drive.closes_at <= now)),
        "withdrawn": and_(Drive.published_at.is_not(None), not_(Drive.is_shown(now))),
    }


@bp.get("/drives")
@requires("campaigns.view")
def drives() -> str:
    now, typed, state = clock.now(), request.args.get("q", "").strip(), request.args.get("state", "")
    query = reading.drives_of(current_actor()).options(
        joinedload(Drive.campaign), joinedload(Drive.organisation)
    )
    if typed:
        query = query.where(reading.matching(typed, (Drive.title, Drive.slug)))
    if state in _states(now):
        query = query.where(_states(now)[state])
    pager = numbered(query.order_by(Drive.created_at.desc(), Drive.id))
    return render_template("campaigns/drives.html", pager=pager, q=typed, state=state, now=now)


@bp.get("/drives/<drive_id>")
@requires("campaigns.view")
def drive(drive_id: str) -> str:
    return _overview(drive_id)


@bp.post("/drives/<drive_id>/extensions")
@requires("campaigns.edit")
def extend_drive_submit(drive_id: str) -> Any:
    form = Form(ExtensionSchema(), request.form)

    def extend() -> DriveExtension:
        terms = dict(form.data)
        note, looked_at = terms.pop("note"), terms.pop("looked_at")
        return extending.extend_drive(current_actor(), drive_id, terms, note=note, looked_at=looked_at)

    tried = attempt(form, extend, named={"closes_at": "closes_on"})
    if tried.done is None:
        return _overview(drive_id, extension=form, tried=tried), 422
    flash(_("The deadline is later now. The page says so, and why."))
    return redirect(url_for(".drive", drive_id=drive_id))


def _overview(drive_id: str, *, extension: Form | None = None, tried: Attempt | None = None) -> str:
    actor = current_actor()
    found = reading.get_drive(actor, drive_id)
    return render_template(
        "campaigns/drive.html",
        drive=found,
        goals=reading.goals_of(found.id),
        panels=drive_panels.panels_for(actor, found),
        closing=Form(ReasonSchema()),
        extension=extension or Form(ExtensionSchema()),
        tried=tried,
        is_own=found.organisation_id == actor.organisation_id,
        now=clock.now(),
        waiting=waiting_names(found.id),
    )
