"""Erasing a donor: the person goes, the money stays.

Amounts, dates, the ledger and receipts are kept for the legal period (see `retention`); names, addresses,
messages, tributes, mails and what Stripe told of the person are not.
"""

from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import delete, func, or_, select, update

from core import clock
from core.db import db
from core.errors import Conflict, Invalid
from core.mail import OutgoingMail
from donors import reading
from donors.gifts.gift import PENDING, Gift
from donors.gifts.gift_void import GiftVoid
from donors.gifts.refund import Refund
from donors.offline.offline_gift import OfflineGift
from donors.payments.stripe_event import StripeEvent
from donors.people.donor import Donor
from donors.people.sign_in_link import SignInLink
from donors.recurring.recurring_gift import ABANDONED, ENDED, Cancellation, RecurringGift
from staff import audit
from staff.access import Actor

SHORTEST_REASON = 3
#: As long as Stripe itself keeps an event, so that what went wrong can be looked at.
EVENT_WORDS_DAYS = 30
#: What a gift says about its donor.
PERSONAL = ("donor_name", "public_name", "message", "tribute_kind", "tribute_name", "employer")
_OVER = (*ENDED, ABANDONED)


def erase_donor(actor: Actor, donor_id: str, *, reason: str) -> Donor:
    """Erase one donor of the actor's organisation, for good. `reason`: who asked, not their name.

    Raises NotFound, Invalid on reason, Conflict `erased`, `still_gives` (a recurring gift is not ended) and
    `gift_pending` (a payment page is open).
    """
    actor.require("gifts.refund")
    donor = reading.get_donor(actor, donor_id)
    donor = db.session.get_one(Donor, donor.id, with_for_update=True, populate_existing=True)
    if len(reason.strip()) < SHORTEST_REASON:
        raise Invalid({"reason": [_("Say who asked for it. It is kept in the audit trail.")]})
    if any(word and word.lower() in reason.lower() for word in (donor.email, donor.name)):
        raise Invalid({"reason": [_("Give the reason without naming the donor.")]})
    if donor.erased_at is not None:
        raise Conflict("erased", _("This donor is erased already."))
    _refuse_while_giving(donor)
    scrub(donor)
    audit.erase_details(actor, _subjects(donor), reason=reason)
    audit.record(actor, "donor.erased", donor.id, reason=reason)
    return donor


def _subjects(donor: Donor) -> list[str]:
    """What staff did for the donor is told of under these ids, in words that may name the person."""
    promises = select(RecurringGift.id).where(RecurringGift.donor_id == donor.id)
    gifts = select(Gift.id).where(Gift.donor_id == donor.id)
    return [donor.id, *db.session.scalars(promises.union_all(gifts))]


def _refuse_while_giving(donor: Donor) -> None:
    running = select(RecurringGift.id).where(
        RecurringGift.donor_id == donor.id, RecurringGift.state.not_in(_OVER)
    )
    if db.session.scalar(running.limit(1)):
        raise Conflict("still_gives", _("A recurring gift still runs. End it first."))
    pending = select(Gift.id).where(Gift.donor_id == donor.id, Gift.state == PENDING)
    if db.session.scalar(pending.limit(1)):
        raise Conflict("gift_pending", _("A payment page is still open. Wait until it has ended."))


def scrub(donor: Donor) -> None:
    """Take the person out of every row that is not money."""
    if donor.email is not None:
        _drop_mails(donor.email)
    scrub_gifts(Gift.donor_id == donor.id)
    promises = select(RecurringGift.id).where(RecurringGift.donor_id == donor.id)
    gifts = select(Gift.id).where(Gift.donor_id == donor.id)
    for model, which in (
        (Cancellation, Cancellation.recurring_gift_id.in_(promises)),
        (Refund, Refund.gift_id.in_(gifts)),
        (GiftVoid, GiftVoid.gift_id.in_(gifts)),
    ):
        statement = update(model).where(which).values(reason="")
        db.session.execute(statement.execution_options(synchronize_session=False))
    statement = update(OfflineGift).where(OfflineGift.gift_id.in_(gifts)).values(number="", note="")
    db.session.execute(statement.execution_options(synchronize_session=False))
    _empty_events(donor)
    donor.email = f"{donor.id}@erased.invalid" if donor.email is not None else None
    donor.name, donor.outside_key = "", None
    donor.erased_at = clock.now()
    db.session.flush()
    db.session.expire_all()


def _drop_mails(address: str) -> None:
    db.session.execute(delete(SignInLink).where(SignInLink.email == address))
    db.session.execute(
        update(OutgoingMail)
        .where(OutgoingMail.to == address)
        .values(to="", subject="", text="", html=None, next_attempt_at=None)
    )


def _empty_events(donor: Donor) -> None:
    """Drop the words of Stripe's events that name the donor, or a gift of the days for which words are kept."""
    since = clock.now() - timedelta(days=EVENT_WORDS_DAYS)
    recent = select(Gift.id).where(Gift.donor_id == donor.id, Gift.started_at >= since)
    promises = select(RecurringGift.id).where(RecurringGift.donor_id == donor.id)
    address = [donor.email] if donor.email is not None else []
    names = [*address, *db.session.scalars(recent), *db.session.scalars(promises)]
    if not names:
        return
    body = func.lower(StripeEvent.body)
    told = or_(*(body.contains(each.lower(), autoescape=True) for each in names))
    statement = update(StripeEvent).where(StripeEvent.done_at.is_not(None), StripeEvent.body != "", told)
    db.session.execute(statement.values(body="").execution_options(synchronize_session=False))


def scrub_gifts(which: object) -> None:
    """Take the words of a person off gifts; amounts, dates and states stay."""
    statement = update(Gift).where(which).values(dict.fromkeys(PERSONAL, ""))  # pyright: ignore[reportArgumentType]
    db.session.execute(statement.execution_options(synchronize_session=False))
