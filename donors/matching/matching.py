"""Reserving a match for a gift, confirming it when the gift is paid, releasing it when the money does not come or
goes back. In the caller's transaction, which has the gift's row locked or has just written it.

The rules, as `rules.py` prints them: funds are asked in their order and each cent of a gift is matched once; what
is left of a cap is reserved when the gift is begun; a part of a gift that goes back releases the same part of its
match, the rest rounded down to the minor unit; released money is there for gifts to come alone.

The rows of match funds are locked after the gift's and before the ledger's totals, in the order of their ids, so that
no two transactions wait for each other, also where one posts several groups. A reservation looks at the cap with the
row locked: however many gifts begin at once, they are matched one after the other, and the database refuses a sum
above the cap.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from campaigns.matching.match_fund import OPEN, MatchFund, lock_match_funds, match_funds_of
from core import clock
from core.db import db
from core.gathering import gather
from donors.gifts.gift import Gift
from donors.matching import match_entry as steps
from donors.matching.match_entry import MatchEntry, MatchLook

#: Taken and confirmed of one fund for one gift, in minor units.
Standing = tuple[int, int]


def reserve(gift: Gift) -> None:
    """Match a gift that has just been begun, as far as the drive's funds have room."""
    _look(gift, at=gift.started_at, round_=1, because=steps.STARTED)


def settle(gift: Gift, *, was_over: bool) -> None:
    """Confirm the match of a gift that was just paid, or release it where the gift counts toward no goal.

    `was_over`: its page had closed or its payment failed, so that its match was released. It gets what is left now,
    from the funds that were open when it was paid.
    """
    gather(_settle_all, (gift, was_over))


def _settle_all(paid: list[tuple[Gift, bool]]) -> None:
    looked = select(MatchLook.gift_id).where(MatchLook.gift_id.in_([gift.id for gift, _was_over in paid]))
    matched = set(db.session.scalars(looked.distinct()))
    for gift, was_over in paid:
        if gift.id in matched:
            _settle(gift, was_over=was_over)


def _settle(gift: Gift, *, was_over: bool) -> None:
    if not gift.counts:
        _release_all(gift, steps.DOES_NOT_COUNT)
        return
    last = _last_round(gift.id)
    if was_over and not any(taken for taken, _confirmed in standing(gift.id).values()):
        assert gift.paid_at is not None
        last += 1
        _look(gift, at=gift.paid_at, round_=last, because=steps.PAID_LATE)
    waiting = {fund_id: taken - confirmed for fund_id, (taken, confirmed) in standing(gift.id).items()}
    for fund in lock_match_funds(fund_id for fund_id, minor in waiting.items() if minor):
        step = _Step(kind=steps.CONFIRMED, because=steps.PAID, confirmed=waiting[fund.id])
        _write(gift, fund, last, step)


def release_unpaid(gift: Gift, because: str) -> None:
    """The gift's page closed unpaid (`expired`) or its payment failed: what it held is there for others."""
    _release_all(gift, because)


def follow(gift: Gift, *, stands_minor: int, because: str, source: str) -> None:
    """Bring the match of a paid gift to what stands of the gift, `stands_minor` of it, after money went back or
    came back. What a gift gets back is limited by the room its funds have by then."""
    if not gift.counts:
        return
    last = _last_round(gift.id)
    reserved = _reserved(gift.id, last) if last else {}
    found = standing(gift.id) if reserved else {}
    for fund in lock_match_funds(reserved):
        change = reserved[fund.id] * stands_minor // gift.amount_minor - found[fund.id][0]
        kind, moved = steps.RELEASED, change
        if change > 0:  # only what came back is matched again
            kind, moved = steps.RESTORED, min(change, fund.left.minor) if because == steps.CAME_BACK else 0
        if moved:
            step = _Step(kind=kind, because=because, taken=moved, confirmed=moved, source=source)
            _write(gift, fund, last, step)


def standing(gift_id: str) -> dict[str, Standing]:
    """What each fund holds for a gift now."""
    query = (
        select(
            MatchEntry.match_fund_id, func.sum(MatchEntry.taken_minor), func.sum(MatchEntry.confirmed_minor)
        )
        .where(MatchEntry.gift_id == gift_id)
        .group_by(MatchEntry.match_fund_id)
    )
    return {row[0]: (int(row[1]), int(row[2])) for row in db.session.execute(query)}


