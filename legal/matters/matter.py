"""A matter: the law work for a campaign's client, and the organisations whose counsel do it.

The title is a neutral working title. The client's name stays behind the sealed identity and is never
typed here.
"""

from datetime import date, datetime

from flask_babel import lazy_gettext
from sqlalchemy import CheckConstraint, ForeignKey, Select, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaigns.campaign import Campaign
from core import clock, ids
from core.db import Id, Model, UtcDateTime, db
from legal.hours.rounding import DEFAULT_POLICY
from legal.matters.screen import denied, unscreened
from legal.rates.rate_matrix import DEFAULT_MATRIX
from staff.access import Actor
from staff.organisation import Organisation

PARTS = {
    "lead_counsel": lazy_gettext("Lead counsel"),
    "co_counsel": lazy_gettext("Co-counsel"),
    "supporting": lazy_gettext("Supporting"),
}


class Matter(Model):
    __tablename__ = "matter"
    __table_args__ = (
        CheckConstraint("length(title) BETWEEN 1 AND 120", name="title"),
        CheckConstraint("rounding_policy IN ('up','nearest','down')", name="rounding_policy"),
        CheckConstraint("closed_on IS NULL OR opened_on <= closed_on", name="dates"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("matter"))
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"), index=True)
    title: Mapped[str] = mapped_column(Text)
    #: How minutes become tenths in entries to come; each entry keeps the policy it was written under.
    rounding_policy: Mapped[str] = mapped_column(Text, default=DEFAULT_POLICY)
    #: The published rates by which approved hours are valued.
    matrix: Mapped[str] = mapped_column(Text, default=DEFAULT_MATRIX)
    opened_on: Mapped[date] = mapped_column()
    closed_on: Mapped[date | None] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    campaign: Mapped[Campaign] = relationship(lazy="raise")


class MatterParticipation(Model):
    """One organisation's counsel on a matter, and the part they play."""

    __tablename__ = "matter_participation"
    __table_args__ = (
        UniqueConstraint("matter_id", "organisation_id"),
        CheckConstraint("part IN ('lead_counsel','co_counsel','supporting')", name="part"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("mpart"))
    matter_id: Mapped[str] = mapped_column(ForeignKey("matter.id"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    part: Mapped[str] = mapped_column(Text)
    joined_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    organisation: Mapped[Organisation] = relationship(lazy="joined")


def matters_of(actor: Actor) -> Select[Matter]:
    """The matters in which the actor's organisation takes part, newest first, without those that a screen
    keeps from the actor."""
    mine = select(MatterParticipation.matter_id).where(
        MatterParticipation.organisation_id == actor.organisation_id
    )
    query = select(Matter).where(Matter.id.in_(mine)).order_by(Matter.created_at.desc(), Matter.id)
    return unscreened(query, Matter.id, actor)


def list_matters(actor: Actor, *, limit: int = 500) -> list[Matter]:
    return list(db.session.scalars(matters_of(actor).limit(limit)))


def get_matter(actor: Actor, matter_id: str) -> Matter:
    """Raises NotFound unless the actor's organisation takes part in it and nothing screens the actor from it."""
    matter = db.session.scalar(matters_of(actor).where(Matter.id == matter_id))
    if matter is None:
        part = select(MatterParticipation.matter_id).where(
            MatterParticipation.matter_id == matter_id,
            MatterParticipation.organisation_id == actor.organisation_id,
        )
        raise denied(actor, part)
    return matter


def counsel_of(matter: Matter) -> list[MatterParticipation]:
    """The organisations on a matter, in the order they joined."""
    query = select(MatterParticipation).where(MatterParticipation.matter_id == matter.id)
    return list(db.session.scalars(query.order_by(MatterParticipation.joined_at, MatterParticipation.id)))
