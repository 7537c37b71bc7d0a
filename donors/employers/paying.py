"""An employer has paid: the money goes into the gift's fund, as income of its own that is never counted as raised."""

from collections.abc import Iterable, Iterator
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import func, select

from campaigns.funds import ledger
from campaigns.funds.ledger import LedgerTotal, Line
from core import clock, ids
from core.db import db
from core.errors import Conflict, Invalid
from core.money import Money
from donors.employers.employer_match import (
    PAID,
    SUBMITTED,
    EmployerMatch,
    EmployerPayment,
    lock_match,
)
from donors.gifts.gift import Gift
from staff import audit
from staff.access import Actor
from staff.organisation import Organisation

LARGEST_MINOR = 1_000_000_000


def record_payment(actor: Actor, claim_id: str, *, amount: Money, received_on: date) -> EmployerPayment:
    """Write down what the employer paid into the organisation's bank.

    Raises NotFound, Invalid on amount or received_on, Conflict `illegal_transition`.
    """
    actor.require("funds.edit")
    claim = lock_match(actor, claim_id)
    gift = db.session.get_one(Gift, claim.gift_id)
    zone = db.session.get_one(Organisation, claim.organisation_id).zone
    _check(gift, amount, received_on, zone)
    claim.move_to(PAID)
    payment = EmployerPayment(
        id=ids.new_id("empay"), claim_id=claim.id, received_on=received_on, recorded_by_id=actor.person_id
    )
    payment.amount = amount
    payment.group_id = _post("employer_match_paid", payment.id, gift, amount)
    db.session.add(payment)
    db.session.flush()
    audit.record(actor, "employer_match.paid", gift.id, after={"amount": str(amount), "claim": claim.id})
    return payment


def undo_payment(actor: Actor, claim_id: str, *, reason: str) -> EmployerPayment:
    """Take back a payment that was written down by mistake; the claim waits for the employer again.

    Raises NotFound, Invalid on reason, Conflict `not_paid`.
    """
    actor.require("funds.edit")
    claim = lock_match(actor, claim_id)
    if not 1 <= len(reason.strip()) <= 500:
        raise Invalid({"reason": [_("Say in up to 500 characters what was wrong.")]})
    payment = standing_payment(claim)
    if claim.state != PAID or payment is None:
        raise Conflict("not_paid", _("No payment of this claim is written down."))
    claim.move_to(SUBMITTED)
    gift = db.session.get_one(Gift, claim.gift_id)
    group_id = _post("employer_match_undone", payment.id, gift, -payment.amount)
    payment.undone_at, payment.undone_because = clock.now(), reason.strip()
    payment.undone_group_id = group_id
    db.session.flush()
    audit.record(
        actor,
        "employer_match.undone",
        gift.id,
        before={"amount": str(payment.amount), "claim": claim.id},
        reason=payment.undone_because,
    )
    return payment


def standing_payment(claim: EmployerMatch) -> EmployerPayment | None:
    """What the employer paid and nobody has taken back."""
    return payments_of([claim.id]).get(claim.id)


def payments_of(claim_ids: Iterable[str]) -> dict[str, EmployerPayment]:
    """The payments of some claims that nobody has taken back, by claim."""
    query = select(EmployerPayment).where(
        EmployerPayment.claim_id.in_(list(claim_ids)), EmployerPayment.undone_at.is_(None)
    )
    return {each.claim_id: each for each in db.session.scalars(query)}


def _post(kind: str, source: str, gift: Gift, amount: Money) -> str:
    counts_for = gift.drive_id if gift.counts else ledger.NO_DRIVE
    return ledger.post(
        kind=kind,
        source=source,
        fund_id=gift.fund_id,
        lines=[Line(ledger.BANK, amount), Line(ledger.EMPLOYER_MATCH, -amount, counts_for)],
        occurred_at=clock.now(),
    )


def _check(gift: Gift, amount: Money, received_on: date, zone: str) -> None:
    wrong: dict[str, list[str]] = {}
    if amount.currency != gift.currency:
        wrong["amount"] = [_("The gift was made in %(currency)s.", currency=gift.currency)]
    elif not 0 < amount.minor <= LARGEST_MINOR:
        wrong["amount"] = [_("Enter an amount above zero and within reason.")]
    given_on = clock.day_of(gift.paid_at or gift.started_at, zone)
    if not given_on <= received_on <= clock.today(zone):
        wrong["received_on"] = [_("Choose a day between the gift and today.")]
    if wrong:
        raise Invalid(wrong)


def verify() -> Iterator[str]:
    """A sentence for each claim and fund on which payments and the ledger do not agree."""
    stands = EmployerPayment.undone_at.is_(None)
    paid = set(db.session.scalars(select(EmployerPayment.claim_id).where(stands)))
    said = set(db.session.scalars(select(EmployerMatch.id).where(EmployerMatch.state == PAID)))
    for claim_id in sorted(paid ^ said):
        yield f"{claim_id}: the claim and its payments do not agree on whether it is paid"
    sums = (
        select(Gift.fund_id, func.sum(EmployerPayment.amount_minor))
        .join(EmployerMatch, EmployerMatch.gift_id == Gift.id)
        .join(EmployerPayment, EmployerPayment.claim_id == EmployerMatch.id)
        .where(stands)
        .group_by(Gift.fund_id)
    )
    posted = (
        select(LedgerTotal.fund_id, -func.sum(LedgerTotal.balance_minor))
        .where(LedgerTotal.account == ledger.EMPLOYER_MATCH)
        .group_by(LedgerTotal.fund_id)
    )
    written, kept = ({row[0]: int(row[1]) for row in db.session.execute(query)} for query in (sums, posted))
    for fund_id in sorted(written.keys() | kept.keys()):
        if written.get(fund_id, 0) != kept.get(fund_id, 0):
            yield f"{fund_id}: employers paid {written.get(fund_id, 0)}, the ledger says {kept.get(fund_id, 0)}"
