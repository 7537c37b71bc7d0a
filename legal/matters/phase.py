"""The phases a matter has gone through: which UTBMS phase it entered, and on which day."""

from datetime import date

from flask_babel import gettext as _
from sqlalchemy import ForeignKey, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from core import clock, ids
from core.db import Id, Model, db
from core.errors import Invalid
from legal import utbms
from legal.matters.matter import get_matter
from staff import audit
from staff.access import Actor


class MatterPhase(Model):
    __tablename__ = "matter_phase"
    __table_args__ = (UniqueConstraint("matter_id", "begins_on"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("phase"))
    matter_id: Mapped[str] = mapped_column(ForeignKey("matter.id"))
    #: L100 to L500, or one of the counseling codes, which are phases by themselves.
    phase: Mapped[str] = mapped_column(Text)
    begins_on: Mapped[date] = mapped_column()


def phase_codes() -> list[utbms.Code]:
    return [code for code in utbms.catalogue().values() if code.kind in ("phase", "counseling")]


def enter_phase(actor: Actor, matter_id: str, *, phase: str, begins_on: date) -> MatterPhase:
    """Say that the matter entered a phase. Raises NotFound, Invalid on phase and begins_on."""
    actor.require("matters.edit")
    matter = get_matter(actor, matter_id)
    wrong: dict[str, list[str]] = {}
    if phase not in {code.code for code in phase_codes()}:
        wrong["phase"] = [_("Choose one of the phases.")]
    if not matter.opened_on <= begins_on <= clock.today():
        wrong["begins_on"] = [_("Choose a day between the opening of the matter and today.")]
    elif any(each.begins_on == begins_on for each in list_phases(matter.id)):
        wrong["begins_on"] = [_("A phase begins on this day already.")]
    if wrong:
        raise Invalid(wrong)
    entered = MatterPhase(matter_id=matter.id, phase=phase, begins_on=begins_on)
    db.session.add(entered)
    db.session.flush()
    audit.record(
        actor, "matter.phase_entered", matter.id, after={"phase": phase, "begins_on": begins_on.isoformat()}
    )
    return entered


def list_phases(matter_id: str) -> list[MatterPhase]:
    """In the order of the case; the last one is where it stands."""
    query = select(MatterPhase).where(MatterPhase.matter_id == matter_id)
    return list(db.session.scalars(query.order_by(MatterPhase.begins_on)))
