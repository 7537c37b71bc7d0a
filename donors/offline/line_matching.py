"""Lines of the bank that are donors' money: saying which gift, batch or pledge each is.

A line, a gift and a batch each
stand in one match at most, and each match can be undone.
"""

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import Select, select

from campaigns.reading import get, matching
from core import clock
from core.db import db
from core.errors import Conflict, Invalid
from donors import reading
from donors.gifts import settling
from donors.gifts.gift import SETTLED, TRANSFER, Gift
from donors.gifts.gift_void import REOPENED
from donors.offline import line_match, recording
from donors.offline.batch import CLOSED, GiftBatch, totals_of
from donors.offline.batching import batches_of, drive_of
from donors.offline.line_match import LineMatch
from donors.offline.recording import Received
from donors.payouts.bank_line import BankLine, Explanation
from donors.pledges import pledging
from staff import audit
from staff.access import Actor

SOURCE = "bank"


def lines_of(actor: Actor, *, words: str = "", matched: bool = False) -> Select[BankLine]:
    """Money that came in and is no payout of Stripe's: what waits to be matched, or what is."""
    actor.require("gifts.view")
    done = select(LineMatch.line_id).where(LineMatch.undone_at.is_(None))
    explained = select(Explanation.subject).where(Explanation.organisation_id == actor.organisation_id)
    query = select(BankLine).where(
        BankLine.organisation_id == actor.organisation_id,
        BankLine.amount_minor > 0,
        BankLine.payout_id.is_(None),
    )
    if words:
        query = query.where(matching(words, (BankLine.text,)))
    if matched:
        return query.where(BankLine.id.in_(done))
    return query.where(BankLine.id.not_in(done), BankLine.id.not_in(explained))


def get_line(actor: Actor, line_id: str) -> BankLine:
    """Any line of the organisation's bank. Raises NotFound."""
    actor.require("gifts.view")
    query = select(BankLine).where(BankLine.organisation_id == actor.organisation_id)
    return get(query, BankLine, line_id)


def match_gift(actor: Actor, line_id: str, gift_id: str) -> LineMatch:
    """Say that a line is the money of a gift that is recorded already. Raises Invalid on `gift_id`."""
    line = _waiting(actor, line_id)
    gift = db.session.scalars(reading.gifts_of(actor).where(Gift.id == gift_id)).first()
    if gift is None or not gift.is_offline or gift.state != SETTLED:
        raise Invalid({"gift_id": [_("Choose a gift that came without a checkout.")]})
    if gift.amount != line.amount:
        raise Invalid({"gift_id": [_("Gift and line are not the same amount.")]})
    return _match(actor, line, gift_id=gift.id)


def match_batch(actor: Actor, line_id: str, batch_id: str) -> LineMatch:
    """Say that a line is a batch that was brought to the bank. Raises NotFound, Invalid on `batch_id`."""
    line = _waiting(actor, line_id)
    batch = get(batches_of(actor), GiftBatch, batch_id, lock=True)
    if batch.state != CLOSED or totals_of(batch).sum != line.amount:
        raise Invalid({"batch_id": [_("Choose a closed batch of the same amount.")]})
    return _match(actor, line, batch_id=batch.id)


def record_for_pledge(actor: Actor, line_id: str, pledge_id: str) -> LineMatch:
    """Record a line as a gift of the donor who promised it; it pays the pledge."""
    pledge = pledging.get_pledge(actor, pledge_id)
    match = _record(actor, line_id, pledge.drive_id, Somebody(pledge.donor_id))
    assert match.gift_id is not None
    pledging.link(actor, pledge.id, match.gift_id)
    return match


@dataclass(frozen=True)
class Somebody:
    """Whose money it is: a donor, or somebody new by this name; nobody known where both are empty."""

    donor_id: str = ""
    name: str = ""
    wants_receipt_mail: bool = True


def record_gift(actor: Actor, line_id: str, *, drive_id: str, who: Somebody) -> LineMatch:
    """Record a line as a gift to a drive. Raises Invalid on `drive_id`, `amount`, `donor_id`, `received_on`."""
    return _record(actor, line_id, drive_id, who)


def _record(actor: Actor, line_id: str, drive_id: str, who: Somebody) -> LineMatch:
    line = _waiting(actor, line_id)
    received = Received(
        amount=line.amount,
        received_on=line.on_day,
        channel=TRANSFER,
        name=who.name,
        donor_id=who.donor_id,
        number=line.external_id,
        external_source=SOURCE,
        external_id=line.external_id,
        wants_receipt_mail=who.wants_receipt_mail,
    )
    gift = recording.record(drive_of(actor, drive_id), received, recorded_by=actor.label)
    return _match(actor, line, gift_id=gift.id, made_gift=True)


def undo(actor: Actor, line_id: str) -> LineMatch:
    """The line is not this money after all. A gift that was recorded from it is taken back. Raises NotFound,
    Conflict."""
    get_line(actor, line_id)
    actor.require("gifts.record")
    row = get(select(LineMatch), LineMatch, line_match.standing_id(line_id) or "", lock=True)
    if row.made_gift and row.gift_id is not None:
        gift = settling.lock_gift(row.gift_id)
        assert gift is not None
        recording.void(gift, said_by=actor.label, kind=REOPENED, reason=_("The bank's line was unmatched."))
    else:
        row.undone_by, row.undone_at = actor.label, clock.now()
    audit.record(actor, "bank_line.unmatched", line_id, before={"gift": row.gift_id, "batch": row.batch_id})
    db.session.flush()
    return row


def match_of(line_id: str) -> LineMatch | None:
    standing = line_match.standing_id(line_id)
    return db.session.get(LineMatch, standing) if standing else None


def _waiting(actor: Actor, line_id: str) -> BankLine:
    """A locked line that is nothing yet. Raises NotFound, Forbidden, Conflict `line_matched`."""
    found = get_line(actor, line_id)
    actor.require("gifts.record")
    line = db.session.get_one(BankLine, found.id, with_for_update=True, populate_existing=True)
    if line.payout_id is not None or line_match.standing_id(line.id) is not None:
        raise Conflict("line_matched", _("This line is matched already. Undo that first."))
    if line.amount_minor <= 0:
        raise Conflict("line_out", _("This line is money that left the account."))
    return line


def _match(
    actor: Actor,
    line: BankLine,
    *,
    gift_id: str | None = None,
    batch_id: str | None = None,
    made_gift: bool = False,
) -> LineMatch:
    """Raises Conflict `matched_elsewhere` where the gift or batch is another line already."""
    if line_match.is_taken(gift_id=gift_id, batch_id=batch_id):
        raise Conflict("matched_elsewhere", _("Another line of the bank is this money already."))
    row = LineMatch(
        line_id=line.id, gift_id=gift_id, batch_id=batch_id, made_gift=made_gift, matched_by=actor.label
    )
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "bank_line.matched", line.id, after={"gift": gift_id, "batch": batch_id})
    return row
