"""A timeline entry: something that happened in the case, by its month.

The exact day is never kept: what is not in the database cannot leave it. The month is told some time after its
end, so that the day on which an entry appears says nothing about the day on which it happened either.
"""

from datetime import date, datetime

from flask_babel import lazy_gettext
from sqlalchemy import BindParameter, CheckConstraint, ColumnElement, ForeignKey, Text, and_
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaigns.campaign import Campaign
from campaigns.shown import Shown
from core import clock, ids
from core.db import Id, Model, UtcDateTime

HAPPENINGS = {
    "detained": lazy_gettext("Detained"),
    "filed": lazy_gettext("Filed"),
    "hearing_held": lazy_gettext("Hearing held"),
    "decided": lazy_gettext("Decided"),
    "appealed": lazy_gettext("Appealed"),
    "bond_posted": lazy_gettext("Bond posted"),
    "released": lazy_gettext("Released"),
    "reunited": lazy_gettext("Reunited"),
    "other": lazy_gettext("Other"),
}


class TimelineEntry(Shown, Model):
    __tablename__ = "timeline_entry"
    __table_args__ = (
        CheckConstraint(
            "what IN ('detained','filed','hearing_held','decided','appealed','bond_posted','released',"
            "'reunited','other')",
            name="what",
        ),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("tline"))
    campaign_id: Mapped[str] = mapped_column(ForeignKey(Campaign.id), index=True)
    what: Mapped[str] = mapped_column(Text)
    #: First day of the month in which it happened.
    month: Mapped[date] = mapped_column()
    #: One sentence; may be empty.
    words: Mapped[str] = mapped_column(Text, default="")
    #: Shown as far as the consent allows.
    country: Mapped[str] = mapped_column(Text, default="")
    region: Mapped[str] = mapped_column(Text, default="")
    #: What the consent allowed when it was published.
    place: Mapped[str] = mapped_column(Text, default="")
    #: The day from which it may be shown; fixed when it is published.
    shown_from: Mapped[date | None] = mapped_column()
    written_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    campaign: Mapped[Campaign] = relationship(lazy="raise")

    @classmethod
    def is_told(
        cls,
        at: datetime | BindParameter[datetime] | None = None,
        today: date | BindParameter[date] | None = None,
    ) -> ColumnElement[bool]:
        """Whether an entry stands on the public pages: shown, and its delay over. See `Shown.is_shown`."""
        day = clock.today() if today is None else today
        return and_(cls.is_shown(at), cls.shown_from <= day)

    @property
    def state(self) -> str:
        return self.standing
