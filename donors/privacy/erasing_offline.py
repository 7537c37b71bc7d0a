"""What the money that came without a checkout says of a person: drafts and notes of staff, the bank's text."""

from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select, update

from core.db import db
from donors.gifts.gift import Gift
from donors.gifts.gift_void import GiftVoid
from donors.offline.batch import BatchRow
from donors.offline.line_match import LineMatch
from donors.offline.offline_gift import OfflineGift
from donors.payouts.bank_line import BankLine
from donors.people.donor import Donor, other_addresses
from donors.pledges.pledge import Pledge, PledgeStep


def pledges_of(donor: Donor) -> Select[str]:
    """The ids of what a donor promised."""
    return select(Pledge.id).where(Pledge.donor_id.in_(_rows_of(donor)))


def _rows_of(donor: Donor) -> list[str]:
    """The donor's row, and those that were merged into it."""
    return [donor.id, *(each.id for each in other_addresses(donor.id))]


def scrub(donor: Donor) -> None:
    """Empty the words; amounts, days, states and what is matched to what stay."""
    gifts = select(Gift.id).where(Gift.donor_id == donor.id)
    lines = select(LineMatch.line_id).where(LineMatch.gift_id.in_(gifts))
    typed: list[ColumnElement[bool]] = [BatchRow.donor_id.in_(_rows_of(donor)), BatchRow.gift_id.in_(gifts)]
    for each in (donor, *other_addresses(donor.id)):
        if each.email is not None:
            typed.append(BatchRow.email == each.email)
    for model, which, names in (
        (OfflineGift, OfflineGift.gift_id.in_(gifts), ("number", "note")),
        (GiftVoid, GiftVoid.gift_id.in_(gifts), ("reason",)),
        (BatchRow, or_(*typed), ("name", "email", "check_number", "note")),
        (Pledge, Pledge.id.in_(pledges_of(donor)), ("note",)),
        (PledgeStep, PledgeStep.pledge_id.in_(pledges_of(donor)), ("reason",)),
        (BankLine, BankLine.id.in_(lines), ("text",)),
    ):
        _empty(model, which, names)


def _empty(model: Any, which: Any, names: tuple[str, ...]) -> None:
    statement = update(model).where(which).values(dict.fromkeys(names, ""))
    db.session.execute(statement.execution_options(synchronize_session=False))
