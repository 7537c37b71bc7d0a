"""Moving gifts and promises from one donor to another with every figure that follows, in one transaction.

The order of locks is that of settling a gift: gifts, promises, donors, drives' totals. So a payment that is being
worked on is either in the figures before they move, or finds its new donor.
"""

from collections.abc import Collection, Iterable
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select, update

from campaigns.drives.drive import Drive
from core.db import db
from core.errors import Conflict
from donors.figures import new_monthly_donor, tally
from donors.figures.new_monthly_donor import NewMonthlyDonor
from donors.figures.snapping import freeze_if_due
from donors.gifts.gift import RECEIVED, Gift
from donors.people.donor import Donor, lock
from donors.recurring.recurring_gift import RecurringGift
from staff.organisation import Organisation


def lock_people(organisation_id: str, giver_id: str, taker_id: str) -> tuple[Donor, Donor]:
    """Both donors and all that is theirs, locked; one merge of an organisation at a time.

    Raises Conflict `being_paid` where a gift of theirs began in this very moment.
    """
    db.session.execute(
        select(Organisation.id).where(Organisation.id == organisation_id).with_for_update(key_share=True)
    )
    people = (giver_id, taker_id)
    locked = _lock_all(Gift, people), _lock_all(RecurringGift, people)
    for address in db.session.scalars(
        select(Donor.id).where(Donor.merged_into_id.in_(people)).order_by(Donor.id)
    ):
        lock(Donor.id == address)
    giver, taker = lock(Donor.id == giver_id), lock(Donor.id == taker_id)
    if locked != (_ids(Gift, people), _ids(RecurringGift, people)):
        raise Conflict("being_paid", _("One of them is giving at this very moment. Try again in a minute."))
    return giver, taker


def _lock_all(model: type[Gift] | type[RecurringGift], donor_ids: Collection[str]) -> list[str]:
    query = select(model.id).where(model.donor_id.in_(donor_ids)).order_by(model.id)
    return list(db.session.scalars(query.with_for_update()))


def _ids(model: type[Gift] | type[RecurringGift], donor_ids: Collection[str]) -> list[str]:
    return list(db.session.scalars(select(model.id).where(model.donor_id.in_(donor_ids)).order_by(model.id)))


def drives_of(*donor_ids: str) -> list[Drive]:
    """The drives whose figures these donors are in, or might be once they are one person."""
    gave = select(Gift.drive_id).where(Gift.donor_id.in_(donor_ids), Gift.paid_at.is_not(None))
    counted = select(NewMonthlyDonor.drive_id).where(NewMonthlyDonor.donor_id.in_(donor_ids))
    query = select(Drive).where(Drive.id.in_(gave.union(counted)))
    return list(db.session.scalars(query.order_by(Drive.opens_at, Drive.id)))


def move_giving(giver: Donor, taker: Donor, *, gifts: Collection[str], promises: Collection[str]) -> None:
    """Give the taker these gifts and promises of the giver. Figures that are frozen stay: they are frozen first."""
    drives = sorted(drives_of(giver.id, taker.id), key=lambda each: each.id)
    for drive in drives:
        freeze_if_due(drive)
    for drive_id, standing in _standing(gifts):
        tally.move_gifts(drive_id, giver=giver.id, taker=taker.id, gifts=standing)
    _hand_over(Gift, gifts, taker.id)
    _hand_over(RecurringGift, promises, taker.id)
    for drive in drives:
        for donor_id in sorted((giver.id, taker.id)):
            new_monthly_donor.recount(drive, donor_id)


def _standing(gift_ids: Iterable[str]) -> list[tuple[str, int]]:
    """How many of these gifts count in each drive."""
    found: dict[str, int] = {}
    for piece in _pieces(gift_ids):
        query = select(Gift.drive_id).where(
            Gift.id.in_(piece), Gift.counts.is_(True), Gift.state.in_(RECEIVED)
        )
        for drive_id in db.session.scalars(query):
            found[drive_id] = found.get(drive_id, 0) + 1
    return sorted(found.items())


def _hand_over(model: Any, ids: Iterable[str], donor_id: str) -> None:
    for piece in _pieces(ids):
        statement = update(model).where(model.id.in_(piece)).values(donor_id=donor_id)
        db.session.execute(statement.execution_options(synchronize_session=False))
    for row in db.session.identity_map.values():
        if isinstance(row, model):
            db.session.expire(row, ["donor_id", "donor"])


def _pieces(ids: Iterable[str], size: int = 500) -> Iterable[list[str]]:
    known = list(ids)
    return (known[at : at + size] for at in range(0, len(known), size))
