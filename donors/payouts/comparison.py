"""When an organisation's money was last compared with Stripe, and how much did not match: the alarm's row."""

from datetime import datetime, timedelta

from flask import current_app
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.db import Model, UtcDateTime, db
from donors.gifts import visit
from donors.payouts import comparing, explaining
from donors.payouts.movement import Movement
from staff import alarming
from staff.organisation import Organisation

#: What cannot be put down to a bank's file that nobody has imported yet.
_ALARMING = {"ledger", "unknown"}
#: A comparison older than this is an alarm of its own: the job has not run.
LATE_AFTER = timedelta(days=1)


class Comparison(Model):
    __tablename__ = "comparison"

    organisation_id: Mapped[str] = mapped_column(ForeignKey(Organisation.id), primary_key=True)
    differences: Mapped[int] = mapped_column(default=0)
    compared_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: When finance was told that Stripe and ledger differ; empty again once they agree.
    alarmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def is_late(self) -> bool:
        return self.compared_at < clock.now() - LATE_AFTER


def compare_all() -> None:
    """Count what does not match, for every organisation whose money is at Stripe; forget old visits."""
    moved = select(Movement.organisation_id).where(Movement.organisation_id.is_not(None)).distinct()
    for organisation_id in db.session.scalars(moved).all():
        explaining.match_lines(
            str(organisation_id)
        )  # payouts that arrived after the bank's file was imported
        found = comparing.differences(str(organisation_id))
        row = db.session.get(Comparison, organisation_id) or Comparison(organisation_id=organisation_id)
        row.differences, row.compared_at = len(found), clock.now()
        db.session.add(row)
        _alarm(row, sum(each.kind in _ALARMING for each in found))
        db.session.flush()
    visit.forget_old()


def _alarm(row: Comparison, count: int) -> None:
    """Tell owners and finance once, and again only after all agreed in between."""
    if not count:
        row.alarmed_at = None
    elif row.alarmed_at is None:
        now = row.alarmed_at = clock.now()
        alarming.tell_of_money(
            f"comparison:{row.organisation_id}:{now.isoformat()}",
            row.organisation_id,
            _("Stripe and the ledger do not agree"),
            "\n".join(
                [
                    ngettext(
                        "One amount differs between Stripe and the ledger, or nothing is known of it here.",
                        "%(num)d amounts differ between Stripe and the ledger, or nothing is known of them here.",
                        count,
                    ),
                    _("Each stands on this page until it is explained:"),
                    f"{current_app.config['BASE_URL']}/staff/reconciliation",
                ]
            ),
        )
