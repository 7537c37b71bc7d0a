"""Which rounding policy a matter follows from which day on. A change never reaches back.

An entry takes the policy in force on the day of the work and keeps its name; what is written stays as it was rounded.
"""

from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column

from core import clock, ids
from core.db import Id, Model, UtcDateTime, db
from core.errors import Invalid
from legal.acting import answerable
from legal.hours.rounding import POLICIES
from legal.hours.time_entry import TimeEntry
from legal.matters.matter import Matter, get_matter
from staff import audit
from staff.access import Actor


class RoundingVersion(Model):
    """A policy and its first day. Before the first version the policy the matter was opened with holds."""

    __tablename__ = "rounding_version"
    __table_args__ = (
        UniqueConstraint("matter_id", "valid_from"),
        CheckConstraint("policy IN ('up','nearest','down')", name="policy"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("round"))
    matter_id: Mapped[str] = mapped_column(ForeignKey("matter.id"))
    policy: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date] = mapped_column()
    set_by_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


def policy_on(matter: Matter, day: date) -> str:
    """The policy for work of that day."""
    query = select(RoundingVersion.policy).where(
        RoundingVersion.matter_id == matter.id, RoundingVersion.valid_from <= day
    )
    latest = query.order_by(RoundingVersion.valid_from.desc()).limit(1)
    return db.session.scalar(latest) or matter.rounding_policy


def list_versions(matter_id: str) -> list[RoundingVersion]:
    query = select(RoundingVersion).where(RoundingVersion.matter_id == matter_id)
    return list(db.session.scalars(query.order_by(RoundingVersion.valid_from)))


def set_rounding(actor: Actor, matter_id: str, *, policy: str, valid_from: date) -> RoundingVersion:
    """Follow another policy from a day on that lies after every entry there is and is not in the past.

    Raises NotFound, Invalid on policy and valid_from.
    """
    actor.require("matters.edit")
    matter = get_matter(actor, matter_id)
    wrong: dict[str, list[str]] = {}
    if policy not in POLICIES:
        wrong["policy"] = [_("Choose up, nearest or down.")]
    last_worked = db.session.scalar(
        select(func.max(TimeEntry.worked_on)).where(TimeEntry.matter_id == matter.id)
    )
    if valid_from < clock.today() or (last_worked and valid_from <= last_worked):
        wrong["valid_from"] = [_("Choose a day to come, after all hours written so far.")]
    elif any(each.valid_from == valid_from for each in list_versions(matter.id)):
        wrong["valid_from"] = [_("Another policy begins on this day already.")]
    if wrong:
        raise Invalid(wrong)
    version = RoundingVersion(
        matter_id=matter.id, policy=policy, valid_from=valid_from, set_by_id=answerable(actor)
    )
    db.session.add(version)
    db.session.flush()
    audit.record(
        actor,
        "matter.rounding_set",
        matter.id,
        after={"policy": policy, "valid_from": valid_from.isoformat()},
    )
    return version
