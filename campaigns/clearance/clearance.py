"""A clearance: how far the words of one thing (a campaign, a drive, an update, a timeline entry, a list of names) have
come.

It is bound to the SHA-256 of the exact words. An edit takes it back to draft, and the page down with it. What
was done, by whom and about which words stands in `ClearanceStep`, which is never changed.
"""

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext
from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaigns.campaign import Campaign
from core import clock, ids
from core.db import Id, Model, UtcDateTime
from core.errors import Conflict
from staff.member import Member

DRAFT, SUBMITTED, ATTORNEY_REVIEW = "draft", "submitted", "attorney_review"
CLIENT_CONSENT, APPROVED, PUBLISHED, WITHDRAWN = "client_consent", "approved", "published", "withdrawn"
STATES = (DRAFT, SUBMITTED, ATTORNEY_REVIEW, CLIENT_CONSENT, APPROVED, PUBLISHED, WITHDRAWN)

#: The one table of what may follow what.
TRANSITIONS: dict[str, frozenset[str]] = {
    DRAFT: frozenset({SUBMITTED}),
    SUBMITTED: frozenset({ATTORNEY_REVIEW, DRAFT}),
    ATTORNEY_REVIEW: frozenset({CLIENT_CONSENT, DRAFT}),
    CLIENT_CONSENT: frozenset({APPROVED, DRAFT}),
    APPROVED: frozenset({PUBLISHED, WITHDRAWN, DRAFT}),
    PUBLISHED: frozenset({WITHDRAWN, DRAFT}),
    WITHDRAWN: frozenset({SUBMITTED, DRAFT}),
}
#: What a step may say: a state that was reached, or one of these.
APPROVED_BY_COUNSEL, SENT_BACK, EDITED = "approved_by_counsel", "sent_back", "edited"
KINDS = {
    "campaign": lazy_gettext("Campaign"),
    "drive": lazy_gettext("Drive"),
    "update": lazy_gettext("Update"),
    "timeline": lazy_gettext("Timeline"),
    "names": lazy_gettext("Names"),
}


class Clearance(Model):
    __tablename__ = "clearance"
    __table_args__ = (
        UniqueConstraint("subject_id"),
        CheckConstraint("kind IN ('campaign','drive','update','timeline','names')", name="kind"),
        CheckConstraint(
            "state IN ('draft','submitted','attorney_review','client_consent','approved','published',"
            "'withdrawn')",
            name="state",
        ),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("clear"))
    kind: Mapped[str] = mapped_column(Text)
    #: The campaign, drive, update, timeline entry or list of names.
    subject_id: Mapped[str] = mapped_column(Id)
    campaign_id: Mapped[str] = mapped_column(ForeignKey(Campaign.id), index=True)
    state: Mapped[str] = mapped_column(Text, default=DRAFT)
    #: Of the words as they were submitted; empty in a draft.
    text_hash: Mapped[str] = mapped_column(String(64), default="")
    #: Members who wrote any of the words: none of them approves.
    authors: Mapped[list[str]] = mapped_column(JSON, default=list)
    #: What the client agreed to; set from `approved` on.
    consent_id: Mapped[str | None] = mapped_column(ForeignKey("disclosure_consent.id"), index=True)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    campaign: Mapped[Campaign] = relationship(lazy="raise")

    def move(self, state: str) -> None:
        """Raises Conflict `illegal_transition` and changes nothing where the table has no such step."""
        if state not in TRANSITIONS[self.state]:
            raise Conflict("illegal_transition", f"a text cannot go from {self.state} to {state}")
        self.state = state


class ClearanceStep(Model):
    """One step of a clearance; the database refuses UPDATE and DELETE."""

    __tablename__ = "clearance_step"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("step"))
    clearance_id: Mapped[str] = mapped_column(ForeignKey(Clearance.id), index=True)
    what: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    actor: Mapped[str] = mapped_column(Text)
    member_id: Mapped[str | None] = mapped_column(ForeignKey(Member.id))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    text_hash: Mapped[str] = mapped_column(String(64), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    #: What the detectors asked and the author confirmed, by field.
    confirmed: Mapped[dict[str, Any] | None] = mapped_column(JSON)
