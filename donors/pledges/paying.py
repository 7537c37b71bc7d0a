"""Paying a pledge: on the hosted page by a link, or with what staff received."""

from dataclasses import dataclass

from campaigns.drives.drive import Drive
from core.db import db
from donors.gifts.gift import Gift
from donors.offline import recording
from donors.offline.recording import Received
from donors.people.donor import Donor
from donors.pledges import pledging, standing
from donors.pledges.pledge import Pledge
from donors.receipts import links
from staff import audit
from staff.access import Actor


@dataclass(frozen=True)
class Owed:
    """A pledge as its donor may see and pay it."""

    pledge: Pledge
    drive: Drive
    donor: Donor


def find_owed(token: str) -> Owed | None:
    """The pledge that a link of a mail names; None for one that we did not sign."""
    pledge_id = links.read(token, links.PLEDGE)
    pledge = db.session.get(Pledge, pledge_id) if pledge_id else None
    if pledge is None:
        return None
    drive = db.session.get_one(Drive, pledge.drive_id)
    return Owed(pledge, drive, db.session.get_one(Donor, pledge.donor_id))


def note_payment(gift: Gift, token: str) -> None:
    """A gift was begun by the link of a pledge: once it is paid, it pays it. A link that is not ours, or is of
    another drive, makes it a gift like every other."""
    owed = find_owed(token) if token else None
    if owed is None or owed.drive.id != gift.drive_id:
        return
    pledging.attach(standing.lock_pledge(owed.pledge.id), gift.id, by="donor")


def record_payment(actor: Actor, pledge_id: str, what: Received) -> Gift:
    """Record what was received for a pledge, of its donor and for its drive. Raises NotFound, Forbidden, Invalid."""
    pledge = pledging.get_pledge(actor, pledge_id, lock=True)
    actor.require("gifts.record")
    gift = recording.record(db.session.get_one(Drive, pledge.drive_id), what, recorded_by=actor.label)
    pledging.attach(pledge, gift.id, by=actor.label)
    audit.record(actor, "pledge.paid", pledge.id, after={"gift": gift.id, "state": pledge.state})
    return gift
