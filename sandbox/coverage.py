"""What of Stripe's behaviour is covered, as text."""

from sandbox import routing as _routing  # noqa: F401 (registers every route)
from sandbox.control import all_controls
from sandbox.events.types import EVENT_TYPES
from sandbox.faults import FAULTS
from sandbox.payments.bank_account import BANK_ACCOUNTS
from sandbox.payments.card import CARDS
from sandbox.protocol.document import API_VERSION, document
from sandbox.protocol.routes import all_routes

_LIMITS = (
    "Cards and, in dollars, euros or pounds, bank accounts are the only payment methods.",
    "A session offers one kind of payment method, the card when none is asked for.",
    "A debit from an American bank account is answered after 4 days, a European one after 5, a British one after 6.",
    "An invoice whose debit was refused is not tried again, and its subscription stays past_due.",
    "No prorations, discounts, taxes, shipping, coupons or invoice items.",
    "One billing rhythm for each subscription.",
    "An unpaid invoice is tried again on days 1, 3, 7 and 13; then the subscription ends.",
    "A held amount is let go after a week; a dispute without an answer is lost when its time is over.",
    "Stripe's conversion into another currency does not take place; each currency has its own balance.",
    "A test clock has arrived when `advance` answers; Stripe answers first and arrives later.",
    "Fees are one rate for all cards and one for each kind of debit; what was paid is in the balance at once.",
    "Parameters of Stripe's document that change nothing here are validated and then ignored.",
)


def report() -> str:
    """Routes, events, cards, controls, faults and known limits, a line each."""
    paths = document()["paths"]
    routes = [
        f"{one.method:6} {one.template}  {paths[one.template][one.method.lower()].get('summary', '')}"
        for one in all_routes()
    ]
    cards = [f"{card.number}  {card.says}" for card in CARDS.values()]
    faults = [f"{name}  {text}" for name, text in FAULTS.items()]
    sections = {
        f"Routes ({len(routes)}), Stripe {API_VERSION}": routes,
        f"Events ({len(EVENT_TYPES)})": sorted(EVENT_TYPES),
        "Cards": cards,
        "Bank accounts": [f"{each.number}  {each.says}" for each in BANK_ACCOUNTS.values()],
        "Controls": all_controls(),
        "Faults": faults,
        "Limits": list(_LIMITS),
    }
    return "\n".join(
        f"{title}\n" + "".join(f"  {line}\n" for line in lines) for title, lines in sections.items()
    )
