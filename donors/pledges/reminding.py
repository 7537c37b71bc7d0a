"""Reminding donors of what they promised and did not pay: a mail so many days after a part was due, each once.

What was paid, written off or cancelled meanwhile is not reminded of. Where several reminders of one pledge have
become due, as when it was written down late, the latest is mailed and the others are only noted.
"""

from sqlalchemy import select

from core import clock
from core.db import db, insert_once
from donors.pledges import letters, standing
from donors.pledges.pledge import OWED, Pledge, PledgeReminder
from donors.pledges.standing import REMIND_AFTER
from staff.organisation import Organisation

_BATCH = 200


def list_due() -> list[str]:
    """Pledges with a reminder that is due, some of them."""
    query = select(Pledge.id).where(Pledge.remind_on <= clock.today(), Pledge.state.in_(OWED))
    return list(db.session.scalars(query.order_by(Pledge.remind_on, Pledge.id).limit(_BATCH)))


def remind(pledge_id: str) -> None:
    """Note each reminder that is due where the organisation is, and mail the latest."""
    pledge = standing.lock_pledge(pledge_id)
    today = clock.today(db.session.get_one(Organisation, pledge.organisation_id).zone)
    if not pledge.is_owed or not pledge.reminds:
        return
    due = [
        (part, days)
        for part in standing.parts_of(pledge)
        if not part.is_paid
        for days in REMIND_AFTER
        if (today - part.due_on).days >= days
    ]
    new = [
        (part, days)
        for part, days in due
        if db.session.get(PledgeReminder, (pledge.id, part.due_on, days)) is None
    ]
    latest = max(new, key=lambda pair: (pair[0].due_on, pair[1]), default=None)
    for part, days in new:
        insert_once(
            PledgeReminder,
            pledge_id=pledge.id,
            due_on=part.due_on,
            days=days,
            is_mailed=(part, days) == latest,
            at=clock.now(),
        )
    if latest is not None:
        letters.remind(pledge, *latest)
    standing.restand(pledge)
