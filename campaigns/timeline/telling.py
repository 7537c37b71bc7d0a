"""Telling what happened in the case: drafted by month, cleared like every public text, shown after its delay."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _

from campaigns import reading
from campaigns.campaign import Campaign
from campaigns.clearance import clearing
from campaigns.clients.disclosure_consent import DisclosureConsent
from campaigns.disclosure import screen_for_campaign
from campaigns.editing import changes_of, check_version, told
from campaigns.opening import get_led
from campaigns.timeline.timeline_entry import HAPPENINGS, TimelineEntry
from core import clock
from core.db import db
from core.errors import Conflict, Invalid
from staff import audit
from staff.access import Actor

LONGEST = {"words": 200, "country": 60, "region": 60}
EARLIEST = date(1990, 1, 1)


@dataclass(frozen=True, kw_only=True)
class Happening:
    """What happened. Of `happened_on` only the month is kept."""

    what: str
    happened_on: date
    words: str = ""
    country: str = ""
    region: str = ""


def coarse(day: date) -> date:
    """A day as it may be kept: the first of its month."""
    return day.replace(day=1)


def first_shown(month: date, delay_days: int) -> date:
    """The day from which a month may be told: so many days after its end, whatever the day was."""
    next_month = (month.replace(day=1) + timedelta(days=32)).replace(day=1)
    return next_month + timedelta(days=delay_days)


def tell(actor: Actor, campaign_id: str, happening: Happening) -> TimelineEntry:
    """Draft an entry of a campaign that the actor's organisation leads. Raises NotFound, Forbidden, Invalid."""
    campaign = get_led(actor, campaign_id)
    values = {
        "what": happening.what,
        "month": happening.happened_on,
        "words": happening.words,
        "country": happening.country,
        "region": happening.region,
    }
    _check(values)
    screen_for_campaign(campaign.id, {name: values[name] for name in LONGEST})
    entry = TimelineEntry(campaign_id=campaign.id, **values | {"month": coarse(happening.happened_on)})
    db.session.add(entry)
    db.session.flush()
    clearing.begin(actor, entry)
    audit.record(actor, "timeline.written", entry.id, after=told({"what": entry.what, "month": entry.month}))
    return entry


def edit_entry(
    actor: Actor, entry_id: str, changes: Mapping[str, Any], *, version: int | None = None
) -> TimelineEntry:
    """Change what (`happened_on` for its month). What was public goes out of sight until it is cleared again.

    Raises NotFound, Forbidden, Invalid, Conflict `edited_meanwhile`.
    """
    entry = _get_led_entry(actor, entry_id)
    check_version(entry, version)
    wanted = dict(changes)
    if "happened_on" in wanted:
        wanted["month"] = coarse(wanted.pop("happened_on"))
    changed = changes_of(entry, wanted)
    _check(changed)
    screen_for_campaign(entry.campaign_id, {name: changed[name] for name in LONGEST if name in changed})
    before = {name: getattr(entry, name) for name in changed}
    for name, value in changed.items():
        setattr(entry, name, value)
    db.session.flush()
    if changed:
        clearing.void(actor, entry)
        audit.record(actor, "timeline.edited", entry.id, before=told(before), after=told(changed))
    return entry


def publish_entry(actor: Actor, entry_id: str) -> TimelineEntry:
    """Show the entry on the campaign's pages, from the day that the consent allows.

    Raises Conflict `published`, `campaign_not_public`, `not_approved`, `consent_ended`.
    """
    entry = _get_led_entry(actor, entry_id)
    if entry.is_public:
        raise Conflict("published", _("This entry is public already."))
    if not db.session.get_one(Campaign, entry.campaign_id).is_public:
        raise Conflict(
            "campaign_not_public", _("Publish the campaign first. Its timeline shows on its page.")
        )
    clearing.warnings_for(entry)
    consent = clearing.publish(actor, entry)
    entry.shown_from = first_shown(entry.month, consent.delay_days)
    entry.place = allowed_place(entry, consent)
    db.session.flush()
    audit.record(actor, "timeline.published", entry.id, after=told({"shown_from": entry.shown_from}))
    return entry


def allowed_place(entry: TimelineEntry, consent: DisclosureConsent) -> str:
    """As near as the consent allows: nothing, the country, or the region with its country."""
    country = entry.country if consent.covers("country") or consent.covers("region") else ""
    region = entry.region if consent.covers("region") else ""
    return ", ".join(part for part in (region, country) if part)


def _get_led_entry(actor: Actor, entry_id: str) -> TimelineEntry:
    entry = reading.get(reading.timeline_of(actor), TimelineEntry, entry_id, lock=True)
    get_led(actor, entry.campaign_id)
    return entry


def _check(values: Mapping[str, Any]) -> None:
    wrong: dict[str, list[str]] = {}
    if "what" in values and values["what"] not in HAPPENINGS:
        wrong["what"] = [_("Choose what happened.")]
    if "month" in values and not EARLIEST <= values["month"] <= clock.today():
        wrong["happened_on"] = [_("Choose today or an earlier day.")]
    for name, longest in LONGEST.items():
        if len(values.get(name, "")) > longest:
            wrong[name] = [_("Write %(number)s characters at most.", number=longest)]
    if wrong:
        raise Invalid(wrong)
