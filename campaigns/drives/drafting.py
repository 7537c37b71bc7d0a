"""Drafting a drive and editing it. Its rules are frozen when it is published, its words are not."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from campaigns import reading
from campaigns.campaign import Campaign
from campaigns.clearance import clearing
from campaigns.disclosure import ask_again, screen_for_campaign
from campaigns.drives.drive import Drive
from campaigns.drives.drive_terms import DriveTerms, GoalTerms, check_zone, deadline, wrong_goals, wrong_rules
from campaigns.drives.goal import Goal
from campaigns.editing import changes_of, check_version, told
from campaigns.funds.fund import Fund
from campaigns.opening import wrong_texts
from campaigns.screening import slugs
from core import clock
from core.db import db
from core.errors import Conflict, Forbidden, Invalid, named_by
from staff import audit
from staff.access import Actor
from staff.organisation import Organisation

TEXTS = ("title", "slug", "summary", "story", "petition")
#: Told to donors when they give, and so never changed afterwards.
FROZEN = {"slug", "zone", "opens_at", "closes_at", "grace_minutes", "grace_counts", "deductibility"}
_DEADLINE = {"closes_on", "closes_time", "closes_at"}


def draft_drive(actor: Actor, *, campaign_id: str, fund_id: str, terms: DriveTerms) -> Drive:
    """Draft a drive of a campaign, paid into a fund of the actor's organisation.

    Raises NotFound for a campaign one takes no part in, Invalid naming each field that is wrong.
    """
    actor.require("campaigns.edit")
    with named_by("campaign_id"):
        campaign = reading.get(reading.campaigns_of(actor), Campaign, campaign_id)
    fund = _own_fund(actor, fund_id, campaign)
    zone = terms.zone or db.session.get_one(Organisation, actor.organisation_id).zone
    check_zone(zone)
    values = asdict(terms) | {
        "slug": terms.slug or slugs.suggest(terms.title, is_taken),
        "zone": zone,
        "opens_at": terms.opens_at or clock.now(),
        "closes_at": deadline(asdict(terms), zone),
        "presets_minor": list(terms.presets_minor),
        "rhythms": list(terms.rhythms),
    }
    _check(values, terms.goals)
    screen_for_campaign(campaign.id, {name: values[name] for name in TEXTS})
    columns = {
        name: value for name, value in values.items() if name not in {"closes_on", "closes_time", "goals"}
    }
    drive = Drive(
        campaign_id=campaign.id,
        organisation_id=actor.organisation_id,
        fund_id=fund.id,
        currency=fund.currency,
        **columns,
    )
    db.session.add(drive)
    db.session.flush()
    _set_goals(drive, terms.goals)
    clearing.begin(actor, drive)
    audit.record(actor, "drive.drafted", drive.id, after={"title": drive.title, "campaign": campaign.id})
    return drive


def edit_drive(
    actor: Actor,
    drive_id: str,
    changes: Mapping[str, Any],
    *,
    version: int | None = None,
    looked_at: bool = False,
) -> Drive:
    """Change any of `DriveTerms`' fields. `version` is the one the author started from.

    Raises Invalid on fields, Conflict `edited_meanwhile`, `rules_frozen` (published) and `look_again`
    (published, and the new words hold what the detectors ask about).
    """
    drive = get_own(actor, drive_id)
    check_version(drive, version)
    goals: Sequence[GoalTerms] | None = changes.get("goals")
    changed = changes_of(drive, _columns(drive, changes))
    if goals is not None and list(goals) == goal_terms(drive):
        goals = None
    if drive.published_at is not None and (changed.keys() & FROZEN or goals is not None):
        raise Conflict(
            "rules_frozen",
            _("Goals, deadline, grace, address and deductibility stay as they were published."),
        )
    _check(_rules_of(drive) | changed, goals or (), texts=changed)
    warnings = screen_for_campaign(
        drive.campaign_id, {name: changed[name] for name in TEXTS if name in changed}
    )
    if drive.published_at is not None:
        ask_again(warnings, looked_at=looked_at)
    _write(actor, drive, changed, goals)
    return drive


def get_own(actor: Actor, drive_id: str) -> Drive:
    """The drive, locked for a change by the organisation whose drive it is. Raises NotFound, Forbidden."""
    actor.require("campaigns.edit")
    drive = reading.get(reading.drives_of(actor), Drive, drive_id, lock=True)
    if drive.organisation_id != actor.organisation_id:
        raise Forbidden(_("This drive belongs to another organisation of the campaign. Ask it."))
    return drive


def goal_terms(drive: Drive) -> list[GoalTerms]:
    """The drive's present goals, as they would be asked for."""
    return [
        GoalTerms(
            metric=goal.metric,
            target=goal.target,
            lookback_months=goal.lookback_months,
            steps=tuple(goal.steps),
        )
        for goal in reading.goals_of(drive.id)
    ]


