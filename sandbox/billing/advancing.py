"""Letting time pass in the whole sandbox, for demonstrations and tests."""

from typing import TYPE_CHECKING

from sandbox.billing.collecting import go_on

if TYPE_CHECKING:
    from sandbox.world import World


def advance(world: "World", moment: int) -> None:
    """Makes it `moment` (epoch seconds) for everything that lives on no test clock.

    Renewals come due at their own moments on the way. Drafts that would wait for Stripe's hour are
    finalized and collected at the end, so that one call leaves nothing half done.
    """
    world.advance(moment)
    for account in world.accounts():
        for invoice in account.all("invoice"):
            if invoice["status"] == "draft" and invoice["auto_advance"] and invoice["test_clock"] is None:
                go_on(account, invoice)
