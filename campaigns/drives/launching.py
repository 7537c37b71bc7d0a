"""Publishing a drive, which freezes its rules, and closing it."""

from flask_babel import gettext as _

from campaigns.campaign import Campaign
from campaigns.clearance import clearing
from campaigns.disclosure import Warnings, screen_for_campaign
from campaigns.drives.drafting import TEXTS, get_own
from campaigns.drives.drive import Drive
from campaigns.drives.goal import SIGNATURES
from campaigns.funds.fund import Fund
from campaigns.reading import goals_of
from core import clock
from core.db import db
from core.errors import Conflict, Invalid
from staff import audit
from staff.access import Actor


def publish_drive(actor: Actor, drive_id: str) -> Drive:
    """Make the drive's page public and freeze its rules, once counsel and client have agreed to its words.

    Raises Invalid on what is missing or late (story, goals, deductibility, closes_at), Conflict `published`,
    `campaign_not_public`, `not_approved` or `consent_ended`.
    """
    drive = get_own(actor, drive_id)
    if drive.is_public:
        raise Conflict("published", _("This drive is public already."))
    missing = missing_for_publication(drive) if drive.published_at is None else {}
    if missing:
        raise Invalid(missing)
    if not db.session.get_one(Campaign, drive.campaign_id).is_public:
        raise Conflict("campaign_not_public", _("Publish the campaign first. The drive's page leads to it."))
    warnings_for(drive)
    clearing.publish(actor, drive)
    rules = {
        "closes_at": drive.closes_at.isoformat() if drive.closes_at else None,
        "zone": drive.zone,
        "grace_minutes": drive.grace_minutes,
        "grace_counts": drive.grace_counts,
        "deductibility": drive.deductibility,
        "goals": {goal.metric: goal.target for goal in goals_of(drive.id)},
    }
    audit.record(actor, "drive.published", drive.id, after=rules)
    return drive


def missing_for_publication(drive: Drive) -> dict[str, list[str]]:
    """What must be there before the drive is published, by field."""
    missing: dict[str, list[str]] = {}
    if not drive.story:
        missing["story"] = [_("Write the story before the drive becomes public.")]
    if not goals_of(drive.id):
        missing["goals"] = [_("Set at least one goal.")]
    if SIGNATURES in {goal.metric for goal in goals_of(drive.id)} and not drive.petition:
        missing["petition"] = [_("Write what people sign: what is asked, and of whom.")]
    if drive.deductibility == "ask_counsel":
        missing["deductibility"] = [_("Declare whether gifts are deductible. Counsel knows.")]
    if drive.closes_at is not None and drive.closes_at <= clock.now():
        missing["closes_at"] = [_("This deadline has passed. Choose a later one.")]
    return missing


def close_drive(actor: Actor, drive_id: str, *, reason: str = "") -> Drive:
    """Take no more gifts from now on. Raises Conflict `not_public` or `closed`."""
    drive = get_own(actor, drive_id)
    if drive.published_at is None:
        raise Conflict("not_public", _("This drive is a draft. There is nothing to close."))
    now = clock.now()
    if drive.ends_at is not None and drive.ends_at <= now:
        raise Conflict("closed", _("This drive is closed already."))
    drive.closed_at = now
    db.session.flush()
    audit.record(actor, "drive.closed", drive.id, reason=reason, after={"closed_at": now.isoformat()})
    return drive


def warnings_for(drive: Drive) -> Warnings:
    """Screen the drive as it stands, and the fund's words that its page shows. Raises Invalid."""
    fund = db.session.get_one(Fund, drive.fund_id)
    texts = {name: getattr(drive, name) for name in TEXTS}
    return screen_for_campaign(drive.campaign_id, texts | {"fund_id": "\n".join(fund.words)})
