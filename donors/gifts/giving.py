"""Use cases of giving: start a gift, decide a refund, ask to end a recurring gift."""

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from campaigns import disclosure
from campaigns.drives.drive import Drive
from campaigns.funds import surplus
from core import clock, ids
from core.db import db
from core.errors import Conflict, Invalid
from core.i18n import money as money_text
from core.money import Money
from donors.disputes.dispute import ANSWERED, OPEN, Dispute
from donors.gifts import debiting
from donors.gifts.gift import BANK, CARD, Gift, public_name
from donors.gifts.limits import check_amount, check_step
from donors.gifts.refund import Refund
from donors.gifts.settling import lock_gift
from donors.matching import matching
from donors.payments.connected_account import account_of
from donors.people import consent, donor, given_as
from donors.recurring.recurring_gift import ABANDONED, ENDED, Cancellation, RecurringGift
from donors.stripe_gateway import CheckoutRequest
from donors.supporters.supporter_page import page_for_gift

#: Stripe closes a page after this at the latest, and never sooner than half an hour.
LONGEST_PAGE = timedelta(hours=23)
SHORTEST_PAGE = timedelta(minutes=31)


@dataclass(frozen=True)
class GiftOrder:
    """What a donor asked for, checked as to form; `consents` maps organisations to the words seen."""

    amount: Money
    rhythm: str
    email: str
    name: str = ""
    name_display: str = "initial"
    alias: str = ""
    message: str = ""
    tribute_kind: str = ""
    tribute_name: str = ""
    employer: str = ""
    fee_cover: Money | None = None
    method: str = CARD
    language: str = "en"
    #: The supporter's page on which the form stood; empty on the drive's own.
    supporter_page: str = ""
    consents: dict[str, str] = field(default_factory=dict)

    def content(self) -> dict[str, object]:
        return asdict(self)


def start(drive: Drive, order: GiftOrder, *, gift_id: str) -> Gift:
    """Write the pending gift, and the promise when it recurs; the same id again returns the same gift.

    Raises Conflict `drive_not_open`, Invalid naming the field.
    """
    existing = db.session.get(Gift, gift_id)
    if existing is not None:
        return existing
    _check(drive, order)
    giver = donor.meet(
        organisation_id=drive.organisation_id, email=order.email, name=order.name, language=order.language
    )
    existing = db.session.get(Gift, gift_id)
    if existing is not None:  # the same form arrived twice at once, and the other was first
        return existing
    for organisation_id, wording in order.consents.items():
        consent.give(giver, organisation_id=organisation_id, wording=wording, source=f"gift {gift_id}")
    account = account_of(drive.organisation_id)
    promise = _promise(drive, order, giver.id, account) if order.rhythm != "once" else None
    gift = Gift(
        id=gift_id,
        organisation_id=drive.organisation_id,
        drive_id=drive.id,
        fund_id=drive.fund_id,
        donor_id=giver.id,
        recurring_gift_id=promise.id if promise else None,
        supporter_page_id=page_for_gift(order.supporter_page, drive.id) if order.supporter_page else None,
        account=account,
        fee_cover_minor=order.fee_cover.minor if order.fee_cover else 0,
        refunded_minor=0,
        language=order.language,
        method=order.method,
        donor_name=order.name,
        public_name=public_name(order.name, order.name_display, order.alias),
        message=order.message,
        tribute_kind=order.tribute_kind,
        tribute_name=order.tribute_name,
        employer=order.employer,
        surplus_clause_id=surplus.current(drive.fund_id).id,
        started_at=clock.now(),
    )
    gift.amount = order.amount
    db.session.add(gift)
    db.session.flush()
    given_as.note(gift.id, giver, order.email)
    matching.reserve(gift)
    return gift


def _promise(drive: Drive, order: GiftOrder, donor_id: str, account: str) -> RecurringGift:
    promise = RecurringGift(
        id=ids.new_id("recur"),
        organisation_id=drive.organisation_id,
        drive_id=drive.id,
        donor_id=donor_id,
        rhythm=order.rhythm,
        method=order.method,
        account=account,
        fee_cover_minor=order.fee_cover.minor if order.fee_cover else 0,
        started_at=clock.now(),
    )
    promise.amount = order.amount
    db.session.add(promise)
    db.session.flush()
    return promise


def require_open(drive: Drive) -> None:
    if drive.state(clock.now()) != "open":
        raise Conflict("drive_not_open", _("This drive does not take gifts now. No money moved."))


def _check(drive: Drive, order: GiftOrder) -> None:
    require_open(drive)
    if order.rhythm != "once" and order.rhythm not in drive.rhythms:
        raise Invalid({"rhythm": [_("This drive does not offer that. Choose another rhythm.")]})
    _check_method(drive, order)
    check_amount(drive, order.amount)
    said = {
        "name": order.name,
        "alias": order.alias,
        "message": order.message,
        "tribute_name": order.tribute_name,
    }
    disclosure.screen_for_drive(drive.id, {name: text for name, text in said.items() if text})


