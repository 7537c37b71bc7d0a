"""Money of a gift without a checkout that the organisation gave back itself, and what undoes that note.

Stripe cannot return what it never had. What is noted here is posted out of the bank, and to the donor, the receipt
and every figure it is a refund like every other; above the organisation's limit a second person confirms it.
"""

from datetime import date, datetime

from flask_babel import gettext as _

from campaigns.drives.drive import Drive
from campaigns.funds import ledger
from core import clock
from core.db import db
from core.errors import Conflict, Invalid
from core.i18n import money as money_text
from core.money import Money
from donors import reading
from donors.gifts import returning, settling
from donors.gifts.gift import Gift
from donors.gifts.limits import check_step
from donors.gifts.refund import Refund
from donors.offline import recording
from staff import audit
from staff.access import Actor
from staff.approval import two_people
from staff.approval.proposal import Proposal
from staff.organisation import Organisation

VERB = "gift.return_outside"


def return_outside(
    actor: Actor, gift_id: str, *, amount: Money, reason: str, on_day: date
) -> Refund | Proposal:
    """Note that so much went back to the donor on a day; above the limit, propose it to a second person.

    Raises NotFound, Forbidden, Invalid on `amount` or `on_day`, Conflict `at_stripe`, `needs_second_person`.
    """
    gift = reading.get_gift(actor, gift_id)
    actor.require("gifts.refund")
    _check(gift, amount, on_day)
    if not two_people.asks_for(actor, amount):
        return return_now(actor, gift_id, amount=amount, reason=reason, on_day=on_day)
    terms = {
        "gift_id": gift.id,
        "amount_minor": amount.minor,
        "currency": amount.currency,
        "reason": reason,
        "on_day": on_day.isoformat(),
    }
    return two_people.propose(actor, VERB, gift.id, terms=terms, amount=amount)


def return_now(actor: Actor, gift_id: str, *, amount: Money, reason: str, on_day: date) -> Refund:
    """The same without a second person, whose confirmation it may be."""
    reading.get_gift(actor, gift_id)
    actor.require("gifts.refund")
    gift = settling.lock_gift(gift_id)
    assert gift is not None
    _check(gift, amount, on_day)
    row = Refund(gift_id=gift.id, asked_by=actor.label, reason=reason, asked_at=clock.now())
    row.amount = amount
    db.session.add(row)
    returning.take_back(gift, row, at=_instant(gift, on_day), account=ledger.BANK)
    after = {"refund": row.id, "refund_minor": amount.minor, "on_day": on_day.isoformat()}
    audit.record(actor, VERB, gift.id, after=after, reason=reason)
    return row


def undo(actor: Actor, gift_id: str, refund_id: str) -> Refund:
    """It did not go back after all, or was noted by mistake. Raises NotFound, Forbidden, Conflict `not_returned`."""
    gift = reading.get_gift(actor, gift_id)
    actor.require("gifts.refund")
    gift = settling.lock_gift(gift_id)
    assert gift is not None
    row = next((each for each in reading.refunds_of(gift.id) if each.id == refund_id), None)
    if row is None or not gift.is_offline or row.state != "done":
        raise Conflict("not_returned", _("Nothing of this stands that could be taken back."))
    returning.bring_back(gift, row, at=clock.now(), account=ledger.BANK)
    audit.record(actor, f"{VERB}.undone", gift.id, before={"refund": row.id})
    return row


def _check(gift: Gift, amount: Money, on_day: date) -> None:
    if not gift.is_offline:
        raise Conflict("at_stripe", _("This gift was paid through Stripe. Refund it there."))
    left = gift.refundable
    if amount.currency != gift.currency:
        raise Invalid({"amount": [_("This gift is in %(currency)s.", currency=gift.currency)]})
    if amount.minor <= 0 or amount > left:
        raise Invalid(
            {"amount": [_("At most %(left)s of this gift is left to refund.", left=money_text(left))]}
        )
    check_step(amount)
    zone = db.session.get_one(Organisation, gift.organisation_id).zone
    if gift.paid_at is None or not clock.day_of(gift.paid_at, zone) <= on_day <= clock.today(zone):
        raise Invalid({"on_day": [_("Write the day on which it went back: after it came, and not ahead.")]})


def _instant(gift: Gift, day: date) -> datetime:
    drive = db.session.get_one(Drive, gift.drive_id)
    zone = db.session.get_one(Organisation, gift.organisation_id).zone
    assert gift.paid_at is not None
    return max(recording.instant_of(day, drive, zone), gift.paid_at)