def is_taken(slug: str) -> bool:
    return db.session.scalar(select(Drive.id).where(Drive.slug == slug)) is not None


def _own_fund(actor: Actor, fund_id: str, campaign: Campaign) -> Fund:
    fund = db.session.get(Fund, fund_id)
    is_own = fund is not None and fund.organisation_id == actor.organisation_id
    if fund is None or not is_own or fund.campaign_id not in {None, campaign.id}:
        raise Invalid({"fund_id": [_("Choose a fund of your organisation for this campaign.")]})
    return fund


def _columns(drive: Drive, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Changes as the drive's columns hold them, the deadline as an instant."""
    columns = {name: value for name, value in changes.items() if name not in _DEADLINE | {"goals"}}
    zone = columns.get("zone", drive.zone)
    check_zone(zone)
    for name in {"presets_minor", "rhythms"} & columns.keys():
        columns[name] = list(columns[name])
    if changes.keys() & _DEADLINE:
        # The same deadline again is no change, though by now it may have passed.
        same = changes.get("closes_on") is None and changes.get("closes_at") == drive.closes_at
        columns["closes_at"] = drive.closes_at if same else deadline(changes, zone)
    return columns


def _rules_of(drive: Drive) -> dict[str, Any]:
    names = (*("opens_at", "closes_at", "grace_minutes", "deductibility"), "min_minor", "max_minor")
    return {name: getattr(drive, name) for name in (*names, "presets_minor")}


def _check(
    values: Mapping[str, Any], goals: Sequence[GoalTerms], texts: Mapping[str, Any] | None = None
) -> None:
    texts = values if texts is None else texts
    wrong = wrong_texts(texts) | wrong_rules(values) | wrong_goals(goals)
    slug = slugs.wrong(texts["slug"], is_taken) if "slug" in texts else None
    if slug:
        wrong["slug"] = [slug]
    if wrong:
        raise Invalid(wrong)


def _write(actor: Actor, drive: Drive, changed: Mapping[str, Any], goals: Sequence[GoalTerms] | None) -> None:
    if not changed and goals is None:
        return
    before, after = {name: getattr(drive, name) for name in changed}, dict(changed)
    for name, value in changed.items():
        setattr(drive, name, value)
    if goals is not None:
        before["goals"] = [asdict(each) for each in goal_terms(drive)]
        after["goals"] = [asdict(each) for each in goals]
        _set_goals(drive, goals)
        flag_modified(drive, "title")  # goals are rows of their own; the drive's version counts them too
    db.session.flush()
    if changed.keys() & set(TEXTS):
        clearing.void(actor, drive)
    audit.record(actor, "drive.edited", drive.id, before=told(before), after=told(after))


def _set_goals(drive: Drive, goals: Sequence[GoalTerms]) -> None:
    present = {goal.metric: goal for goal in reading.goals_of(drive.id)}
    for position, terms in enumerate(goals):
        goal = present.pop(terms.metric, None) or Goal(drive_id=drive.id, metric=terms.metric)
        goal.target, goal.lookback_months, goal.position = terms.target, terms.lookback_months, position
        goal.steps = list(terms.steps)
        db.session.add(goal)
    for goal in present.values():
        db.session.delete(goal)
    db.session.flush()
