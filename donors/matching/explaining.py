"""Why a gift was matched so: what it found in each fund, in their order, and each step since."""

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select

from campaigns.matching import match_fund as fund_states
from campaigns.matching.match_fund import MatchFund
from core.db import db
from core.i18n import instant
from core.i18n import money as money_text
from core.money import Money
from donors.gifts.gift import Gift
from donors.gifts.refund import gift_part_gone
from donors.matching import match_entry as steps
from donors.matching.match_entry import MatchEntry, MatchLook


@dataclass(frozen=True)
class Looked:
    """What a gift found in one fund, with the sentence for it."""

    look: MatchLook
    sponsor: str
    sentence: str


@dataclass(frozen=True)
class Happened:
    entry: MatchEntry
    sponsor: str
    sentence: str


@dataclass(frozen=True)
class Explanation:
    """Empty where the drive had no match fund when the gift was begun."""

    looked: list[Looked]
    happened: list[Happened]
    #: What stands now, and how much of it is confirmed.
    taken: Money
    confirmed: Money
    #: What would stand now, had there been room when money of the gift came back.
    short: Money

    def __bool__(self) -> bool:
        return bool(self.looked)


def explain(gift: Gift, zone: str = "UTC") -> Explanation:
    """The whole story of a gift's match; instants of its sentences in `zone`."""
    looks = db.session.execute(
        select(MatchLook, MatchFund.sponsor)
        .join(MatchFund, MatchFund.id == MatchLook.match_fund_id)
        .where(MatchLook.gift_id == gift.id)
        .order_by(MatchLook.round, MatchLook.place)
    )
    entries = db.session.execute(
        select(MatchEntry, MatchFund.sponsor)
        .join(MatchFund, MatchFund.id == MatchEntry.match_fund_id)
        .where(MatchEntry.gift_id == gift.id)
        .order_by(MatchEntry.id)
    )
    happened = [Happened(entry, sponsor, _step(entry)) for entry, sponsor in entries]
    looked = [Looked(look, sponsor, _verdict(look, zone)) for look, sponsor in looks]
    taken = Money(sum(each.entry.taken_minor for each in happened), gift.currency)
    return Explanation(
        looked=looked,
        happened=happened,
        taken=taken,
        short=Money(max(_share(gift, looked) - taken.minor, 0), gift.currency),
        confirmed=Money(sum(each.entry.confirmed_minor for each in happened), gift.currency),
    )


def _share(gift: Gift, looked: list[Looked]) -> int:
    """What the last round's reservations come to for what stands of a paid gift."""
    if not looked or not gift.counts or gift.paid_at is None:
        return 0
    stands = gift.amount_minor - gift_part_gone(gift.id)
    last = looked[-1].look.round
    return sum(
        each.look.amount_minor * stands // gift.amount_minor for each in looked if each.look.round == last
    )


def _verdict(look: MatchLook, zone: str) -> str:
    closed = instant(look.closes_at or look.at, zone)
    match look.verdict:
        case steps.MATCHED:
            gift, amount = money_text(look.gift_left), money_text(look.amount)
            return _(
                "Matched in full: %(ratio)s of %(gift)s is %(amount)s.",
                ratio=look.ratio,
                gift=gift,
                amount=amount,
            )
        case steps.PARTLY:
            left, cap = money_text(look.left), money_text(look.cap)
            return _("Matched in part: %(left)s was left of the cap of %(cap)s.", left=left, cap=cap)
        case steps.LIMITED:
            return _("Matched up to the most per gift, %(amount)s.", amount=money_text(look.amount))
        case steps.WHOLLY_MATCHED:
            return _("Not asked: those before it had matched the whole gift.")
        case steps.TOO_SMALL:
            return _("Too small: the ratio gives less than the smallest coin.")
        case fund_states.SCHEDULED:
            return _("Not open yet: it opens %(when)s.", when=instant(look.opens_at, zone))
        case fund_states.OVER:
            return _("Its window had closed %(when)s.", when=closed)
        case fund_states.ENDED:
            return _("It had been ended %(when)s.", when=closed)
        case _:
            return _("Used up: nothing was left of the cap of %(cap)s.", cap=money_text(look.cap))


def _step(entry: MatchEntry) -> str:
    amount = money_text(entry.amount)
    told = {
        (steps.RESERVED, steps.STARTED): _("%(amount)s was reserved when the gift was begun.", amount=amount),
        (steps.RESERVED, steps.PAID_LATE): _(
            "%(amount)s was reserved when the gift was paid after all.", amount=amount
        ),
        (steps.CONFIRMED, steps.PAID): _("The gift was paid: %(amount)s is confirmed.", amount=amount),
        (steps.RELEASED, steps.EXPIRED): _(
            "The payment page closed unpaid: %(amount)s was released.", amount=amount
        ),
        (steps.RELEASED, steps.FAILED): _("The payment failed: %(amount)s was released.", amount=amount),
        (steps.RELEASED, steps.DOES_NOT_COUNT): _(
            "The gift does not count toward the drive: %(amount)s was released.", amount=amount
        ),
        (steps.RELEASED, steps.REFUNDED): _(
            "Money of the gift went back: %(amount)s was released.", amount=amount
        ),
        (steps.RELEASED, steps.DISPUTE_LOST): _(
            "The donor's bank kept money of the gift: %(amount)s was released.", amount=amount
        ),
        (steps.RESTORED, steps.CAME_BACK): _(
            "Money of the gift came back: %(amount)s is matched again.", amount=amount
        ),
    }
    return told[entry.kind, entry.because]
