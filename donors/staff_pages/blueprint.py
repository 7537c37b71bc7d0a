"""The staff pages of giving share one blueprint, and what their templates know."""

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, request
from flask_babel import gettext as _

from core import clock
from core.db import db
from donors import words
from donors.reading import Wanted
from staff.access import Actor, find_actor
from staff.organisation import Organisation

bp = Blueprint("giving-staff", __name__, url_prefix="/staff")


@bp.context_processor
def what_templates_know() -> dict[str, Any]:
    actor = find_actor()
    return {
        "actor": actor,
        "zone": zone_of(actor) if actor else "UTC",
        "gift_states": words.GIFT_STATES,
        "promise_states": words.PROMISE_STATES,
        "rhythms": words.RHYTHM_NAMES,
        "instalment_states": words.INSTALMENT_STATES,
        "change_kinds": words.CHANGE_KINDS,
        "tones": words.TONES,
    }


def zone_of(actor: Actor) -> str:
    """Where the organisation's days begin and end."""
    return db.session.get_one(Organisation, actor.organisation_id).zone


def periods() -> list[tuple[str, str]]:
    """Periods that a list may be narrowed to, as words."""
    return [
        ("", _("Any time")),
        ("today", _("Today")),
        ("week", _("Seven days")),
        ("month", _("This month")),
        ("year", _("This year")),
    ]


def _since(period: str, zone: str) -> datetime | None:
    today = clock.today(zone)
    days = {
        "today": today,
        "week": today - timedelta(days=6),
        "month": today.replace(day=1),
        "year": today.replace(month=1, day=1),
    }
    return clock.opens_at(days[period], zone) if period in days else None


def asked(name: str) -> str:
    """What the address of the page asks for; without NUL, which PostgreSQL does not even compare."""
    return request.args.get(name, "").replace("\x00", "").strip()


def wanted_here(actor: Actor) -> Wanted:
    """Which gifts or promises the address of the page asks for."""
    return Wanted(
        words=asked("q"),
        state=asked("state"),
        drive_id=asked("drive"),
        kind=asked("kind"),
        since=_since(asked("period"), zone_of(actor)),
    )


def is_narrowed() -> bool:
    """Whether the list shows less than there is."""
    return any(request.args.get(name) for name in ("q", "state", "drive", "kind", "period"))
