"""States, rhythms and kinds of failure in words, for staff pages and exports."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from campaigns.drives.drive import Drive

GIFT_STATES: dict[str, Any] = {
    "pending": lazy_gettext("Not paid yet"),
    "settled": lazy_gettext("Received"),
    "partly_refunded": lazy_gettext("Partly refunded"),
    "refunded": lazy_gettext("Refunded"),
    "failed": lazy_gettext("Payment failed"),
    "expired": lazy_gettext("Not completed"),
    "voided": lazy_gettext("Taken back"),
}
CHANNELS: dict[str, Any] = {
    "checkout": lazy_gettext("Checkout"),
    "check": lazy_gettext("Check"),
    "cash": lazy_gettext("Cash"),
    "transfer": lazy_gettext("Bank transfer"),
    "import": lazy_gettext("Imported"),
}
BATCH_STATES: dict[str, Any] = {
    "open": lazy_gettext("Being typed"),
    "closed": lazy_gettext("Closed"),
    "discarded": lazy_gettext("Put aside"),
}
PLEDGE_STATES: dict[str, Any] = {
    "open": lazy_gettext("Promised"),
    "partly_paid": lazy_gettext("Partly paid"),
    "paid": lazy_gettext("Paid"),
    "written_off": lazy_gettext("Written off"),
    "cancelled": lazy_gettext("Cancelled"),
}
#: What a list of pledges may be narrowed to.
PLEDGE_STANDINGS: dict[str, Any] = {
    "owed": lazy_gettext("Not paid yet"),
    "overdue": lazy_gettext("Overdue"),
    "due": lazy_gettext("Due within 30 days"),
    "paid": lazy_gettext("Paid"),
    "written_off": lazy_gettext("Written off"),
    "cancelled": lazy_gettext("Cancelled"),
}
PLEDGE_STEPS: dict[str, Any] = {
    "pledged": lazy_gettext("Written down"),
    "changed": lazy_gettext("Changed"),
    "written_off": lazy_gettext("Written off"),
    "cancelled": lazy_gettext("Cancelled"),
    "reinstated": lazy_gettext("Expected again"),
}
PROMISE_STATES: dict[str, Any] = {
    "pending": lazy_gettext("Not begun"),
    "active": lazy_gettext("Running"),
    "failing": lazy_gettext("Payment failing"),
    "paused": lazy_gettext("Paused"),
    "held": lazy_gettext("On hold"),
    "lapsed": lazy_gettext("Lapsed"),
    "cancelled": lazy_gettext("Ended"),
    "abandoned": lazy_gettext("Never begun"),
}
INSTALMENT_STATES: dict[str, Any] = {
    "due": lazy_gettext("Due"),
    "waiting": lazy_gettext("The bank is asked"),
    "paid": lazy_gettext("Paid"),
    "failed": lazy_gettext("Failed, tried again"),
    "skipped": lazy_gettext("Skipped"),
    "paused": lazy_gettext("Paused"),
    "held": lazy_gettext("On hold"),
    "lapsed": lazy_gettext("Not collected"),
}
CHANGE_KINDS: dict[str, Any] = {
    "amount": lazy_gettext("Another amount"),
    "day": lazy_gettext("Another day"),
    "card": lazy_gettext("Another card or account"),
    "paused": lazy_gettext("Paused"),
    "resumed": lazy_gettext("Goes on"),
    "skipped": lazy_gettext("One payment skipped"),
    "held": lazy_gettext("On hold"),
    "released": lazy_gettext("No longer on hold"),
}
REFUND_STATES: dict[str, Any] = {
    "on_its_way": lazy_gettext("On its way"),
    "done": lazy_gettext("Done"),
    "refused": lazy_gettext("Refused by Stripe"),
    "came_back": lazy_gettext("Came back"),
}
MATCH_STATES: dict[str, Any] = {
    "scheduled": lazy_gettext("Not open yet"),
    "open": lazy_gettext("Open"),
    "used_up": lazy_gettext("Used up"),
    "over": lazy_gettext("Over"),
    "ended": lazy_gettext("Ended early"),
}
MATCH_TONES = {"open": "good", "used_up": "warn"}
DISPUTE_STATES: dict[str, Any] = {
    "inquiry": lazy_gettext("The bank asks"),
    "inquiry_answered": lazy_gettext("The bank reads our answer"),
    "open": lazy_gettext("Taken, wants an answer"),
    "answered": lazy_gettext("Taken, answered"),
    "won": lazy_gettext("Won"),
    "lost": lazy_gettext("Lost"),
    "closed": lazy_gettext("Came to nothing"),
}
#: What banks say, by Stripe's word for it; of disputes and of warnings.
DISPUTE_REASONS: dict[str, Any] = {
    "fraudulent": lazy_gettext("The donor does not know the payment"),
    "unrecognized": lazy_gettext("The donor does not recognise the payment"),
    "duplicate": lazy_gettext("Charged twice"),
    "subscription_canceled": lazy_gettext("Charged after it was cancelled"),
    "credit_not_processed": lazy_gettext("A refund did not arrive"),
    "product_not_received": lazy_gettext("Nothing was received in return"),
    "general": lazy_gettext("No reason given"),
    "misc": lazy_gettext("Suspected fraud"),
    "made_with_stolen_card": lazy_gettext("The card was stolen"),
    "made_with_lost_card": lazy_gettext("The card was lost"),
    "unauthorized_use_of_card": lazy_gettext("The card was used without leave"),
    "card_never_received": lazy_gettext("The card never reached its owner"),
    "made_with_counterfeit_card": lazy_gettext("The card was counterfeit"),
    "fraudulent_card_application": lazy_gettext("The card was applied for by somebody else"),
}
PAYOUT_STATES: dict[str, Any] = {
    "payout_on_its_way": lazy_gettext("On its way"),
    "payout_arrived": lazy_gettext("Arrived"),
    "payout_came_back": lazy_gettext("Came back"),
    "on_its_way": lazy_gettext("On its way"),
    "arrived": lazy_gettext("Arrived"),
    "came_back": lazy_gettext("Came back"),
}
#: The lines of the three columns.
RECONCILED: dict[str, Any] = {
    "balance_before_payouts": lazy_gettext("Gifts less fees, refunds and disputes"),
    "paid_out": lazy_gettext("Paid out"),
    "at_stripe_now": lazy_gettext("Still at Stripe"),
    "arrived": lazy_gettext("Arrived in the bank"),
}
DIFFERENCES: dict[str, Any] = {
    "ledger": lazy_gettext("Stripe and ledger differ"),
    "unknown": lazy_gettext("Money at Stripe of which nothing is known here"),
    "payout": lazy_gettext("A payout without its counterpart"),
    "bank": lazy_gettext("A line of the bank without a payout"),
}
EVENT_STATES: dict[str, Any] = {
    "failing": lazy_gettext("Failing"),
    "received": lazy_gettext("Waiting"),
    "done": lazy_gettext("Done"),
}
RHYTHM_NAMES: dict[str, Any] = {
    "once": lazy_gettext("once"),
    "week": lazy_gettext("every week"),
    "month": lazy_gettext("every month"),
    "quarter": lazy_gettext("every quarter"),
    "year": lazy_gettext("every year"),
}
TRIBUTES: dict[str, Any] = {
    "honour": lazy_gettext("In honour of"),
    "memory": lazy_gettext("In memory of"),
}
#: Which colour a state's tag has, beside its word.
TONES = {
    "settled": "good",
    "paid": "good",
    "active": "good",
    "done": "good",
    "partly_refunded": "warn",
    "on_its_way": "warn",
    "paused": "warn",
    "held": "warn",
    "failing": "bad",
    "lapsed": "bad",
    "voided": "bad",
    "failed": "bad",
    "refused": "bad",
    "came_back": "bad",
    "open": "bad",
    "payout_on_its_way": "warn",
    "payout_arrived": "good",
    "payout_came_back": "bad",
    "inquiry": "warn",
    "answered": "warn",
    "inquiry_answered": "warn",
    "won": "good",
    "closed": "good",
    "lost": "bad",
}
#: What a kind of failure means and what to do, by the name that the inbox keeps.
FAILURES: dict[str, Any] = {
    "AmountDiffers": lazy_gettext(
        "Stripe was paid another amount than the gift says. Compare both before you do anything."
    ),
    "NotYet": lazy_gettext("It is about something whose own event has not arrived. It usually follows."),
    "PaymentsUnavailable": lazy_gettext("Stripe did not answer. It is tried again by itself."),
    "InvalidRequestError": lazy_gettext("Stripe does not know what it is about. Look it up there."),
    "Conflict": lazy_gettext("It asks for a step that the gift's state does not allow."),
}
UNKNOWN_FAILURE = lazy_gettext("The log of the worker says more about it.")


def actor_name(label: str, members: dict[str, str]) -> str:
    """Who a label names; `members` maps labels of members to their names."""
    others: dict[str, Any] = {
        "stripe": lazy_gettext("Stripe"),
        "bank": lazy_gettext("the donor's bank"),
        "donor": lazy_gettext("the donor"),
        "system": lazy_gettext("this installation"),
    }
    if label.startswith("token:"):
        return str(lazy_gettext("API token")) + f" {label.removeprefix('token:')}"
    return str(members.get(label) or others.get(label) or label)


def deductibility_note(drive: Drive) -> str:
    notes = {
        "deductible": _("Gifts to this drive are tax-deductible as far as the law allows."),
        "not_deductible": _("Gifts to this drive are not tax-deductible."),
        "ask_counsel": _("Gifts that help one named person may not be tax-deductible. Ask your adviser."),
    }
    return notes[drive.deductibility]
