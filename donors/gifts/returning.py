"""Money of a gift that goes back to the donor, by a refund or by the donor's bank, and money that comes back
from there because a refund failed or a bank decided anew. Each is posted once."""

from datetime import datetime

from sqlalchemy import func, select

from campaigns.drives.drive import Drive
from campaigns.funds import ledger
from campaigns.funds.ledger import Line
from core import clock
from core.db import db
from core.money import Money
from donors.figures import tally
from donors.figures.snapping import freeze_if_due
from donors.gifts.gift import PARTLY_REFUNDED, REFUNDED, SETTLED, Gift
from donors.gifts.refund import Refund
from donors.receipts import letters, receipt
from donors.stripe_gateway import StripeRefund
from donors.webhooks_out import news


def apply_refund(gift: Gift, seen: StripeRefund) -> None:
    """Note a refund of a locked gift as it stands at Stripe; ours is recognised by the id it carries."""
    row = _known(seen)
    if row is None:
        row = Refund(gift_id=gift.id, asked_by="stripe", asked_at=seen.at)
        row.amount = seen.amount
        db.session.add(row)
    row.stripe_refund_id = seen.id
    if seen.status in {"failed", "canceled"}:
        _fail(gift, row)
    elif row.done_at is None and seen.status in {"succeeded", "pending"}:
        take_back(gift, row, at=seen.at)
        letters.refund_made(gift, row)


def exceeds(gift: Gift, seen: StripeRefund) -> bool:
    """Whether a refund that is not posted yet is more than what is left of the gift."""
    row = _known(seen)
    is_new = row is None or row.done_at is None
    return is_new and seen.amount > gift.charged - gift.refunded


def _known(seen: StripeRefund) -> Refund | None:
    row = db.session.scalars(select(Refund).where(Refund.stripe_refund_id == seen.id)).first()
    return db.session.get(Refund, seen.refund_id) if row is None and seen.refund_id else row


def _fail(gift: Gift, row: Refund) -> None:
    """The card took it not: the money is with us again, if it had left at all."""
    if row.failed_at is not None:
        return
    now = row.failed_at = clock.now()
    if row.done_at is not None:
        bring_back(gift, row, at=now)
        letters.refund_failed(gift, row)


def take_back(gift: Gift, row: Refund, *, at: datetime, account: str = ledger.STRIPE) -> None:
    """Post money that leaves `account` for the donor: the gift's part first and the fee cover last."""
    db.session.flush()
    drive = db.session.get_one(Drive, gift.drive_id)
    freeze_if_due(drive)
    gift_part = min(row.amount_minor, max(gift.amount_minor - _gift_parts(gift), 0))
    row.gift_part_minor, row.done_at = gift_part, at
    _post(gift, row, at=at, account=account, kind="dispute_lost" if account == ledger.DISPUTED else "refund")
    gift.refunded_minor += row.amount_minor
    is_whole = gift.refunded_minor == gift.charged.minor
    gift.move(REFUNDED if is_whole else PARTLY_REFUNDED)
    receipt.amend(gift, at=at)
    if gift.counts:
        tally.take_off_refund(drive, gift, at=at, gift_part_minor=gift_part, is_whole=is_whole)
    if is_whole and gift.recurring_gift_id and drive.is_open(at):
        tally.lose_new_monthly_donor(gift.recurring_gift_id, at=at, because="refunded")
    news.gift_refunded(gift, row)


def bring_back(gift: Gift, row: Refund, *, at: datetime, account: str = ledger.STRIPE) -> None:
    """Post that a refund which was done came back to `account`; the gift stands again by that much."""
    was_whole = gift.state == REFUNDED
    freeze_if_due(db.session.get_one(Drive, gift.drive_id))
    row.undone_at = at
    kind = "dispute_lost_undone" if account == ledger.DISPUTED else "refund_returned"
    _post(gift, row, at=at, account=account, kind=kind, sign=-1)
    gift.refunded_minor -= row.amount_minor
    gift.move(PARTLY_REFUNDED if gift.refunded_minor else SETTLED)
    receipt.amend(gift, at=at)
    if gift.counts:
        drive = db.session.get_one(Drive, gift.drive_id)
        tally.put_back(drive, gift, at=at, gift_part_minor=row.gift_part_minor, was_whole=was_whole)
    if was_whole and gift.recurring_gift_id:
        tally.regain_new_monthly_donor(gift.recurring_gift_id, because="refunded")


def _gift_parts(gift: Gift) -> int:
    """How much of the gift itself, fee cover aside, has gone back so far."""
    query = select(func.coalesce(func.sum(Refund.gift_part_minor), 0)).where(
        Refund.gift_id == gift.id, Refund.done_at.is_not(None), Refund.undone_at.is_(None)
    )
    return int(db.session.scalar(query) or 0)


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
