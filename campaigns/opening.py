"""Opening a campaign, editing it, publishing and withdrawing it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from campaigns import reading
from campaigns.campaign import Campaign
from campaigns.clearance import clearing
from campaigns.clients.client import Client
from campaigns.disclosure import Warnings, ask_again, screen
from campaigns.editing import changes_of, check_version, told
from campaigns.partner import Partner
from campaigns.screening import slugs
from campaigns.shown import Shown
from core import clock
from core.db import db
from core.errors import Conflict, Forbidden, Invalid
from staff import audit
from staff.access import Actor

LONGEST = {"title": 120, "summary": 300, "story": 20_000, "petition": 5_000}


@dataclass(frozen=True, kw_only=True)
class CampaignTerms:
    """What a campaign is opened with. `slug` is suggested from the title when None; `story` is Markdown."""

    title: str
    slug: str | None = None
    summary: str = ""
    story: str = ""
    client_id: str | None = None


def open_campaign(actor: Actor, terms: CampaignTerms) -> Campaign:
    """Open a campaign that the actor's organisation leads; nothing of it is public yet.

    Raises Invalid on title, slug, summary, story and client_id.
    """
    actor.require("campaigns.edit")
    slug = terms.slug or slugs.suggest(terms.title, is_taken)
    texts = {"title": terms.title, "slug": slug, "summary": terms.summary, "story": terms.story}
    _check(texts)
    _check_client(actor, terms.client_id)
    screen(terms.client_id, texts)
    campaign = Campaign(organisation_id=actor.organisation_id, client_id=terms.client_id, **texts)
    db.session.add(campaign)
    db.session.flush()
    lead = Partner(
        campaign_id=campaign.id,
        organisation_id=actor.organisation_id,
        part="lead",
        accepted_at=clock.now(),
    )
    db.session.add(lead)
    db.session.flush()
    clearing.begin(actor, campaign)
    audit.record(actor, "campaign.opened", campaign.id, after={"title": campaign.title, "slug": slug})
    return campaign


def edit_campaign(
    actor: Actor,
    campaign_id: str,
    changes: Mapping[str, Any],
    *,
    version: int | None = None,
    looked_at: bool = False,
) -> Campaign:
    """Change title, slug, summary, story or client_id; a partner, while it is a draft, title, summary and story.
    `version` is the one the author started from.

    Raises Forbidden, Invalid on the field, Conflict `edited_meanwhile`, `look_again` (public already), `rules_frozen`
    (the address and the client of a campaign stay as they were first published).
    """
    campaign = get_editable(actor, campaign_id)
    check_version(campaign, version)
    changed = changes_of(campaign, changes)
    if campaign.organisation_id != actor.organisation_id and changed.keys() & {"slug", "client_id"}:
        raise Forbidden(_("The organisation that leads this campaign does this. Ask it."))
    if "client_id" in changed and not owns_client(actor, campaign):
        raise Conflict("client_stays", _("The client is another organisation's. The campaign stays theirs."))
    if campaign.published_at is not None and changed.keys() & {"slug", "client_id"}:
        raise Conflict("rules_frozen", _("The address and the client stay as they were published."))
    texts = {name: changed[name] for name in ("title", "slug", "summary", "story") if name in changed}
    _check(texts)
    if "client_id" in changed:
        _check_client(actor, changed["client_id"])
        texts = public_texts(campaign) | texts
    warnings = screen(changed.get("client_id", campaign.client_id), texts)
    if campaign.is_public:
        ask_again(warnings, looked_at=looked_at)
    before = {name: getattr(campaign, name) for name in changed}
    for name, value in changed.items():
        setattr(campaign, name, value)
    db.session.flush()
    if changed:
        clearing.void(actor, campaign)
        audit.record(actor, "campaign.edited", campaign.id, before=told(before), after=told(changed))
    return campaign


def publish_campaign(actor: Actor, campaign_id: str) -> Campaign:
    """Make the campaign's page public, once counsel and client have agreed to its words.

    Raises Invalid on what is missing (story, client_id), Conflict `published`, `not_approved` or
    `consent_ended`.
    """
    campaign = get_led(actor, campaign_id)
    if campaign.is_public:
        raise Conflict("published", _("This campaign is public already."))
    missing: dict[str, list[str]] = {}
    if not campaign.story:
        missing["story"] = [_("Write the story before the campaign becomes public.")]
    if not campaign.client_id:
        missing["client_id"] = [_("Choose the client, so that the page has a persona and the screen a name.")]
    if missing:
        raise Invalid(missing)
    warnings_for(campaign)
    consent = clearing.publish(actor, campaign)
    campaign.tells_bond_amount = consent.covers("bond_amount")
    db.session.flush()
    audit.record(actor, "campaign.published", campaign.id, after={"slug": campaign.slug})
    return campaign


def get_led(actor: Actor, campaign_id: str) -> Campaign:
    """The campaign, locked for a change by the organisation that leads it. Raises NotFound, Forbidden."""
    actor.require("campaigns.edit")
    campaign = reading.get(reading.campaigns_of(actor), Campaign, campaign_id, lock=True)
    if campaign.organisation_id != actor.organisation_id:
        raise Forbidden(_("The organisation that leads this campaign does this. Ask it."))
    return campaign


def get_editable(actor: Actor, campaign_id: str) -> Campaign:
    """The campaign, locked for a change of its words: by the lead, and by partners while it was never public.

    Raises NotFound, Forbidden.
    """
    actor.require("campaigns.edit")
    campaign = reading.get(reading.campaigns_of(actor), Campaign, campaign_id, lock=True)
    if not may_edit(actor, campaign, campaign):
        raise Forbidden(_("The organisation that leads this campaign does this. Ask it."))
    return campaign


def may_edit(actor: Actor, campaign: Campaign, words: Shown) -> bool:
    """Whether these words of the campaign (its own, or an update's) are the actor's organisation's to change: the
    lead's at any time, a partner's as long as they are a draft."""
    leads = campaign.organisation_id == actor.organisation_id
    return actor.can("campaigns.edit") and (leads or words.published_at is None)


def owns_client(actor: Actor, campaign: Campaign) -> bool:
    """Whether the campaign has no client yet, or one of the actor's organisation."""
    client = db.session.get(Client, campaign.client_id) if campaign.client_id else None
    return client is None or client.organisation_id == actor.organisation_id


def public_texts(campaign: Campaign) -> dict[str, str]:
    """Every word of its own that the campaign shows."""
    return {name: getattr(campaign, name) for name in ("title", "slug", "summary", "story", "picture_alt")}


def warnings_for(campaign: Campaign) -> Warnings:
    """Screen the campaign and its persona as they stand, as before each publication. Raises Invalid."""
    return clearing.warnings_for(campaign)


def is_taken(slug: str) -> bool:
    return db.session.scalar(select(Campaign.id).where(Campaign.slug == slug)) is not None


def _check(texts: Mapping[str, str]) -> None:
    wrong = wrong_texts(texts)
    slug = slugs.wrong(texts["slug"], is_taken) if "slug" in texts else None
    if slug:
        wrong["slug"] = [slug]
    if wrong:
        raise Invalid(wrong)


def wrong_texts(texts: Mapping[str, str]) -> dict[str, list[str]]:
    """What is wrong with title, summary, story and petition by their length."""
    wrong: dict[str, list[str]] = {}
    if "title" in texts and not texts["title"].strip():
        wrong["title"] = [_("Write a title.")]
    for name, longest in LONGEST.items():
        if len(texts.get(name, "")) > longest:
            wrong[name] = [_("Write %(number)s characters at most.", number=longest)]
    return wrong


def _check_client(actor: Actor, client_id: str | None) -> None:
    if client_id is None:
        return
    client = db.session.get(Client, client_id)
    if client is None or client.organisation_id != actor.organisation_id:
        raise Invalid({"client_id": [_("Choose a client of your organisation.")]})
