"""What a merge would do, before anybody does it: both donors side by side, what moves, which figures change."""

import hashlib
import json
from dataclasses import dataclass

from sqlalchemy import func, select

from campaigns.drives.drive import Drive
from core import clock
from core.db import db
from donors import reading
from donors.figures import new_monthly, tally
from donors.figures.drive_total import DriveTotal
from donors.figures.snapping import freezes_at
from donors.gifts.gift import Gift
from donors.merging import merging, moving, words_of_consent
from donors.people import consent
from donors.people.donor import Donor, other_addresses
from donors.people.given import Given, given_by
from donors.receipts.receipt import Receipt
from donors.recurring.recurring_gift import RecurringGift
from staff.access import Actor
from staff.organisation import Organisation


@dataclass(frozen=True)
class Side:
    """One of the two, with all that is theirs."""

    donor: Donor
    addresses: list[str]
    given: Given | None
    gifts: int
    receipts: int
    promises: list[RecurringGift]
    #: The organisation and whether it may write news; only where it was asked.
    consents: list[tuple[str, bool]]


@dataclass(frozen=True)
class FigureChange:
    """Public counts of a drive now and afterwards."""

    drive: Drive
    donors: tuple[int, int]
    new_monthly_donors: tuple[int, int]
    #: Whether the figures at the close are frozen and stay: the change is shown as adjusted.
    is_frozen: bool

    @property
    def changes(self) -> bool:
        return self.donors[0] != self.donors[1] or self.new_monthly_donors[0] != self.new_monthly_donors[1]


@dataclass(frozen=True)
class Preview:
    kept: Side
    absorbed: Side
    #: Organisation and whether it may write news to the one person.
    consents: list[tuple[str, bool]]
    figures: list[FigureChange]

    @property
    def changed_figures(self) -> list[FigureChange]:
        return [each for each in self.figures if each.changes]

    @property
    def digest(self) -> str:
        """Of what was shown: whoever confirms it later confirms the same."""
        seen = [
            [
                side.donor.id,
                side.gifts,
                side.receipts,
                sorted(each.id for each in side.promises),
                side.consents,
            ]
            for side in (self.kept, self.absorbed)
        ]
        figures = [[each.drive.id, each.donors, each.new_monthly_donors] for each in self.figures]
        return hashlib.sha256(json.dumps([seen, self.consents, figures]).encode()).hexdigest()


def preview(actor: Actor, kept_id: str, absorbed_id: str) -> Preview:
    """Raises NotFound, Invalid on absorbed_id, Conflict `erased`."""
    kept, absorbed = reading.get_donor(actor, kept_id), merging.find_other(actor, absorbed_id)
    merging.check_pair(kept, absorbed)
    given = given_by([kept.id, absorbed.id])
    together = words_of_consent.holding_together(kept.id, absorbed.id)
    names = _names(set(together))
    return Preview(
        kept=_side(kept, given.get(kept.id), names),
        absorbed=_side(absorbed, given.get(absorbed.id), names),
        consents=[(names[each], holds) for each, holds in together.items()],
        figures=[_change(drive, kept.id, absorbed.id) for drive in moving.drives_of(kept.id, absorbed.id)],
    )


def _side(donor: Donor, given: Given | None, names: dict[str, str]) -> Side:
    gifts = select(func.count()).select_from(Gift).where(Gift.donor_id == donor.id)
    receipts = select(func.count()).select_from(Receipt).join(Gift, Gift.id == Receipt.gift_id)
    promises = select(RecurringGift).where(RecurringGift.donor_id == donor.id)
    asked = [each for each in names if consent.find_newest(donor.id, each)]
    return Side(
        donor=donor,
        addresses=[each.email for each in other_addresses(donor.id) if each.email],
        given=given,
        gifts=db.session.scalar(gifts) or 0,
        receipts=db.session.scalar(receipts.where(Gift.donor_id == donor.id)) or 0,
        promises=list(db.session.scalars(promises.order_by(RecurringGift.started_at, RecurringGift.id))),
        consents=[(names[each], consent.holds(donor.id, each)) for each in asked],
    )


def _change(drive: Drive, kept_id: str, absorbed_id: str) -> FigureChange:
    """What merging makes of a drive's counts; by the same functions that count them."""
    total = db.session.get(DriveTotal, drive.id)
    donors, monthly = (total.donors, total.new_monthly_donors) if total else (0, 0)
    standing = [tally.standing_gifts([drive.id], each) for each in (kept_id, absorbed_id)]
    is_once_less = all(drive.id in each for each in standing)
    apart = sum(_counts(drive, each) for each in (kept_id, absorbed_id))
    together = _counts(drive, kept_id, absorbed_id)
    at = freezes_at(drive)
    return FigureChange(
        drive=drive,
        donors=(donors, donors - is_once_less),
        new_monthly_donors=(monthly, monthly - apart + together),
        is_frozen=drive.published_at is not None and at is not None and at <= clock.now(),
    )


def _counts(drive: Drive, *donor_ids: str) -> int:
    verdict = new_monthly.chosen(new_monthly.judge(drive, donor_ids))
    return int(verdict is not None and verdict.is_counted)


def _names(organisation_ids: set[str]) -> dict[str, str]:
    rows = db.session.execute(
        select(Organisation.id, Organisation.name).where(Organisation.id.in_(organisation_ids))
    )
    return {row[0]: row[1] for row in rows}
