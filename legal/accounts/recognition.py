"""Whether services that were given count as contributions to the organisation (ASC 958-605).

A lawyer's work for the client is not always a gift to the nonprofit: until somebody decides, with a reason, it
is disclosed and not recognised.
"""

from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from core import clock, ids
from core.db import Id, Model, UtcDateTime, db
from core.errors import Invalid, named_by
from legal.acting import answerable
from legal.matters.matter import get_matter
from staff import audit
from staff.access import Actor

RECOGNISED, DISCLOSED_ONLY = "recognised", "disclosed_only"
CHOICES = {
    DISCLOSED_ONLY: lazy_gettext("Disclosed only"),
    RECOGNISED: lazy_gettext("Recognised"),
}


class ServiceRecognition(Model):
    """The organisation's decision about the services given on a matter; the latest counts."""

    __tablename__ = "service_recognition"
    __table_args__ = (
        CheckConstraint("recognition IN ('recognised','disclosed_only')", name="recognition"),
        CheckConstraint("length(reason) BETWEEN 1 AND 500", name="reason"),
        Index("ix_service_recognition_latest", "organisation_id", "matter_id", "decided_at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("recog"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    matter_id: Mapped[str] = mapped_column(ForeignKey("matter.id"))
    recognition: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    decided_by_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


def decide_recognition(actor: Actor, matter_id: str, *, recognition: str, reason: str) -> ServiceRecognition:
    """Decide for the organisation's books. Raises NotFound, Invalid on recognition or reason."""
    actor.require("costs.approve")
    with named_by("matter_id"):
        matter = get_matter(actor, matter_id)
    wrong: dict[str, list[str]] = {}
    if recognition not in CHOICES:
        wrong["recognition"] = [_("Choose from the list.")]
    if not 1 <= len(reason.strip()) <= 500:
        wrong["reason"] = [_("Say in up to 500 characters why. The auditors read it.")]
    if wrong:
        raise Invalid(wrong)
    row = ServiceRecognition(
        organisation_id=actor.organisation_id,
        matter_id=matter.id,
        recognition=recognition,
        reason=reason.strip(),
        decided_by_id=answerable(actor),
    )
    db.session.add(row)
    db.session.flush()
    audit.record(
        actor, "services.recognition", matter.id, after={"recognition": recognition}, reason=row.reason
    )
    return row


def recognitions(organisation_id: str) -> dict[str, ServiceRecognition]:
    """The decision that counts, by matter."""
    query = select(ServiceRecognition).where(ServiceRecognition.organisation_id == organisation_id)
    rows = db.session.scalars(query.order_by(ServiceRecognition.decided_at, ServiceRecognition.id))
    return {row.matter_id: row for row in rows}
