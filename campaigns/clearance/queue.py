"""The texts on their way to the public: all of them, and those that wait for one lawyer."""

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from campaigns import reading
from campaigns.campaign import Campaign
from campaigns.clearance.clearance import ATTORNEY_REVIEW, CLIENT_CONSENT, SUBMITTED, Clearance
from campaigns.clearance.clearing import may_approve, missing_approvals
from campaigns.clearance.subjects import MODELS, title_of
from core.db import db
from staff.access import Actor

WAITING = (SUBMITTED, ATTORNEY_REVIEW, CLIENT_CONSENT)
MOST = 200


def texts_of(actor: Actor) -> Select[Clearance]:
    """The clearances of every campaign in which the actor's organisation takes part, newest first."""
    mine = reading.campaigns_of(actor).with_only_columns(Campaign.id)
    query = select(Clearance).where(Clearance.campaign_id.in_(mine)).options(joinedload(Clearance.campaign))
    return query.order_by(
        Clearance.submitted_at.desc().nulls_last(), Clearance.created_at.desc(), Clearance.id
    )


def get_text(actor: Actor, clearance_id: str) -> Clearance:
    """Raises NotFound."""
    return reading.get(texts_of(actor).order_by(None), Clearance, clearance_id)


def waiting_for(actor: Actor) -> list[Clearance]:
    """Those that this lawyer can take a step with now."""
    waiting = db.session.scalars(texts_of(actor).where(Clearance.state.in_(WAITING)).limit(MOST))
    return [each for each in waiting if may_approve(actor, each) and _has_a_step(actor, each)]


def _has_a_step(actor: Actor, clearance: Clearance) -> bool:
    return clearance.state == CLIENT_CONSENT or actor.organisation_id in missing_approvals(clearance)


def titles_of(clearances: Sequence[Clearance]) -> dict[str, str]:
    """What each is called, by id."""
    return {each.id: title_of(db.session.get_one(MODELS[each.kind], each.subject_id)) for each in clearances}