def _look(gift: Gift, *, at: datetime, round_: int, because: str) -> None:
    """Ask the drive's funds in their order, and reserve. `at` decides whether a fund is open."""
    funds = list(db.session.scalars(match_funds_of(gift.drive_id)))
    if not funds:
        return
    lock_match_funds(each.id for each in funds if each.state(at) == OPEN)  # nothing is drawn on the others
    gift_left = gift.amount_minor
    for place, fund in enumerate(funds, start=1):
        look = _judge(fund, gift_left, at)
        look.gift_id, look.round, look.place = gift.id, round_, place
        db.session.add(look)
        if look.amount_minor:
            fund.first_matched_at = fund.first_matched_at or clock.now()
            _write(gift, fund, round_, _Step(kind=steps.RESERVED, because=because, taken=look.amount_minor))
            is_whole = look.verdict == steps.MATCHED
            gift_left -= gift_left if is_whole else fund.matched_by(look.amount_minor)
    db.session.flush()


def _judge(fund: MatchFund, gift_left: int, at: datetime) -> MatchLook:
    """What a fund gives to that much of a gift, and why not more."""
    wanted = fund.match_of(gift_left)
    most = wanted if fund.most_per_gift_minor is None else min(wanted, fund.most_per_gift_minor)
    state = fund.state(at)
    amount = min(most, fund.left.minor) if state == OPEN else 0
    if not gift_left:
        verdict = steps.WHOLLY_MATCHED
    elif state != OPEN:
        verdict = state
    elif not wanted:
        verdict = steps.TOO_SMALL
    elif amount < most:
        verdict = steps.PARTLY
    else:
        verdict = steps.MATCHED if amount == wanted else steps.LIMITED
    return MatchLook(
        match_fund_id=fund.id,
        verdict=verdict,
        currency=fund.currency,
        match_parts=fund.match_parts,
        gift_parts=fund.gift_parts,
        opens_at=fund.opens_at,
        closes_at=fund.ends_at,
        most_per_gift_minor=fund.most_per_gift_minor,
        cap_minor=fund.cap_minor,
        left_minor=fund.left.minor,
        gift_left_minor=gift_left,
        wanted_minor=wanted,
        amount_minor=amount,
    )


def _release_all(gift: Gift, because: str) -> None:
    found = {fund_id: sums for fund_id, sums in standing(gift.id).items() if sums[0]}
    last = _last_round(gift.id) if found else 0
    for fund in lock_match_funds(found):
        taken, confirmed = found[fund.id]
        step = _Step(kind=steps.RELEASED, because=because, taken=-taken, confirmed=-confirmed)
        _write(gift, fund, last, step)


@dataclass(frozen=True, kw_only=True)
class _Step:
    kind: str
    because: str
    taken: int = 0
    confirmed: int = 0
    #: The refund behind it.
    source: str = ""


def _write(gift: Gift, fund: MatchFund, round_: int, step: _Step) -> None:
    """Append a step and move the locked fund's kept sums with it."""
    db.session.add(
        MatchEntry(
            gift_id=gift.id,
            match_fund_id=fund.id,
            round=round_,
            kind=step.kind,
            because=step.because,
            source=step.source,
            currency=fund.currency,
            taken_minor=step.taken,
            confirmed_minor=step.confirmed,
        )
    )
    fund.taken_minor += step.taken
    fund.confirmed_minor += step.confirmed
    db.session.flush()


def _last_round(gift_id: str) -> int:
    """0 where no fund was there when the gift was begun: such a gift is never matched."""
    return db.session.scalar(select(func.max(MatchLook.round)).where(MatchLook.gift_id == gift_id)) or 0


def _reserved(gift_id: str, round_: int) -> dict[str, int]:
    """What each fund reserved in a round: the whole gift's match."""
    query = select(MatchLook.match_fund_id, MatchLook.amount_minor).where(
        MatchLook.gift_id == gift_id, MatchLook.round == round_, MatchLook.amount_minor > 0
    )
    return {row[0]: row[1] for row in db.session.execute(query)}
