"""What happens to a gift when Stripe says how its payment stands.

A payment's present state is applied to the locked gift, whatever event brought us here and however often:
paid money is posted once, each refund once, and nothing is done that was done before.
"""

from datetime import datetime

from sqlalchemy import select

from campaigns.drives.drive import Drive
from campaigns.drives.goal import NEW_MONTHLY_DONORS, Goal
from campaigns.funds import ledger
from campaigns.funds.ledger import Line
from core import clock
from core.db import db
from core.money import Money
from donors.figures import tally
from donors.gifts.gift import PARTLY_REFUNDED, RECEIVED, REFUNDED, SETTLED, Gift
from donors.gifts.refund import Refund
from donors.payments.connected_account import require_same
from donors.people.donor import Donor
from donors.receipts import letters, receipt
from donors.recurring import standing
from donors.recurring.instalment import FAILED
from donors.recurring.recurring_gift import RecurringGift
from donors.stripe_gateway import Payment, StripeRefund
from staff.organisation import Organisation


class AmountDiffers(Exception):
    """Stripe was paid another amount than the gift says. Nothing is posted; staff has to look."""


def lock_gift(gift_id: str) -> Gift | None:
    """The gift's row, locked until the transaction ends, with what is in the database now."""
    return db.session.get(Gift, gift_id, with_for_update=True, populate_existing=True)


def apply_payment(gift: Gift, payment: Payment) -> None:
    """Bring a locked gift to where its payment stands. Raises ForeignAccount, AmountDiffers."""
    require_same(gift.account, payment.account)
    gift.payment_intent_id = payment.payment_intent_id
    if payment.is_paid and gift.state not in (*RECEIVED, REFUNDED):
        _settle(gift, payment)
    if gift.state in RECEIVED:
        for each in payment.refunds:
            _apply_refund(gift, each)


def _settle(gift: Gift, payment: Payment) -> None:
    if payment.amount != gift.charged:
        raise AmountDiffers(f"{gift.id} is {gift.charged}, {payment.payment_intent_id} paid {payment.amount}")
    drive = db.session.get_one(Drive, gift.drive_id)
    assert payment.paid_at is not None
    gift.move(SETTLED)
    gift.paid_at = payment.paid_at
    gift.processing_fee_minor = payment.fee.minor if payment.fee else None
    gift.counts = drive.counts(started_at=gift.started_at, paid_at=payment.paid_at)
    _post_settlement(gift, payment)
    if gift.counts:
        tally.add_gift(drive, gift)
    if gift.recurring_gift_id:
        _settle_instalment(gift, drive)
    _issue_receipt(gift)


def _post_settlement(gift: Gift, payment: Payment) -> None:
    counts_for = gift.drive_id if gift.counts else ledger.NO_DRIVE
    fee = payment.fee or Money.zero(gift.currency)
    assert gift.paid_at is not None
    ledger.post(
        kind="gift_settled",
        source=gift.id,
        fund_id=gift.fund_id,
        lines=[
            Line(ledger.STRIPE, gift.charged - fee),
            Line(ledger.PROCESSING_FEES, fee, counts_for),
            Line(ledger.GIFTS, -gift.amount, counts_for),
            Line(ledger.FEE_COVER, -gift.fee_cover, counts_for),
        ],
        occurred_at=gift.paid_at,
    )


def _settle_instalment(gift: Gift, drive: Drive) -> None:
    promise = db.session.get_one(
        RecurringGift, gift.recurring_gift_id, with_for_update=True, populate_existing=True
    )
    is_first = promise.first_paid_at is None
    promise.first_paid_at = promise.first_paid_at or gift.paid_at
    db.session.flush()
    if gift.period_on is None or not standing.has_later_instalment(promise.id, gift.period_on, FAILED):
        standing.recover(promise)
    standing.restand(promise)
    if is_first and gift.counts and promise.rhythm == "month" and _is_new_monthly_donor(gift, drive):
        tally.add_new_monthly_donor(drive, gift)


def _is_new_monthly_donor(gift: Gift, drive: Drive) -> bool:
    """The rule: no instalment of another recurring gift to this organisation in the months before."""
    assert gift.paid_at is not None
    months = db.session.scalar(
        select(Goal.lookback_months).where(Goal.drive_id == drive.id, Goal.metric == NEW_MONTHLY_DONORS)
    )
    since = clock.months_before(gift.paid_at, 12 if months is None else months)
    earlier = select(Gift.id).where(
        Gift.donor_id == gift.donor_id,
        Gift.recurring_gift_id.is_not(None),
        Gift.recurring_gift_id != gift.recurring_gift_id,
        Gift.paid_at > since,
    )
    return db.session.scalar(earlier.limit(1)) is None


def _issue_receipt(gift: Gift) -> None:
    zone = db.session.get_one(Organisation, gift.organisation_id).zone
    giver = db.session.get_one(Donor, gift.donor_id)
    giver.name = gift.donor_name or giver.name
    receipt.issue(gift, zone=zone, donor_name=giver.name)


def _apply_refund(gift: Gift, seen: StripeRefund) -> None:
    """Note a refund that Stripe has made; ours is recognised by the id it carries."""
    row = db.session.scalars(select(Refund).where(Refund.stripe_refund_id == seen.id)).first()
    if row is None and seen.refund_id:
        row = db.session.get(Refund, seen.refund_id)
    if row is None:
        row = Refund(gift_id=gift.id, asked_by="stripe", asked_at=seen.at)
        row.amount = seen.amount
        db.session.add(row)
    row.stripe_refund_id = seen.id
    if row.done_at is not None or seen.status not in {"succeeded", "pending"}:
        return
    row.done_at = seen.at
    db.session.flush()
    _post_refund(gift, row, seen.at)
    letters.refund_made(gift, row)


def _post_refund(gift: Gift, row: Refund, at: datetime) -> None:
    """Money that went back takes the gift's part first and the fee cover last."""
    drive = db.session.get_one(Drive, gift.drive_id)
    gift_left = max(gift.amount_minor - gift.refunded_minor, 0)
    gift_part = Money(min(row.amount_minor, gift_left), gift.currency)
    counts_for = gift.drive_id if gift.counts else ledger.NO_DRIVE
    ledger.post(
        kind="refund",
        source=row.id,
        fund_id=gift.fund_id,
        lines=[
            Line(ledger.REFUNDS, gift_part, counts_for),
            Line(ledger.FEE_COVER_REFUNDS, row.amount - gift_part, counts_for),
            Line(ledger.STRIPE, -row.amount),
        ],
        occurred_at=at,
    )
    gift.refunded_minor += row.amount_minor
    is_whole = gift.refunded_minor == gift.charged.minor
    gift.move(REFUNDED if is_whole else PARTLY_REFUNDED)
    if gift.counts:
        tally.take_off_refund(drive, gift, at=at, gift_part_minor=gift_part.minor, is_whole=is_whole)
    if is_whole and gift.recurring_gift_id and drive.is_open(at):
        tally.lose_new_monthly_donor(gift.recurring_gift_id, at=at, because="refunded")
