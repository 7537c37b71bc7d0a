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
    tell(
        gift.organisation_id,
        "gift.refunded",
        {
            "gift_id": gift.id,
            "drive_id": gift.drive_id,
            "refund_id": refund.id,
            "amount_minor": refund.amount_minor,
            "currency": refund.currency,
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
