"""How far each timekeeper is in a year from the usual goals: 50 hours (Model Rule 6.1), 20 hours (Florida).

Certified hours alone, in tenths; what a fee was expected for is left out, as in the statements to the bars.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from core.db import db
from legal.hours.time_entry import APPROVED, TimeEntry
from legal.matters.timekeeper import Timekeeper
from legal.reports.pro_bono_standing import ProBonoStanding
from staff.access import Actor

ASPIRED_TENTHS = 500


@dataclass(frozen=True)
class Standing:
    """A timekeeper's certified pro bono tenths of one year."""

    timekeeper: Timekeeper
    tenths: int


def list_standings(actor: Actor, year: int) -> list[Standing]:
    """Every timekeeper of the organisation with the hours of a year, the most first."""
    actor.require("hours.view")
    tenths = func.coalesce(func.sum(TimeEntry.units_tenths), 0)
    paid = select(ProBonoStanding.matter_id).where(ProBonoStanding.fee_expected_at_outset.is_(True))
    counted = (
        (TimeEntry.timekeeper_id == Timekeeper.id)
        & (TimeEntry.state == APPROVED)
        & (TimeEntry.worked_on >= date(year, 1, 1))
        & (TimeEntry.worked_on < date(year + 1, 1, 1))
        & TimeEntry.matter_id.not_in(paid)
    )
    query = (
        select(Timekeeper, tenths.label("tenths"))
        .outerjoin(TimeEntry, counted)
        .where(Timekeeper.organisation_id == actor.organisation_id)
        .group_by(Timekeeper.id)
        .order_by(tenths.desc(), Timekeeper.name)
        .limit(500)
    )
    return [Standing(row.Timekeeper, int(row.tenths)) for row in db.session.execute(query)]
