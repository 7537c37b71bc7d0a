"""Opening matters and engaging the people and organisations that work on them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from campaigns.campaign import Campaign
from campaigns.partner import Partner
from campaigns.reading import campaigns_of, get_campaign
from core import clock
from core.db import db
from core.errors import Conflict, Invalid, named_by
from legal.hours.rounding import DEFAULT_POLICY, POLICIES
from legal.matters.intake import PossibleConflict, check_conflicts, note_parties
from legal.matters.matter import PARTS, Matter, MatterParticipation, get_matter
from legal.matters.timekeeper import CLASSES, EARLIEST_BAR_YEAR, Timekeeper
from legal.rates.rate_matrix import DEFAULT_MATRIX, matrix
from staff import audit
from staff.access import Actor
from staff.member import Member
from staff.organisation import Organisation


@dataclass(frozen=True, kw_only=True)
class MatterTerms:
    """What a matter is opened with. `opened_on` may not be in the future."""

    title: str
    opened_on: date
    rounding_policy: str = DEFAULT_POLICY
    matrix: str = DEFAULT_MATRIX


@dataclass(frozen=True, kw_only=True)
class Intake:
    """The names that matter beside the client's own, and whether a possible conflict was talked about."""

    parties: tuple[str, ...] = ()
    is_cleared: bool = False


NOBODY_ELSE = Intake()


def open_matter(
    actor: Actor, *, campaign_id: str, terms: MatterTerms, intake: Intake = NOBODY_ELSE
) -> Matter:
    """Open a matter for a campaign of the actor's organisation, which becomes lead counsel.

    Raises NotFound for a campaign it takes no part in, Invalid on title, opened_on, rounding_policy, matrix,
    parties, and PossibleConflict when a name was met before and nobody says that it is cleared.
    """
    actor.require("matters.edit")
    with named_by("campaign_id"):
        campaign = get_campaign(actor, campaign_id)
    _check_terms(terms)
    contacts = check_conflicts(actor, intake.parties, besides=campaign)
    if contacts and not intake.is_cleared:
        raise PossibleConflict(contacts)
    matter = Matter(
        campaign_id=campaign.id,
        title=terms.title,
        rounding_policy=terms.rounding_policy,
        matrix=terms.matrix,
        opened_on=terms.opened_on,
    )
    db.session.add(matter)
    db.session.flush()
    db.session.add(
        MatterParticipation(matter_id=matter.id, organisation_id=actor.organisation_id, part="lead_counsel")
    )
    db.session.flush()
    audit.record(actor, "matter.opened", matter.id, after={"title": matter.title, "campaign": campaign.id})
    if intake.parties:
        note_parties(actor, matter.id, intake.parties)
    return matter


def _check_terms(terms: MatterTerms) -> None:
    wrong: dict[str, list[str]] = {}
    if not 1 <= len(terms.title) <= 120:
        wrong["title"] = [_("Write a working title of up to 120 characters.")]
    if terms.opened_on > clock.today():
        wrong["opened_on"] = [_("Choose today or an earlier day.")]
    if terms.rounding_policy not in POLICIES:
        wrong["rounding_policy"] = [_("Choose up, nearest or down.")]
    if wrong:
        raise Invalid(wrong)
    matrix(terms.matrix)


def campaigns_open_to(actor: Actor) -> list[Campaign]:
    """The campaigns in which the actor's organisation takes part, and may open a matter."""
    return list(db.session.scalars(campaigns_of(actor).order_by(Campaign.title).limit(500)))


def counsel_candidates(matter: Matter) -> list[Organisation]:
    """Partners of the matter's campaign that are not on the matter yet."""
    taking_part = select(MatterParticipation.organisation_id).where(
        MatterParticipation.matter_id == matter.id
    )
    query = (
        select(Organisation)
        .join(Partner, Partner.organisation_id == Organisation.id)
        .where(
            Partner.campaign_id == matter.campaign_id,
            Partner.accepted_at.is_not(None),
            Partner.ended_at.is_(None),
            Organisation.id.not_in(taking_part),
        )
    )
    return list(db.session.scalars(query.order_by(Organisation.name)))


