"""Updates: writing news of a campaign, publishing it on its pages, and taking it back."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from campaigns import reading
from campaigns.campaign import Campaign
from campaigns.clearance import clearing
from campaigns.disclosure import ask_again, screen_for_campaign
from campaigns.editing import changes_of, check_version, told
from campaigns.opening import get_led
from campaigns.updates.update import Update
from core.db import db
from core.errors import Conflict, Invalid
from staff import audit
from staff.access import Actor

LONGEST = {"title": 120, "body": 20_000}


def write_update(actor: Actor, campaign_id: str, *, title: str, body: str) -> Update:
    """Draft an update; `body` is Markdown. Raises NotFound, Forbidden, Invalid on title and body."""
    campaign = get_led(actor, campaign_id)
    _check({"title": title, "body": body})
    screen_for_campaign(campaign.id, {"title": title, "body": body})
    update = Update(campaign_id=campaign.id, author_id=actor.member_id, title=title, body=body)
    db.session.add(update)
    db.session.flush()
    clearing.begin(actor, update)
    audit.record(actor, "update.written", update.id, after={"title": title, "campaign": campaign.id})
    return update


def edit_update(
    actor: Actor,
    update_id: str,
    changes: Mapping[str, Any],
    *,
    version: int | None = None,
    looked_at: bool = False,
) -> Update:
    """Change title or body; partners may while it was never public.

    Raises Forbidden, Invalid, Conflict `edited_meanwhile`, `look_again` (public already).
    """
    update = reading.get(reading.updates_of(actor), Update, update_id, lock=True)
    if update.published_at is not None:
        get_led(actor, update.campaign_id)
    else:
        actor.require("campaigns.edit")
    check_version(update, version)
    changed = changes_of(update, changes)
    _check(changed)
    warnings = screen_for_campaign(update.campaign_id, changed)
    if update.is_public:
        ask_again(warnings, looked_at=looked_at)
    before = {name: getattr(update, name) for name in changed}
    for name, value in changed.items():
        setattr(update, name, value)
    db.session.flush()
    if changed:
        clearing.void(actor, update)
        audit.record(actor, "update.edited", update.id, before=told(before), after=told(changed))
    return update


def publish_update(actor: Actor, update_id: str) -> Update:
    """Show it on the campaign's pages, once counsel and client have agreed to its words.

    Raises Conflict `published`, `campaign_not_public`, `not_approved`, `consent_ended`.
    """
    update = _get_led_update(actor, update_id)
    if update.is_public:
        raise Conflict("published", _("This update is public already."))
    if not db.session.get_one(Campaign, update.campaign_id).is_public:
        raise Conflict("campaign_not_public", _("Publish the campaign first. Its updates show on its page."))
    texts = {"title": update.title, "body": update.body}
    screen_for_campaign(update.campaign_id, texts)
    clearing.publish(actor, update)
    audit.record(actor, "update.published", update.id, after=told(texts))
    return update


def _get_led_update(actor: Actor, update_id: str) -> Update:
    update = reading.get(reading.updates_of(actor), Update, update_id, lock=True)
    get_led(actor, update.campaign_id)
    return update


def _check(texts: Mapping[str, str]) -> None:
    wrong: dict[str, list[str]] = {}
    for name, longest in LONGEST.items():
        if name in texts and not texts[name].strip():
            wrong[name] = [_("This cannot be empty.")]
        elif len(texts.get(name, "")) > longest:
            wrong[name] = [_("Write %(number)s characters at most.", number=longest)]
    if wrong:
        raise Invalid(wrong)
