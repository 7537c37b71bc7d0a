"""When an organisation's money was last compared with Stripe, and how much did not match: the alarm's row."""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.db import Model, UtcDateTime, db
from donors.gifts import visit
from donors.payouts import comparing
from donors.payouts.movement import Movement
from staff.organisation import Organisation

#: A comparison older than this is an alarm of its own: the job has not run.
LATE_AFTER = timedelta(days=1)


class Comparison(Model):
    __tablename__ = "comparison"

    organisation_id: Mapped[str] = mapped_column(ForeignKey(Organisation.id), primary_key=True)
    differences: Mapped[int] = mapped_column(default=0)
    compared_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def is_late(self) -> bool:
        return self.compared_at < clock.now() - LATE_AFTER


def compare_all() -> None:
    """Count what does not match, for every organisation whose money is at Stripe; forget old visits."""
    moved = select(Movement.organisation_id).where(Movement.organisation_id.is_not(None)).distinct()
    for organisation_id in db.session.scalars(moved).all():
        count = len(comparing.differences(str(organisation_id)))
        row = db.session.get(Comparison, organisation_id) or Comparison(organisation_id=organisation_id)
        row.differences, row.compared_at = count, clock.now()
        db.session.add(row)
        db.session.flush()
    visit.forget_old()
