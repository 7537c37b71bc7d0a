"""Erasing a donor: the person goes, the money stays.

Amounts, dates, the ledger and receipts are kept for the legal period (see `retention`); names, addresses,
messages, tributes, mails and what Stripe told of the person are not.
"""

from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, delete, func, or_, select, update

from core import clock
from core.db import db
from core.errors import Conflict, Invalid
from core.mail import OutgoingMail
from donors import reading
from donors.employers.employer_match import EmployerMatch
from donors.gifts.gift import PENDING, Gift
from donors.gifts.refund import Refund
from donors.merging.merge import DonorMerge
from donors.payments.stripe_event import StripeEvent
from donors.people.donor import Donor, other_addresses
from donors.people.sign_in_link import SignInLink
from donors.pledges.pledge import OWED, Pledge
from donors.privacy import erasing_offline
from donors.recurring.recurring_gift import ABANDONED, ENDED, Cancellation, RecurringGift
from donors.supporters.supporting import end_pages_from
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

    Raises NotFound, Invalid on reason, Conflict `erased`, `still_gives` (a recurring gift is not ended),
    `gift_pending` (a payment page is open) and `still_owes` (a pledge is expected).
    """
    actor.require("gifts.refund")
    donor = reading.get_donor(actor, donor_id)
    donor = db.session.get_one(Donor, donor.id, with_for_update=True, populate_existing=True)
    if len(reason.strip()) < SHORTEST_REASON:
        raise Invalid({"reason": [_("Say who asked for it. It is kept in the audit trail.")]})
    known_as = [donor, *other_addresses(donor.id)]
    named = (word for each in known_as for word in (each.email, each.name))
    if any(word and word.lower() in reason.lower() for word in named):
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
    addresses = [each.id for each in other_addresses(donor.id)]
    pledges = erasing_offline.pledges_of(donor)
    return [donor.id, *addresses, *db.session.scalars(promises.union_all(gifts, pledges))]


def _refuse_while_giving(donor: Donor) -> None:
    running = select(RecurringGift.id).where(
        RecurringGift.donor_id == donor.id, RecurringGift.state.not_in(_OVER)
    )
    if db.session.scalar(running.limit(1)):
        raise Conflict("still_gives", _("A recurring gift still runs. End it first."))
    pending = select(Gift.id).where(Gift.donor_id == donor.id, Gift.state == PENDING)
    if db.session.scalar(pending.limit(1)):
        raise Conflict("gift_pending", _("A payment page is still open. Wait until it has ended."))
    if db.session.scalar(erasing_offline.pledges_of(donor).where(Pledge.state.in_(OWED)).limit(1)):
        raise Conflict("still_owes", _("A pledge is still open. Cancel it or write it off first."))


def scrub(donor: Donor) -> None:
    """Take the person out of every row that is not money, under each of their addresses."""
    known_as = [donor, *other_addresses(donor.id)]
    addresses = [each.email for each in known_as if each.email is not None]
    db.session.execute(delete(SignInLink).where(SignInLink.email.in_(addresses)))
    db.session.execute(
        update(OutgoingMail)
        .where(OutgoingMail.to.in_(addresses))
        .values(to="", subject="", text="", html=None, next_attempt_at=None)
    )
    db.session.execute(update(DonorMerge).where(DonorMerge.kept_id == donor.id).values(reason=""))
    scrub_gifts(Gift.donor_id == donor.id)
    end_pages_from(donor.organisation_id, addresses)
    promises = select(RecurringGift.id).where(RecurringGift.donor_id == donor.id)
    gifts = select(Gift.id).where(Gift.donor_id == donor.id)
    for model, which in (
        (Cancellation, Cancellation.recurring_gift_id.in_(promises)),
        (Refund, Refund.gift_id.in_(gifts)),
    ):
        statement = update(model).where(which).values(reason="")
        db.session.execute(statement.execution_options(synchronize_session=False))
    erasing_offline.scrub(donor)
    _empty_events(donor, addresses)
    for each in known_as:
        each.email = f"{each.id}@erased.invalid" if each.email is not None else None
        each.name, each.outside_key = "", None
        each.erased_at = clock.now()
    db.session.flush()
    db.session.expire_all()


def _empty_events(donor: Donor, addresses: list[str]) -> None:
    """Drop the words of Stripe's events that name the donor, or a gift of the days for which words are kept."""
    since = clock.now() - timedelta(days=EVENT_WORDS_DAYS)
    recent = select(Gift.id).where(Gift.donor_id == donor.id, Gift.started_at >= since)
    promises = select(RecurringGift.id).where(RecurringGift.donor_id == donor.id)
    names = [*addresses, *db.session.scalars(recent), *db.session.scalars(promises)]
    if not names:
        return
    body = func.lower(StripeEvent.body)
    told = or_(*(body.contains(each.lower(), autoescape=True) for each in names))
    statement = update(StripeEvent).where(StripeEvent.done_at.is_not(None), StripeEvent.body != "", told)
    db.session.execute(statement.values(body="").execution_options(synchronize_session=False))


def scrub_gifts(which: ColumnElement[bool], **values: list[str]) -> None:
    """Take the words of a person off gifts; amounts, dates and states stay. `values` are the parameters of `which`."""
    gifts: Any = Gift.__table__
    matches: Any = EmployerMatch.__table__
    matched = matches.c.gift_id.in_(select(gifts.c.id).where(which))
    db.session.execute(update(matches).where(matched).values(employer=""), values)
    db.session.execute(update(gifts).where(which).values(dict.fromkeys(PERSONAL, "")), values)
