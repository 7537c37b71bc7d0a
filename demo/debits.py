"""The demo's donors may give from a bank account too."""

from demo.people import actor
from donors.gifts import debiting


def offer_gifts_from_bank_accounts() -> None:
    debiting.offer(actor("elena"), is_on=True)
