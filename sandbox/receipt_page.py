"""What Stripe's receipt and hosted invoice addresses lead to: a page that says what was paid."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sandbox.amounts import written
from sandbox.checkout.words import words_of
from sandbox.html import page
from sandbox.protocol.transport import Reply, Request

if TYPE_CHECKING:
    from sandbox.world import World

PREFIXES = {"/receipts/": "charge", "/invoices/": "invoice"}


def answer(world: "World", request: Request) -> Reply:
    """The page of one charge or invoice."""
    prefix = next(prefix for prefix in PREFIXES if request.path.startswith(prefix))
    identifier, kind = request.path.removeprefix(prefix), PREFIXES[prefix]
    words = words_of("en")
    with world.turn():
        for account in world.accounts():
            row = account.find(kind, identifier)
            if row is not None:
                amount = row["amount"] if kind == "charge" else row["total"]
                return page(
                    "receipt.html",
                    words=words,
                    title="Receipt" if kind == "charge" else f"Invoice {row['number'] or ''}",
                    amount=written(amount, row["currency"]),
                    outcome=row["status"],
                    when=datetime.fromtimestamp(row["created"], UTC).strftime("%Y-%m-%d %H:%M UTC"),
                )
    return page("notice.html", 404, words=words, notice="missing", link=None)
