"""Drives: the list, and the overview that other packages add their figures to."""

from datetime import datetime

from flask import render_template, request
from sqlalchemy import ColumnElement, and_, not_, or_
from sqlalchemy.orm import joinedload

from campaigns import reading
from campaigns.drives import drive_panels
from campaigns.drives.drive import Drive
from campaigns.pages.blueprint import bp
from campaigns.schemas.campaign import ReasonSchema
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
    actor = current_actor()
    found = reading.get_drive(actor, drive_id)
    return render_template(
        "campaigns/drive.html",
        drive=found,
        goals=reading.goals_of(found.id),
        panels=drive_panels.panels_for(actor, found),
        closing=Form(ReasonSchema()),
        is_own=found.organisation_id == actor.organisation_id,
        now=clock.now(),
    )
