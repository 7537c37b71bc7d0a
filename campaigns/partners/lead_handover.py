"""Handing the lead of a campaign over: the lead's owner proposes it to a partner, and another person, an owner of the
partner, accepts.

    proposed -> accepted | declined (by the partner), withdrawn (by the lead)
"""

from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaigns.campaign import Campaign
from core import clock, ids
from core.db import Id, Model, UtcDateTime
from core.errors import Conflict
from staff.member import Member
from staff.organisation import Organisation

PROPOSED, ACCEPTED, DECLINED, WITHDRAWN = "proposed", "accepted", "declined", "withdrawn"
STATES = {
    PROPOSED: lazy_gettext("Proposed"),
    ACCEPTED: lazy_gettext("Accepted"),
    DECLINED: lazy_gettext("Declined"),
    WITHDRAWN: lazy_gettext("Taken back"),
}
TRANSITIONS = frozenset({(PROPOSED, ACCEPTED), (PROPOSED, DECLINED), (PROPOSED, WITHDRAWN)})
_ONE_OPEN = text("state = 'proposed'")


class LeadHandover(Model):
    __tablename__ = "lead_handover"
    __table_args__ = (
        CheckConstraint("state IN ('proposed','accepted','declined','withdrawn')", name="state"),
        CheckConstraint("from_id <> to_id", name="two_organisations"),
        CheckConstraint("state <> 'accepted' OR decided_by_id <> asked_by_id", name="two_people"),
        CheckConstraint("(state = 'proposed') = (decided_at IS NULL)", name="decided"),
        Index(
            "uq_lead_handover_open",
            "campaign_id",
            unique=True,
            sqlite_where=_ONE_OPEN,
            postgresql_where=_ONE_OPEN,
        ),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("hand"))
    campaign_id: Mapped[str] = mapped_column(ForeignKey(Campaign.id))
    from_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    to_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    state: Mapped[str] = mapped_column(Text, default=PROPOSED)
    asked_by_id: Mapped[str] = mapped_column(ForeignKey(Member.id))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    decided_by_id: Mapped[str | None] = mapped_column(ForeignKey(Member.id))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    campaign: Mapped[Campaign] = relationship(lazy="raise")
    giver: Mapped[Organisation] = relationship(foreign_keys=from_id, lazy="joined")
    receiver: Mapped[Organisation] = relationship(foreign_keys=to_id, lazy="joined")
    asked_by: Mapped[Member] = relationship(foreign_keys=asked_by_id, lazy="joined")

    def move_to(self, state: str, *, by: str) -> None:
        """Take one step of `TRANSITIONS`. Raises Conflict `illegal_transition` for any other."""
        if (self.state, state) not in TRANSITIONS:
            message = _(
                "This handover is %(present)s and cannot become %(wanted)s.",
                present=str(STATES[self.state]).lower(),
                wanted=str(STATES[state]).lower(),
            )
            raise Conflict("illegal_transition", message)
        self.state, self.decided_by_id, self.decided_at = state, by, clock.now()
