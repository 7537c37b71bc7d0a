"""Publishing what is approved, at once or at a time that somebody chose beforehand.

At that time the same rules hold as for a click: the words are the approved ones, the consent is in force, the person
is still there and may publish. Where one does not hold nothing becomes public, and the page says why.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, select, text
from sqlalchemy.orm import Mapped, mapped_column

from campaigns import opening
from campaigns.clearance.clearance import APPROVED, Clearance
from campaigns.clearance.subjects import get_subject, hash_of, require_owner
from campaigns.drives import launching
from campaigns.names import naming
from campaigns.partners import lead_moves
from campaigns.partners.lead_handover import LeadHandover
from campaigns.partners.lead_moves import LEAD_MOVED
from campaigns.timeline import telling
from campaigns.updates import updating
from core import clock, ids
from core.db import Id, Model, UtcDateTime, db
from core.errors import Conflict, Invalid, NotFound, Refusal
from staff import audit
from staff.access import Actor, actor_for
from staff.api_token import answerable
from staff.member import Member

PUBLISHING: dict[str, Callable[[Actor, str], Any]] = {
    "campaign": opening.publish_campaign,
    "drive": launching.publish_drive,
    "update": updating.publish_update,
    "timeline": telling.publish_entry,
    "names": naming.publish_names,
}
#: Whose words they are moves with the lead; a drive's are those of the organisation that takes its money.
_OF_THE_LEAD = ("campaign", "update", "timeline")
FURTHEST = timedelta(days=90)


class ScheduledPublication(Model):
    """Publish these approved words at this time; ended by publishing, by whoever thinks better of it, or refused."""

    __tablename__ = "scheduled_publication"
    __table_args__ = (
        CheckConstraint("(ended_at IS NULL) = (ended_as = '')", name="ended"),
        CheckConstraint("ended_as IN ('','published','cancelled','refused')", name="ended_as"),
        Index(
            "uq_scheduled_publication_waiting",
            "clearance_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("spub"))
    clearance_id: Mapped[str] = mapped_column(ForeignKey(Clearance.id))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    asked_by_id: Mapped[str] = mapped_column(ForeignKey(Member.id))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_as: Mapped[str] = mapped_column(Text, default="")
    #: Why nothing became public, as a code.
    refused_because: Mapped[str] = mapped_column(Text, default="")

    def end(self, how: str, *, because: str = "") -> None:
        self.ended_at, self.ended_as, self.refused_because = clock.now(), how, because
        db.session.flush()


def publish(actor: Actor, clearance: Clearance) -> Any:
    """Show the words now. Raises what publishing this kind of thing raises. A plan to do it later is over."""
    published = PUBLISHING[clearance.kind](actor, clearance.subject_id)
    waiting = find_scheduled(clearance.id)
    if waiting is not None:
        waiting.end("published")
    return published


def schedule(actor: Actor, clearance: Clearance, due_at: datetime) -> ScheduledPublication:
    """Publish approved words at a time. Raises Invalid on due_at, Conflict `not_approved`, `scheduled`, Forbidden."""
    subject = get_subject(actor, clearance.kind, clearance.subject_id, lock=True)
    require_owner(actor, subject)
    now = clock.now()
    if not now < due_at <= now + FURTHEST:
        raise Invalid({"due_at": [_("Choose a time within the next 90 days.")]})
    if clearance.state != APPROVED or clearance.text_hash != hash_of(subject):
        raise Conflict("not_approved", _("Counsel has not approved these words. Submit them first."))
    if find_scheduled(clearance.id) is not None:
        raise Conflict("scheduled", _("A time is chosen already. Cancel it first."))
    row = ScheduledPublication(clearance_id=clearance.id, due_at=due_at, asked_by_id=answerable(actor))
    db.session.add(row)
    db.session.flush()
    after = {"kind": clearance.kind, "at": due_at.isoformat()}
    audit.record(actor, "publication.scheduled", clearance.subject_id, after=after)
    return row


def cancel_scheduled(actor: Actor, clearance: Clearance) -> ScheduledPublication:
    """Do not publish by itself after all. Raises NotFound where no time is chosen, Forbidden."""
    require_owner(actor, get_subject(actor, clearance.kind, clearance.subject_id, lock=True))
    row = find_scheduled(clearance.id)
    if row is None:
        raise NotFound
    row.end("cancelled")
    audit.record(actor, "publication.unscheduled", clearance.subject_id)
    return row


def find_scheduled(clearance_id: str) -> ScheduledPublication | None:
    query = select(ScheduledPublication).where(
        ScheduledPublication.clearance_id == clearance_id, ScheduledPublication.ended_at.is_(None)
    )
    return db.session.scalar(query.with_for_update().execution_options(populate_existing=True))


def find_refused(clearance_id: str) -> ScheduledPublication | None:
    """The latest plan, where nothing came of it."""
    query = select(ScheduledPublication).where(ScheduledPublication.clearance_id == clearance_id)
    latest = db.session.scalar(query.order_by(ScheduledPublication.asked_at.desc()).limit(1))
    return latest if latest is not None and latest.ended_as == "refused" else None


@lead_moves.ends
def call_off(handover: LeadHandover) -> str:
    """What the former lead wanted to become public by itself. The words are the new lead's now, approved as they
    are."""
    query = (
        select(ScheduledPublication)
        .join(Clearance, Clearance.id == ScheduledPublication.clearance_id)
        .where(Clearance.campaign_id == handover.campaign_id, Clearance.kind.in_(_OF_THE_LEAD))
        .where(ScheduledPublication.ended_at.is_(None))
        .order_by(ScheduledPublication.id)
    )
    found = db.session.scalars(query.with_for_update(of=ScheduledPublication)).all()
    for each in found:
        each.end("refused", because=LEAD_MOVED)
    if not found:
        return ""
    return ngettext(
        "One text was to become public at a time that was chosen; it does not. What was approved stays approved, and "
        "%(receiver)s publishes it.",
        "%(num)d texts were to become public at times that were chosen; they do not. What was approved stays approved, "
        "and %(receiver)s publishes it.",
        len(found),
        receiver=handover.receiver.name,
    )


def list_due() -> list[str]:
    due = (ScheduledPublication.due_at <= clock.now()) & ScheduledPublication.ended_at.is_(None)
    return list(
        db.session.scalars(select(ScheduledPublication.id).where(due).order_by(ScheduledPublication.due_at))
    )


def publish_due(scheduled_id: str) -> None:
    """Publish what is due as whoever chose the time. Raises Refusal where a rule does not hold any more; then
    `refuse_due` notes it in a transaction of its own."""
    row = db.session.get_one(ScheduledPublication, scheduled_id, with_for_update=True, populate_existing=True)
    if row.ended_at is not None:
        return
    member = db.session.get_one(Member, row.asked_by_id)
    if member.left_at is not None:
        raise Conflict("left", _("Whoever chose the time has left."))
    clearance = db.session.get_one(Clearance, row.clearance_id)
    PUBLISHING[clearance.kind](actor_for(member), clearance.subject_id)
    row.end("published")


def refuse_due(scheduled_id: str, refusal: Refusal) -> None:
    row = db.session.get_one(ScheduledPublication, scheduled_id, with_for_update=True, populate_existing=True)
    if row.ended_at is None:
        # Somebody was quicker, on another page or by software: that is what was wanted.
        is_done = refusal.code == "published"
        row.end("published" if is_done else "refused", because="" if is_done else refusal.code)
