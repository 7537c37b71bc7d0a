"""Whatever balanced groups are posted, in whatever order: totals equal recomputation, refusals write nothing."""

from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.funds import funding, ledger
from campaigns.funds.fund import Fund
from campaigns.funds.ledger import ACCOUNTS, LedgerEntry, Line, Unbalanced
from core import clock
from core.money import Money
from tests.campaigns.conftest import Work

CURRENCIES = ("USD", "JPY")
sources = (f"gift_{number}" for number in count())
halves = st.tuples(
    st.sampled_from(ACCOUNTS),
    st.integers(1, 10**12),
    st.sampled_from(CURRENCIES),
    st.sampled_from(["", "drive_a", "drive_b"]),
)


@st.composite
def groups(draw: st.DrawFn) -> list[Line]:
    """Lines that sum to zero in each currency: every amount is taken back by one or more others."""
    lines: list[Line] = []
    for account, minor, currency, drive_id in draw(st.lists(halves, min_size=1, max_size=4)):
        amount = Money(minor, currency)
        lines.append(Line(account, amount, drive_id))
        against = draw(st.sampled_from(ACCOUNTS))
        lines += [Line(against, -part) for part in amount.split(draw(st.integers(1, 3)))]
    return draw(st.permutations(lines))


def post(fund: Fund, lines: list[Line]) -> None:
    ledger.post(kind="gift", source=next(sources), fund_id=fund.id, lines=lines, occurred_at=clock.now())


several = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@several
@given(posted=st.lists(groups(), min_size=1, max_size=5))
def test_kept_totals_always_equal_the_entries(session: Session, work: Work, posted: list[list[Line]]) -> None:
    with session.begin_nested() as undone:
        for lines in posted:
            post(work.fund, lines)
        assert list(ledger.verify()) == []
        summed = session.scalar(select(func.sum(LedgerEntry.amount_minor)))
        assert summed in (0, None)
        kept = funding.balances(work.fund)
        wanted = {account: Money.zero("USD") for account in ACCOUNTS}
        for line in (line for lines in posted for line in lines if line.amount.currency == "USD"):
            wanted[line.account] += line.amount
        assert kept == wanted
        undone.rollback()


@several
@given(lines=groups(), off=st.integers(-(10**6), 10**6).filter(bool), place=st.integers(0, 100))
def test_a_group_that_is_off_by_anything_writes_nothing(
    session: Session, work: Work, lines: list[Line], off: int, place: int
) -> None:
    line = lines.pop(place % len(lines))
    wrong = [*lines, Line(line.account, Money(line.amount.minor + off, line.amount.currency))]
    try:
        post(work.fund, wrong)
    except Unbalanced:
        pass
    else:
        raise AssertionError("an unbalanced group was posted")
    assert session.scalar(select(func.count()).select_from(LedgerEntry)) == 0
