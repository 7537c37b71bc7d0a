"""What staff decides about recurring gifts on their donors' request: each checked, noted, audited.

In the caller's transaction; the caller then tells Stripe (jobs.send_version) or mails the link.
"""

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _

from core.errors import Conflict
from donors import reading
from donors.people import signing_in
from donors.people.sign_in_link import SignInLink
from donors.receipts import recurring_letters
from donors.recurring import carding, changing
from donors.recurring.changing import Asked
from donors.recurring.instalments import lock_promise
from donors.recurring.recurring_gift import RecurringGift
from donors.recurring.version import Version
from staff import audit
from staff.access import Actor

#: What may be asked for, and what it takes.
CHANGES: dict[str, Callable[[RecurringGift, dict[str, Any], Asked], Version]] = {
    "amounts": lambda promise, asked_for, asked: changing.change_amount(promise, asked_for["amount"], asked),
    "days": lambda promise, asked_for, asked: changing.change_day(promise, asked_for["day"], asked),
    "pauses": lambda promise, asked_for, asked: changing.pause(promise, asked_for["months"], asked),
    "skips": lambda promise, _asked_for, asked: changing.skip(promise, asked),
    "resumptions": lambda promise, _asked_for, asked: changing.resume(promise, asked),
}


def change(actor: Actor, recurring_gift_id: str, kind: str, asked_for: dict[str, Any]) -> Version:
    """Carry out one of CHANGES; `note` in what was asked for says how the donor asked.

    Raises NotFound, Forbidden, Conflict, Invalid naming the field.
    """
    promise = _own(actor, recurring_gift_id)
    before = _terms(promise)
    note = asked_for["note"]
    version = CHANGES[kind](promise, asked_for, Asked(by=actor.label, reason=note))
    verb = f"recurring_gift.{version.kind}"
    audit.record(actor, verb, promise.id, before=before, after=_terms(promise), reason=note)
    return version


def send_card_link(actor: Actor, recurring_gift_id: str, *, note: str) -> None:
    """Mail the donor the link to a new card: nobody else may type it. Raises NotFound, Forbidden, Conflict."""
    promise = _own(actor, recurring_gift_id)
    update = carding.ask(promise)
    recurring_letters.card_link(promise, update, with_bank=carding.can_take_bank(promise))
    audit.record(actor, "recurring_gift.card_link", promise.id, reason=note)


def send_sign_in_link(actor: Actor, donor_id: str) -> SignInLink:
    """Mail a donor a link to their gifts, to the address that is known. Raises NotFound, Forbidden,
    Conflict `no_address`."""
    donor = reading.get_donor(actor, donor_id)
    actor.require("gifts.refund")
    if donor.email is None:
        raise Conflict("no_address", _("No e-mail address of this donor is known."))
    audit.record(actor, "donor.sign_in_link", donor.id)
    return signing_in.ask_for_link(donor.email, language=donor.language, asked_by=actor.label)


def _own(actor: Actor, recurring_gift_id: str) -> RecurringGift:
    found = reading.get_promise(actor, recurring_gift_id)
    actor.require("gifts.refund")
    promise = lock_promise(found.id)
    assert promise is not None
    return promise


def _terms(promise: RecurringGift) -> dict[str, Any]:
    return {
        "amount_minor": promise.amount_minor,
        "currency": promise.currency,
        "state": promise.state,
        "next_due_on": promise.next_due_on.isoformat() if promise.next_due_on else None,
    }
