"""Whether a gift may be begun, and whether somebody has to look at it before its money is taken."""

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select

from core.db import db
from core.errors import Invalid, Refusal
from donors.defence import block, counting, promise_reviewing
from donors.defence.screening import DECLINED_BEFORE, DRIVE_TESTED, HASTY, RESTLESS, Screening
from donors.gifts.gift import CARD, RECEIVED, Gift
from donors.people.donor import Donor, person_id

#: Nobody fills in the form as fast.
HASTY_SECONDS = 2


class NotNow(Refusal):
    """One answer for everything that is refused here, so that nobody learns which rule it was."""

    status, code = 429, "not_now"

    def __init__(self) -> None:
        super().__init__(
            _("We cannot take this gift right now. No money moved. If it stays so, write to us.")
        )


@dataclass(frozen=True)
class Caller:
    """Who begins a gift: organisation and drive, e-mail, network address ("" for software), and how many
    seconds the form was open (None for software)."""

    organisation_id: str
    drive_id: str
    email: str
    address: str = ""
    seconds: float | None = None

    @property
    def email_mark(self) -> str:
        return counting.mark("email", self.email)

    @property
    def address_mark(self) -> str:
        return counting.address_mark(self.address)


def admit(caller: Caller, gift_id: str) -> list[str]:
    """Count this attempt; what looks wrong with it. Raises NotNow.

    The same form sent again is the same gift and is not counted. Outside any transaction: counts are kept
    elsewhere.
    """
    if db.session.get(Gift, gift_id) is not None:
        return []
    marks = (caller.address_mark, caller.email_mark)
    blocks = block.in_force(caller.organisation_id, *marks, caller.drive_id)
    if any(each.kind in (block.ADDRESS, block.EMAIL) for each in blocks):
        raise NotNow
    if not all(counting.may_begin(each) for each in marks):
        raise NotNow
    return list(_suspicions(caller, marks, is_tested=bool(blocks)))


def _suspicions(caller: Caller, marks: tuple[str, str], *, is_tested: bool) -> list[str]:
    found: list[str] = []
    if caller.seconds is not None and caller.seconds < HASTY_SECONDS:
        found.append(HASTY)
    if any(counting.unpaid(each) > counting.RESTLESS_UNPAID for each in marks):
        found.append(RESTLESS)
    if any(counting.declined(each) for each in marks):
        found.append(DECLINED_BEFORE)
    if is_tested and not _has_given(caller):
        found.append(DRIVE_TESTED)
    return found


def _has_given(caller: Caller) -> bool:
    """A donor whose money has arrived before is no stranger."""
    query = (
        select(Gift.id)
        .join(Donor, person_id() == Gift.donor_id)
        .where(
            Donor.organisation_id == caller.organisation_id,
            Donor.email == caller.email.strip().lower(),
            Gift.state.in_(RECEIVED),
        )
    )
    return db.session.scalar(query.limit(1)) is not None


def note(gift: Gift, caller: Caller, suspicions: list[str]) -> None:
    """Keep what was found with the new gift. A suspicious one-time gift is only authorised. Stripe cannot hold
    the first payment of a recurring one: somebody looks before it is reached. Raises Invalid for a suspicious debit."""
    if db.session.get(Screening, gift.id) is not None:
        return
    row = Screening(
        gift_id=gift.id,
        organisation_id=gift.organisation_id,
        drive_id=gift.drive_id,
        address_mark=caller.address_mark,
        email_mark=caller.email_mark,
        suspicions=",".join(suspicions),
    )
    row.is_held = row.is_suspicious and gift.recurring_gift_id is None
    if row.is_held and gift.method != CARD:
        raise Invalid({"method": [_("We can take this gift by card alone. No money moved.")]})
    db.session.add(row)
    db.session.flush()
    if row.is_suspicious and gift.recurring_gift_id is not None:
        promise_reviewing.ask(gift)


def count_refusal(caller: Caller) -> bool:
    """Count a refused attempt; whether its address is to be blocked for it."""
    return counting.note_refused(caller.address_mark) == counting.MOST_REFUSED


def block_address(caller: Caller) -> None:
    block.make(
        caller.organisation_id,
        block.ADDRESS,
        caller.address_mark,
        reason=block.ATTEMPTS,
        count=counting.MOST_REFUSED,
        hours=counting.BLOCK_HOURS,
    )
