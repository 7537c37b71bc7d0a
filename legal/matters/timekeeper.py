"""A timekeeper: somebody of an organisation whose hours are written down, member or named volunteer."""

from datetime import datetime

from flask_babel import lazy_gettext
from sqlalchemy import CheckConstraint, ForeignKey, Select, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from core import clock, ids
from core.db import Id, Model, UtcDateTime, db
from core.errors import NotFound
from legal.rates.rate_matrix import Standing
from staff.access import Actor

#: The classes of the LEDES list that pro bono teams use, by their six-letter codes.
CLASSES = {
    "PARTNR": lazy_gettext("Partner"),
    "ASSOC": lazy_gettext("Associate"),
    "OFCOUN": lazy_gettext("Of counsel"),
    "STFATT": lazy_gettext("Staff attorney"),
    "PARALG": lazy_gettext("Paralegal"),
    "LGLINT": lazy_gettext("Law student"),
    "LGLAST": lazy_gettext("Legal assistant"),
    "TRANSL": lazy_gettext("Interpreter or translator"),
    "INVSTG": lazy_gettext("Investigator"),
    "EXPERT": lazy_gettext("Expert"),
    "CONSLT": lazy_gettext("Consultant"),
    "RSRCHR": lazy_gettext("Researcher"),
}
EARLIEST_BAR_YEAR = 1940


class Timekeeper(Model):
    __tablename__ = "timekeeper"
    __table_args__ = (
        UniqueConstraint("organisation_id", "name"),
        UniqueConstraint("member_id"),
        CheckConstraint("length(name) BETWEEN 1 AND 120", name="name"),
        CheckConstraint("bar_year IS NULL OR bar_year BETWEEN 1940 AND 2100", name="bar_year"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("tk"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    #: Absent for a volunteer who does not sign in: a colleague writes the hours.
    member_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"))
    name: Mapped[str] = mapped_column(Text)
    #: A LEDES class, see `CLASSES`.
    classification: Mapped[str] = mapped_column(Text)
    #: Year of admission to the bar; absent for people who are not lawyers.
    bar_year: Mapped[int | None] = mapped_column()
    engaged_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    @property
    def standing(self) -> Standing:
        """What a published rate may depend on."""
        return Standing(self.classification, self.bar_year)


def timekeepers_of(actor: Actor) -> Select[Timekeeper]:
    query = select(Timekeeper).where(Timekeeper.organisation_id == actor.organisation_id)
    return query.order_by(Timekeeper.name)


def list_timekeepers(actor: Actor, *, limit: int = 500) -> list[Timekeeper]:
    return list(db.session.scalars(timekeepers_of(actor).limit(limit)))


def get_timekeeper(actor: Actor, timekeeper_id: str) -> Timekeeper:
    """Raises NotFound unless it is one of the actor's own organisation."""
    timekeeper = db.session.scalar(timekeepers_of(actor).where(Timekeeper.id == timekeeper_id))
    if timekeeper is None:
        raise NotFound
    return timekeeper


def find_own_timekeeper(actor: Actor) -> Timekeeper | None:
    """The timekeeper the actor is, if any."""
    if actor.member_id is None:
        return None
    return db.session.scalar(timekeepers_of(actor).where(Timekeeper.member_id == actor.member_id))
