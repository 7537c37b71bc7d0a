"""A gift that ends without money: its payment page closed, or its payment failed."""

from donors.gifts.gift import Gift
from donors.matching import matching


def end_unpaid(gift: Gift, state: str) -> None:
    """Move a locked gift to `expired` or `failed`. What it held of match funds is there for others."""
    gift.move(state)
    matching.release_unpaid(gift, state)