def _check_method(drive: Drive, order: GiftOrder) -> None:
    if order.method == CARD:
        return
    if not debiting.is_offered(drive.organisation_id, order.amount.currency):
        raise Invalid({"method": [debiting.why_not(order.amount.currency)]})


def checkout_request(
    gift: Gift, *, base_url: str, is_held: bool, opened_at: datetime | None = None
) -> CheckoutRequest:
    """What the payment page needs; made of rows alone, so that it is the same each time.

    `opened_at`: when the donor went on to it, where that is not when the form was sent.
    """
    drive = db.session.get_one(Drive, gift.drive_id)
    giver = db.session.get_one(donor.Donor, gift.donor_id)
    assert giver.email is not None  # the form asks for it
    promise = db.session.get(RecurringGift, gift.recurring_gift_id) if gift.recurring_gift_id else None
    page = f"{base_url}/d/{drive.slug}"
    return CheckoutRequest(
        gift_id=gift.id,
        recurring_gift_id=gift.recurring_gift_id,
        amount=gift.charged,
        rhythm=promise.rhythm if promise else "once",
        title=drive.title,
        email=given_as.address_of(gift.id) or giver.email,
        language=gift.language,
        success_url=f"{page}/gifts/{gift.id}/thanks",
        cancel_url=f"{page}/gifts/{gift.id}/cancelled",
        expires_at=_page_closes_at(drive, opened_at or gift.started_at),
        is_held=is_held,
        is_debit=gift.method == BANK,
    )


def _page_closes_at(drive: Drive, started_at: datetime) -> datetime:
    latest = started_at + LONGEST_PAGE
    if drive.ends_at is not None:
        latest = min(latest, drive.ends_at + timedelta(minutes=drive.grace_minutes))
    return max(latest, started_at + SHORTEST_PAGE)


def decide_refund(gift_id: str, amount: Money, *, asked_by: str, reason: str) -> Refund:
    """Note that somebody decided to give money back; at_stripe.send_refund then makes it happen.

    Raises Invalid where it is more than what is left, decided refunds included; Conflict `disputed` while
    the donor's bank has the money.
    """
    gift = lock_gift(gift_id)
    assert gift is not None
    check_refund(gift, amount)
    row = Refund(gift_id=gift.id, asked_by=asked_by, reason=reason)
    row.amount = amount
    db.session.add(row)
    db.session.flush()
    return row


def check_refund(gift: Gift, amount: Money) -> None:
    """Raises Invalid where the amount is more than what is left, decided refunds included; Conflict `disputed`
    while the donor's bank has the money, `not_at_stripe` for a gift that came without a checkout."""
    if gift.is_offline:
        raise Conflict(
            "not_at_stripe",
            _("This gift did not come through Stripe. Give it back yourself, then note that it went back."),
        )
    if _is_disputed(gift):
        raise Conflict(
            "disputed", _("The donor's bank has taken this payment back. Answer the dispute instead.")
        )
    left = left_to_refund(gift)
    if amount.currency != gift.currency:
        raise Invalid({"amount": [_("This gift is in %(currency)s.", currency=gift.currency)]})
    if amount.minor <= 0 or amount > left:
        raise Invalid(
            {"amount": [_("At most %(left)s of this gift is left to refund.", left=money_text(left))]}
        )
    check_step(amount)


def _is_disputed(gift: Gift) -> bool:
    taken = select(Dispute.id).where(
        Dispute.gift_id == gift.id, Dispute.state.in_((OPEN, ANSWERED)), Dispute.is_refundable.is_(False)
    )
    return db.session.scalar(taken.limit(1)) is not None


def left_to_refund(gift: Gift) -> Money:
    """What can still be given back, refunds on their way taken off."""
    return gift.refundable - _decided(gift)


def _decided(gift: Gift) -> Money:
    """Refunds on their way: decided, neither done nor failed."""
    rows = db.session.query(Refund).filter(
        Refund.gift_id == gift.id, Refund.done_at.is_(None), Refund.failed_at.is_(None)
    )
    return sum((row.amount for row in rows), Money.zero(gift.currency))


def ask_to_cancel(promise: RecurringGift, *, asked_by: str, reason: str) -> Cancellation:
    """Note that the recurring gift shall end; at_stripe.send_cancellation then makes it happen.

    Asking again returns the first asking. Raises Conflict `already_cancelled`, or `never_begun` where the
    payment page closed unpaid.
    """
    if promise.state in ENDED:
        raise Conflict("already_cancelled", _("This recurring gift has ended already."))
    if promise.state == ABANDONED:
        raise Conflict("never_begun", _("This recurring gift never began. Nothing is charged."))
    asked = db.session.query(Cancellation).filter_by(recurring_gift_id=promise.id).one_or_none()
    if asked is None:
        asked = Cancellation(recurring_gift_id=promise.id, asked_by=asked_by, reason=reason)
        db.session.add(asked)
        db.session.flush()
    return asked
