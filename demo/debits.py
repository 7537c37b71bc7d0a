"""The demo's donors may give from a bank account too; one has allowed a monthly debit just now."""

import time

from demo.givers import Giver, give
from demo.people import actor
from donors.gifts import debiting


def offer_gifts_from_bank_accounts() -> None:
    debiting.offer(actor("elena"), is_on=True)


def allow_a_monthly_debit(web: str, stripe: str) -> None:
    """Its bank has not answered: pages show it on its way."""
    giver = Giver(
        drive="130-before-midnight",
        rhythm="month",
        amount="20",
        name="Teresa Banks",
        email="teresa.banks@example.com",
        display="initial",
        message="",
        agrees=False,
        by_link=False,
        paid_at=int(time.time()),
        account="000123456789",
    )
    give(web, stripe, giver, "")
