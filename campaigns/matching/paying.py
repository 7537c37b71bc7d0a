"""What a sponsor has paid of its match: recorded by hand, posted as money of the drive's fund, raised by no drive."""

from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select

from campaigns import reading
from campaigns.drives.drive import Drive
from campaigns.funds import ledger
from campaigns.funds.ledger import Line
from campaigns.matching.match_fund import MatchFund, lock_match_funds
from campaigns.matching.match_payment import MatchPayment
from campaigns.matching.sponsoring import get_match_fund
from core import clock
from core.db import db
from core.errors import Conflict, Invalid, NotFound
from core.i18n import money as money_text
from core.money import Money
from staff import audit
from staff.access import Actor

EARLIEST = date(2000, 1, 1)
LONGEST_REFERENCE = 200


def record_payment(
    actor: Actor, match_fund_id: str, *, amount: Money, received_on: date, reference: str = ""
) -> MatchPayment:
    """Note that a sponsor paid, ahead of the gifts or after them, up to the cap.

    Raises NotFound, Forbidden, Invalid naming the field.
    """
    drive, fund = _lock(actor, match_fund_id)
    wrong: dict[str, list[str]] = {}
    unpaid = fund.cap - fund.paid
    if amount.currency != fund.currency:
        wrong["amount"] = [_("This match fund is in %(currency)s.", currency=fund.currency)]
    elif not 0 < amount.minor <= unpaid.minor:
        wrong["amount"] = [
            _(
                "Up to %(left)s is left to pay of the cap. Raise the cap first, or record the rest as a gift.",
                left=money_text(unpaid),
            )
        ]
    if not EARLIEST <= received_on <= clock.today(drive.zone):
        wrong["received_on"] = [_("Choose the day on which the money arrived, today or earlier.")]
    if len(reference) > LONGEST_REFERENCE:
        wrong["reference"] = [_("Write %(number)s characters at most.", number=LONGEST_REFERENCE)]
    if wrong:
        raise Invalid(wrong)
    row = MatchPayment(
        match_fund_id=fund.id, received_on=received_on, reference=reference.strip(), recorded_by=actor.label
    )
    row.amount = amount
    _post(drive, fund, row, "match_paid")
    after = {"payment": row.id, "amount_minor": amount.minor, "currency": amount.currency}
    audit.record(actor, "match_fund.paid", fund.id, after=after)
    return row


def undo_payment(actor: Actor, match_payment_id: str, *, reason: str) -> MatchPayment:
    """Take back a payment that was recorded by mistake, by a row of its own.

    Raises NotFound, Forbidden, Invalid naming the reason, Conflict `undone`.
    """
    found = get_payment(actor, match_payment_id)
    drive, fund = _lock(actor, found.match_fund_id)
    if not reason.strip():
        raise Invalid({"reason": [_("Say why, for the record.")]})
    again = select(MatchPayment.id).where(MatchPayment.undoes_id == found.id)
    if found.undoes_id is not None or db.session.scalar(again) is not None:
        raise Conflict("undone", _("This payment has been taken back already."))
    row = MatchPayment(
        match_fund_id=fund.id,
        received_on=found.received_on,
        reference=reason.strip(),
        undoes_id=found.id,
        recorded_by=actor.label,
    )
    row.amount = -found.amount
    _post(drive, fund, row, "match_payment_undone")
    audit.record(
        actor, "match_fund.payment_undone", fund.id, reason=reason.strip(), after={"payment": found.id}
    )
    return row


def get_own(actor: Actor, match_fund_id: str) -> MatchFund:
    """The match fund, for whoever sees the money of its organisation. Raises NotFound."""
    actor.require("funds.view")
    fund = get_match_fund(actor, match_fund_id)
    if fund.organisation_id != actor.organisation_id:
        raise NotFound
    return fund


def get_payment(actor: Actor, match_payment_id: str) -> MatchPayment:
    """A payment to a match fund of the actor's organisation. Raises NotFound."""
    actor.require("funds.view")
    own = select(MatchFund.id).where(MatchFund.organisation_id == actor.organisation_id)
    query = select(MatchPayment).where(MatchPayment.match_fund_id.in_(own))
    return reading.get(query, MatchPayment, match_payment_id)


def _lock(actor: Actor, match_fund_id: str) -> tuple[Drive, MatchFund]:
    """The drive's row, then the match fund's, before anything is posted, as everywhere."""
    found = get_own(actor, match_fund_id)
    actor.require("funds.edit")
    drive = reading.get(reading.drives_of(actor), Drive, found.drive_id, lock=True)
    (fund,) = lock_match_funds([found.id])
    return drive, fund


def _post(drive: Drive, fund: MatchFund, row: MatchPayment, kind: str) -> None:
    db.session.add(row)
    db.session.flush()
    ledger.post(
        kind=kind,
        source=row.id,
        fund_id=drive.fund_id,
        lines=[Line(ledger.BANK, row.amount), Line(ledger.MATCHES, -row.amount)],
        occurred_at=clock.opens_at(row.received_on, drive.zone),
    )
    fund.paid_minor += row.amount_minor
    db.session.flush()
