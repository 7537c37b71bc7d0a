"""What the steps of all gifts say of a match fund's kept sums: recomputed, compared, and each oddity told."""

from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import and_, func, or_, select

from campaigns.matching.match_fund import MatchFund
from campaigns.matching.match_payment import MatchPayment
from core.db import db
from donors.gifts.gift import EXPIRED, FAILED, PENDING, Gift
from donors.matching.match_entry import RESERVED, MatchEntry, MatchLook

#: Taken, confirmed and paid of a match fund, in minor units.
Sums = tuple[int, int, int]


def recomputed(match_fund_ids: Iterable[str] | None = None) -> dict[str, Sums]:
    """The sums of these match funds (None: of all) from steps and payments; a fund without any has zeros."""
    funds, steps, payments = (
        select(MatchFund.id),
        select(
            MatchEntry.match_fund_id, func.sum(MatchEntry.taken_minor), func.sum(MatchEntry.confirmed_minor)
        ),
        select(MatchPayment.match_fund_id, func.sum(MatchPayment.amount_minor)),
    )
    if match_fund_ids is not None:
        wanted = list(match_fund_ids)
        funds = funds.where(MatchFund.id.in_(wanted))
        steps = steps.where(MatchEntry.match_fund_id.in_(wanted))
        payments = payments.where(MatchPayment.match_fund_id.in_(wanted))
    moved = {
        row[0]: (int(row[1]), int(row[2]))
        for row in db.session.execute(steps.group_by(MatchEntry.match_fund_id))
    }
    paid: Mapping[str, int] = {
        row[0]: int(row[1]) for row in db.session.execute(payments.group_by(MatchPayment.match_fund_id))
    }
    return {each: (*moved.get(each, (0, 0)), paid.get(each, 0)) for each in db.session.scalars(funds)}


def kept(fund: MatchFund) -> Sums:
    return fund.taken_minor, fund.confirmed_minor, fund.paid_minor


def verify() -> Iterator[str]:
    """A sentence for each kept sum that differs from its steps, and for each gift that holds what it should not."""
    found = recomputed()
    query = select(MatchFund).order_by(MatchFund.id).execution_options(populate_existing=True)
    for fund in db.session.scalars(query):
        if kept(fund) != found[fund.id]:
            yield f"{fund.id}: kept taken, confirmed, paid {kept(fund)}, its steps say {found[fund.id]}"
        if found[fund.id][0] > fund.cap_minor:
            yield f"{fund.id}: {found[fund.id][0]} is taken of a cap of {fund.cap_minor}"
    yield from _verify_gifts()
    yield from _verify_looks()


def _verify_gifts() -> Iterator[str]:
    """A paid gift holds only what is confirmed, an unpaid one only what is not; one that ended unpaid, nothing."""
    taken, confirmed = func.sum(MatchEntry.taken_minor), func.sum(MatchEntry.confirmed_minor)
    query = (
        select(Gift.id, Gift.state, taken, confirmed)
        .join(MatchEntry, MatchEntry.gift_id == Gift.id)
        .group_by(Gift.id, Gift.state, MatchEntry.match_fund_id)
        .having(
            or_(
                taken < 0,
                and_(Gift.state.in_((EXPIRED, FAILED)), taken != 0),
                and_(Gift.state == PENDING, confirmed != 0),
                and_(Gift.state.not_in((EXPIRED, FAILED, PENDING)), taken != confirmed),
            )
        )
        .order_by(Gift.id)
    )
    for gift_id, state, held, sure in db.session.execute(query):
        yield f"{gift_id} is {state} and holds {held} of a match fund, {sure} of it confirmed"


def _verify_looks() -> Iterator[str]:
    """What was reserved is what was looked at."""
    keys = (MatchLook.gift_id, MatchLook.match_fund_id)
    looks = select(*keys, func.sum(MatchLook.amount_minor)).group_by(*keys)
    steps = (
        select(MatchEntry.gift_id, MatchEntry.match_fund_id, func.sum(MatchEntry.taken_minor))
        .where(MatchEntry.kind == RESERVED)
        .group_by(MatchEntry.gift_id, MatchEntry.match_fund_id)
    )
    seen = {(row[0], row[1]): int(row[2]) for row in db.session.execute(looks) if row[2]}
    written = {(row[0], row[1]): int(row[2]) for row in db.session.execute(steps)}
    for key in sorted(seen.keys() | written.keys()):
        if seen.get(key, 0) != written.get(key, 0):
            yield f"{' '.join(key)}: {seen.get(key, 0)} was looked at, {written.get(key, 0)} reserved"
