"""Money of a gift that goes back to the donor, by a refund or by the donor's bank, and money that comes back
from there because a refund failed or a bank decided anew. Each is posted once."""

from datetime import datetime

from sqlalchemy import select

from campaigns.drives.drive import Drive
from campaigns.funds import ledger
from campaigns.funds.ledger import Line
from core import clock
from core.db import db
from core.gathering import write_out
from core.money import Money
from donors.figures import new_monthly_donor, tally
from donors.figures.snapping import freeze_if_due
from donors.gifts.gift import PARTLY_REFUNDED, REFUNDED, SETTLED, Gift
from donors.gifts.refund import Refund, gift_part_gone
from donors.matching import matching
from donors.matching.match_entry import CAME_BACK, DISPUTE_LOST
from donors.pledges import standing
from donors.receipts import letters, receipt
from donors.stripe_gateway import StripeRefund


def apply_refund(gift: Gift, seen: StripeRefund) -> Refund | None:
    """Note a refund of a locked gift as it stands at Stripe; ours is recognised by the id it carries. Returns it
    where it was done, or came back, only now."""
    row = _known(seen)
    if row is None:
        row = Refund(gift_id=gift.id, asked_by="stripe", asked_at=seen.at)
        row.amount = seen.amount
        db.session.add(row)
    row.stripe_refund_id = seen.id
    if seen.status in {"failed", "canceled"}:
        return row if _fail(gift, row) else None
    if row.done_at is None and seen.status in {"succeeded", "pending"}:
        take_back(gift, row, at=seen.at)
        letters.refund_made(gift, row)
        return row
    return None


def exceeds(gift: Gift, seen: StripeRefund) -> bool:
    """Whether a refund that is not posted yet is more than what is left of the gift."""
    row = _known(seen)
    is_new = row is None or row.done_at is None
    return is_new and seen.amount > gift.charged - gift.refunded


def _known(seen: StripeRefund) -> Refund | None:
    row = db.session.scalars(select(Refund).where(Refund.stripe_refund_id == seen.id)).first()
    return db.session.get(Refund, seen.refund_id) if row is None and seen.refund_id else row


def _fail(gift: Gift, row: Refund) -> bool:
    """The card took it not. Whether the money had left, and is with us again since now."""
    now = clock.now()
    row.failed_at = row.failed_at or now
    if row.done_at is None or row.undone_at is not None:
        return False
    bring_back(gift, row, at=now)
    letters.refund_failed(gift, row)
    return True


def take_back(gift: Gift, row: Refund, *, at: datetime, account: str = ledger.STRIPE) -> None:
    """Post money that leaves `account` for the donor: the gift's part first and the fee cover last."""
    write_out()  # the gift may have settled a moment ago, in the same transaction
    db.session.flush()
    drive = db.session.get_one(Drive, gift.drive_id)
    freeze_if_due(drive)
    gift_part = min(row.amount_minor, max(gift.amount_minor - gift_part_gone(gift.id), 0))
    row.gift_part_minor, row.done_at = gift_part, at
    _follow_with_match(gift, row, DISPUTE_LOST if account == ledger.DISPUTED else REFUNDED)
    _post(gift, row, at=at, account=account, kind="dispute_lost" if account == ledger.DISPUTED else "refund")
    gift.refunded_minor += row.amount_minor
    is_whole = gift.refunded_minor == gift.charged.minor
    gift.move(REFUNDED if is_whole else PARTLY_REFUNDED)
    receipt.amend(gift, at=at)
    if gift.counts:
        tally.take_off_refund(drive, gift, at=at, gift_part_minor=gift_part, is_whole=is_whole)
    if is_whole and gift.recurring_gift_id and drive.is_open(at):
        new_monthly_donor.lose(gift.recurring_gift_id, at=at, because="refunded")
    standing.restand_for(gift)


def bring_back(gift: Gift, row: Refund, *, at: datetime, account: str = ledger.STRIPE) -> None:
    """Post that a refund which was done came back to `account`; the gift stands again by that much."""
    write_out()
    was_whole = gift.state == REFUNDED
    freeze_if_due(db.session.get_one(Drive, gift.drive_id))
    row.undone_at = at
    _follow_with_match(gift, row, CAME_BACK)
    kind = "dispute_lost_undone" if account == ledger.DISPUTED else "refund_returned"
    _post(gift, row, at=at, account=account, kind=kind, sign=-1)
    gift.refunded_minor -= row.amount_minor
    gift.move(PARTLY_REFUNDED if gift.refunded_minor else SETTLED)
    receipt.amend(gift, at=at)
    if gift.counts:
        drive = db.session.get_one(Drive, gift.drive_id)
        tally.put_back(drive, gift, at=at, gift_part_minor=row.gift_part_minor, was_whole=was_whole)
    standing.restand_for(gift)
    if was_whole and gift.recurring_gift_id:
        new_monthly_donor.regain(gift.recurring_gift_id, because="refunded")


def _follow_with_match(gift: Gift, row: Refund, because: str) -> None:
    db.session.flush()
    stands = gift.amount_minor - gift_part_gone(gift.id)
    matching.follow(gift, stands_minor=stands, because=because, source=row.id)


def _post(gift: Gift, row: Refund, *, at: datetime, account: str, kind: str, sign: int = 1) -> None:
    counts_for = gift.drive_id if gift.counts else ledger.NO_DRIVE
    gift_part = Money(row.gift_part_minor * sign, gift.currency)
    whole = Money(row.amount_minor * sign, gift.currency)
    ledger.post(
        kind=kind,
        source=row.id,
        fund_id=gift.fund_id,
        lines=[
            Line(ledger.REFUNDS, gift_part, counts_for),
            Line(ledger.FEE_COVER_REFUNDS, whole - gift_part, counts_for),
            Line(account, -whole),
        ],
        occurred_at=at,
    )
