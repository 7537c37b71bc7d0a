"""What is told of gifts: ids, amounts and times. No donor, no message, no client, no word that somebody wrote."""

from donors.gifts.gift import Gift
from donors.gifts.refund import Refund
from donors.webhooks_out.sending import tell


def gift_paid(gift: Gift) -> None:
    assert gift.paid_at is not None
    tell(
        gift.organisation_id,
        "gift.paid",
        {
            "gift_id": gift.id,
            "drive_id": gift.drive_id,
            "recurring_gift_id": gift.recurring_gift_id,
            "amount_minor": gift.amount_minor,
            "currency": gift.currency,
            "paid_at": gift.paid_at.isoformat(),
        },
    )


def gift_refunded(gift: Gift, refund: Refund) -> None:
    """Once for each refund, and once for what a bank takes: `refunded_minor` is all that has gone back by now."""
    _tell_of_refund("gift.refunded", gift, refund)


def gift_refund_returned(gift: Gift, refund: Refund) -> None:
    """What `gift.refunded` told of, under the same `refund_id`, did not reach the donor after all, or the bank gave
    it back: told once, and `refunded_minor` is all that is still gone."""
    _tell_of_refund("gift.refund_returned", gift, refund)


def _tell_of_refund(kind: str, gift: Gift, refund: Refund) -> None:
    tell(
        gift.organisation_id,
        kind,
        {
            "gift_id": gift.id,
            "drive_id": gift.drive_id,
            "refund_id": refund.id,
            "amount_minor": refund.amount_minor,
            "currency": refund.currency,
            "refunded_minor": gift.refunded_minor,
        },
    )


def gift_voided(gift: Gift) -> None:
    """Staff had recorded it, and it was no gift after all."""
    tell(
        gift.organisation_id,
        "gift.voided",
        {
            "gift_id": gift.id,
            "drive_id": gift.drive_id,
            "amount_minor": gift.amount_minor,
            "currency": gift.currency,
        },
    )
