"""What happens to a gift when Stripe says how its payment stands.

A payment's present state is applied to the locked gift, whatever event brought us here and however often:
paid money is posted once, each refund once, and nothing is done that was done before.
"""

from sqlalchemy import select

from campaigns.drives.drive import Drive
from campaigns.funds import ledger
from campaigns.funds.ledger import Line
from core.db import db, lock
from core.money import Money
from donors.disputes import losing
from donors.figures import new_monthly_donor, tally
from donors.figures.counted_promise import count_promise, lose_promise
from donors.figures.snapping import freeze_if_due
from donors.gifts import returning
from donors.gifts.gift import EXPIRED, FAILED, RECEIVED, REFUNDED, SETTLED, Gift
from donors.matching import matching
from donors.payments.connected_account import require_same
from donors.people.donor import Donor
from donors.pledges import standing as pledges
from donors.receipts import receipt
from donors.recurring import standing
from donors.recurring.instalment import FAILED as UNCOLLECTED
from donors.recurring.recurring_gift import RecurringGift
from donors.stripe_gateway import Payment, StripeRefund
from donors.webhooks_out import news
from staff.organisation import Organisation


class AmountDiffers(Exception):
    """Stripe was paid another amount than the gift says. Nothing is posted; staff has to look."""


def lock_gift(gift_id: str) -> Gift | None:
    """The gift's row, locked until the transaction ends, with what is in the database now."""
    return lock(Gift, gift_id)


def apply_payment(gift: Gift, payment: Payment) -> None:
    """Bring a locked gift to where its payment stands. Raises ForeignAccount, AmountDiffers."""
    require_same(gift.account, payment.account)
    gift.payment_intent_id = payment.payment_intent_id
    if payment.is_paid and gift.state not in (*RECEIVED, REFUNDED):
        _settle(gift, payment)
    if gift.state in (*RECEIVED, REFUNDED):
        for each in payment.refunds:
            _apply_refund(gift, each)


def _apply_refund(gift: Gift, seen: StripeRefund) -> None:
    """A refund of what a bank took since was made before: what the bank took is then worked out anew. Told when all
    of it stands."""
    lifted = losing.lift(gift) if returning.exceeds(gift, seen) else []
    done = returning.apply_refund(gift, seen)
    for each in lifted:
        losing.settle(gift, each, is_again=True)
    if done is not None:
        (news.gift_refund_returned if done.undone_at else news.gift_refunded)(gift, done)


def _settle(gift: Gift, payment: Payment) -> None:
    if payment.amount != gift.charged:
        raise AmountDiffers(f"{gift.id} is {gift.charged}, {payment.payment_intent_id} paid {payment.amount}")
    drive = db.session.get_one(Drive, gift.drive_id)
    freeze_if_due(drive)
    assert payment.paid_at is not None
    was_over = gift.state in (EXPIRED, FAILED)
    gift.move(SETTLED)
    gift.paid_at = payment.paid_at
    gift.processing_fee_minor = payment.fee.minor if payment.fee else None
    gift.counts = drive.counts(started_at=gift.started_at, paid_at=payment.paid_at)
    matching.settle(gift, was_over=was_over)
    _post_settlement(gift, payment)
    if gift.counts:
        tally.add_gift(drive, gift)
    if gift.recurring_gift_id:
        _settle_instalment(gift)
    issue_receipt(gift)
    pledges.restand_for(gift)
    news.gift_paid(gift)


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


def _settle_instalment(gift: Gift) -> None:
    promise = db.session.get_one(
        RecurringGift, gift.recurring_gift_id, with_for_update=True, populate_existing=True
    )
    assert gift.paid_at is not None
    is_first = promise.first_paid_at is None or gift.paid_at < promise.first_paid_at
    promise.first_paid_at = gift.paid_at if is_first else promise.first_paid_at
    db.session.flush()
    if gift.period_on is None or not standing.has_later_instalment(promise.id, gift.period_on, UNCOLLECTED):
        standing.recover(promise)
    standing.restand(promise)
    if is_first and gift.counts:
        count_promise(gift, promise)
        _lose_what_ended_before(promise)
    _recount_new_monthly(gift)


def _lose_what_ended_before(promise: RecurringGift) -> None:
    """A bank may pay a first debit after its donor has ended the recurring gift."""
    ended_at = promise.cancelled_at
    if ended_at is not None and db.session.get_one(Drive, promise.drive_id).is_open(ended_at):
        lose_promise(promise.id, at=ended_at, because=promise.state)


def _recount_new_monthly(gift: Gift) -> None:
    """Where this instalment is a first one; and where it was paid before a first one that is known already."""
    query = select(RecurringGift.drive_id).where(
        RecurringGift.donor_id == gift.donor_id,
        RecurringGift.rhythm == "month",
        RecurringGift.first_paid_at >= gift.paid_at,
    )
    for drive_id in sorted(set(db.session.scalars(query))):
        drive = db.session.get_one(Drive, drive_id)
        freeze_if_due(drive)
        new_monthly_donor.recount(drive, gift.donor_id)


def issue_receipt(gift: Gift, *, by_mail: bool = True) -> None:
    """Write the receipt of a gift that has just been paid; its donor is called as the gift says from now on."""
    zone = db.session.get_one(Organisation, gift.organisation_id).zone
    giver = db.session.get_one(Donor, gift.donor_id)
    giver.name = gift.donor_name or giver.name
    receipt.issue(gift, zone=zone, donor_name=giver.name, by_mail=by_mail)