def add_counsel(actor: Actor, matter_id: str, *, organisation_id: str, part: str) -> MatterParticipation:
    """Bring another partner of the campaign onto the matter.

    Raises NotFound for a foreign matter, Invalid on part, and on organisation_id unless it is a partner
    that is not there yet.
    """
    actor.require("matters.edit")
    matter = get_matter(actor, matter_id)
    if part not in PARTS:
        raise Invalid({"part": [_("Choose lead counsel, co-counsel or supporting.")]})
    if organisation_id not in {each.id for each in counsel_candidates(matter)}:
        message = _("Choose a partner of this campaign that is not on the matter yet.")
        raise Invalid({"organisation_id": [message]})
    joined = MatterParticipation(matter_id=matter.id, organisation_id=organisation_id, part=part)
    db.session.add(joined)
    db.session.flush()
    audit.record(
        actor, "matter.counsel_added", matter.id, after={"organisation": organisation_id, "part": part}
    )
    return joined


def close_matter(actor: Actor, matter_id: str, *, closed_on: date) -> Matter:
    """Take no new entries dated after that day. Raises Conflict `matter_closed` when it is closed already."""
    actor.require("matters.edit")
    matter = get_matter(actor, matter_id)
    if matter.closed_on is not None:
        raise Conflict("matter_closed", _("This matter is closed already."))
    if not matter.opened_on <= closed_on <= clock.today():
        raise Invalid({"closed_on": [_("Choose a day between the opening of the matter and today.")]})
    matter.closed_on = closed_on
    db.session.flush()
    audit.record(actor, "matter.closed", matter.id, after={"closed_on": closed_on.isoformat()})
    return matter


def engage_timekeeper(actor: Actor, **terms: Any) -> Timekeeper:
    """Add a timekeeper to the actor's organisation: name, classification, bar_year, member_id (optional).

    Raises Invalid on the field that is wrong, `name` and `member_id` included when taken already.
    """
    actor.require("matters.edit")
    wrong = _wrong_timekeeper(actor, terms)
    if wrong:
        raise Invalid(wrong)
    timekeeper = Timekeeper(
        organisation_id=actor.organisation_id,
        member_id=terms.get("member_id"),
        name=terms["name"],
        classification=terms["classification"],
        bar_year=terms.get("bar_year"),
    )
    db.session.add(timekeeper)
    db.session.flush()
    audit.record(actor, "timekeeper.engaged", timekeeper.id, after={"class": timekeeper.classification})
    return timekeeper


def _wrong_timekeeper(actor: Actor, terms: Mapping[str, Any]) -> dict[str, list[str]]:
    wrong: dict[str, list[str]] = {}
    own = select(Timekeeper.id).where(Timekeeper.organisation_id == actor.organisation_id)
    if not 1 <= len(terms["name"]) <= 120:
        wrong["name"] = [_("Write a name of up to 120 characters.")]
    elif db.session.scalar(own.where(Timekeeper.name == terms["name"])):
        wrong["name"] = [_("There is a timekeeper of that name already.")]
    if terms["classification"] not in CLASSES:
        wrong["classification"] = [_("Choose one of the classes.")]
    bar_year = terms.get("bar_year")
    if bar_year is not None and not EARLIEST_BAR_YEAR <= bar_year <= clock.today().year:
        wrong["bar_year"] = [_("Write the year of admission to the bar.")]
    member_id = terms.get("member_id")
    if member_id and not _is_free_member(actor, member_id):
        wrong["member_id"] = [_("Choose a member of your organisation who is not a timekeeper yet.")]
    return wrong


def free_members(actor: Actor) -> list[Member]:
    """Present members of the actor's organisation who are not timekeepers yet."""
    taken = select(Timekeeper.member_id).where(Timekeeper.member_id.is_not(None))
    query = select(Member).where(
        Member.organisation_id == actor.organisation_id, Member.left_at.is_(None), Member.id.not_in(taken)
    )
    return list(db.session.scalars(query.order_by(Member.joined_at).limit(500)))


def _is_free_member(actor: Actor, member_id: str) -> bool:
    return member_id in {member.id for member in free_members(actor)}
