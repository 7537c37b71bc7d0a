"""What giving shows on a drive's staff page: goals, raised over time, donors, recent gifts."""

from datetime import date
from itertools import accumulate
from typing import Any

from flask import render_template
from markupsafe import Markup
from sqlalchemy import select

from campaigns.drives import drive_panels
from campaigns.drives.drive import Drive
from core.db import db
from donors import reading
from donors.figures import progress
from donors.figures.pacing import pace_sentence
from donors.figures.tally import DriveDay
from donors.gifts.gift import RECEIVED, Gift
from donors.reading import Wanted
from donors.words import GIFT_STATES, RHYTHM_NAMES, TONES
from staff.access import Actor

RECENT = 10


@drive_panels.panel
def giving_panel(actor: Actor, drive: Drive) -> Markup | None:
    """The figures are public ones and shown to every partner; the gifts to the organisation that got them."""
    figures = progress.read(drive.id) if drive.published_at is not None else None
    if figures is None:
        return None
    sees_gifts = actor.can("gifts.view") and drive.organisation_id == actor.organisation_id
    drawn = render_template(
        "donors/staff/_drive_panel.html",
        drive=drive,
        figures=figures,
        days=_days(drive.id),
        pace=pace_sentence(figures),
        sees_gifts=sees_gifts,
        recent=_recent(actor, drive) if sees_gifts else [],
        gift_states=GIFT_STATES,
        rhythms=RHYTHM_NAMES,
        tones=TONES,
        zone=drive.zone,
    )
    return Markup(drawn)  # noqa: S704 - drawn by our own template, which escapes


def _days(drive_id: str) -> list[tuple[date, int]]:
    """(day, raised until its end)."""
    query = select(DriveDay).where(DriveDay.drive_id == drive_id).order_by(DriveDay.on_day)
    days = list(db.session.scalars(query))
    sums = accumulate(day.raised_minor for day in days)
    return [(day.on_day, total) for day, total in zip(days, sums, strict=True)]


def _recent(actor: Actor, drive: Drive) -> list[Any]:
    query = reading.gifts_of(actor, Wanted(drive_id=drive.id)).where(Gift.state.in_(RECEIVED))
    return list(db.session.scalars(query.order_by(Gift.paid_at.desc()).limit(RECENT)))
