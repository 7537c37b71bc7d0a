"""What a line of the bank may be: a pledge that is paid, a gift that is recorded, a batch that was brought there.

A suggestion is a guess with its reasons; nothing is matched before somebody says yes (line_matching.py).
"""

import re
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, literal, select

from core.db import db
from donors import reading
from donors.gifts.gift import CHECKOUT, SETTLED, Gift
from donors.offline.batch import CLOSED, GiftBatch, totals_by_batch
from donors.offline.batching import batches_of
from donors.offline.line_match import LineMatch
from donors.payouts.bank_line import BankLine
from donors.people.donor import Donor
from donors.pledges.finding import WantedPledges, pledges_of
from donors.pledges.pledge import Pledge
from staff.access import Actor

#: Days between a gift's or a batch's day and the bank's.
NEAR = timedelta(days=10)
_MOST_LOOKED_AT = 2000
_SHORTEST_NAME = 4


@dataclass(frozen=True)
class Suggestion:
    """What a line may be: `kind` is `pledge`, `gift` or `batch`; `reasons` are `reference`, `name`, `amount`."""

    kind: str
    thing: Pledge | Gift | GiftBatch
    reasons: tuple[str, ...]


def suggest(actor: Actor, lines: list[BankLine]) -> dict[str, list[Suggestion]]:
    """What each line may be, the likeliest first."""
    pledges = list(
        db.session.scalars(pledges_of(actor, WantedPledges(standing="owed")).limit(_MOST_LOOKED_AT))
    )
    batches = _batches(actor, lines)
    gifts = _gifts(actor, lines)
    found: dict[str, list[Suggestion]] = {}
    for line in lines:
        those = [each for each in (_as_pledge(line, pledge) for pledge in pledges) if each]
        those.sort(key=lambda each: ("reference" not in each.reasons, -len(each.reasons)))
        others = [
            Suggestion("gift", gift, ("amount",))
            for gift in gifts
            if (gift.amount_minor, gift.currency) == (line.amount_minor, line.currency)
            and gift.paid_at is not None
            and abs(gift.paid_at.date() - line.on_day) <= NEAR
        ]
        others += [
            Suggestion("batch", batch, ("amount",))
            for batch, minor in batches
            if (minor, batch.currency) == (line.amount_minor, line.currency)
            and timedelta(-1) <= line.on_day - batch.received_on <= NEAR
        ]
        is_sure = bool(those) and "reference" in those[0].reasons
        found[line.id] = ((those + others) if is_sure else (others + those))[:5]
    return found


def _as_pledge(line: BankLine, pledge: Pledge) -> Suggestion | None:
    if pledge.currency != line.currency:
        return None
    name = _plain(pledge.donor.name)
    checks = {
        "reference": _plain(pledge.reference) in _plain(line.text),
        "name": len(name) >= _SHORTEST_NAME and name in _plain(line.text),
        "amount": pledge.left.minor == line.amount_minor,
    }
    reasons = tuple(reason for reason, holds in checks.items() if holds)
    return Suggestion("pledge", pledge, reasons) if reasons else None


def _plain(text: str) -> str:
    """Letters and digits alone: banks break references with blanks and drop hyphens."""
    return re.sub(r"\W", "", text).upper()


def _batches(actor: Actor, lines: list[BankLine]) -> list[tuple[GiftBatch, int]]:
    """Closed batches that no line is, with their sums."""
    if not lines:
        return []
    taken = select(LineMatch.batch_id).where(LineMatch.undone_at.is_(None), LineMatch.batch_id.is_not(None))
    query = batches_of(actor, state=CLOSED).where(
        GiftBatch.id.not_in(taken),
        GiftBatch.received_on >= min(line.on_day for line in lines) - NEAR,
        GiftBatch.received_on <= max(line.on_day for line in lines) + NEAR,
    )
    found = list(db.session.scalars(query.order_by(GiftBatch.received_on.desc()).limit(200)))
    totals = totals_by_batch(found)
    return [(each, totals[each.id].sum.minor) for each in found]


def _gifts(actor: Actor, lines: list[BankLine]) -> list[Gift]:
    """Gifts that came by transfer, of these amounts, that no line is."""
    taken = select(LineMatch.gift_id).where(LineMatch.undone_at.is_(None), LineMatch.gift_id.is_not(None))
    query = reading.gifts_of(actor).where(
        Gift.channel != CHECKOUT,
        Gift.state == SETTLED,
        Gift.amount_minor.in_({line.amount_minor for line in lines}),
        Gift.id.not_in(taken),
    )
    return list(db.session.scalars(query.order_by(Gift.paid_at.desc()).limit(_MOST_LOOKED_AT)))


def donors_named_in(actor: Actor, line: BankLine) -> list[Donor]:
    """Donors whose whole name stands in the line's text, the longest name first."""
    query = reading.donors_of(actor).where(
        func.length(Donor.name) >= _SHORTEST_NAME,
        Donor.erased_at.is_(None),
        literal(line.text).icontains(Donor.name),
    )
    return list(db.session.scalars(query.order_by(func.length(Donor.name).desc(), Donor.id).limit(5)))
