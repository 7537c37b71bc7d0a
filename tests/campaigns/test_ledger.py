"""Every group sums to zero, nothing is changed or deleted, kept totals equal recomputation."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from campaigns.funds import ledger
from campaigns.funds.fund import Fund
from campaigns.funds.ledger import Line, Unbalanced
from core import clock
from core.money import Money
from tests.conftest import Cast


@pytest.fixture
def fund(session: Session, cast: Cast) -> Fund:
    fund = Fund(
        organisation_id=cast.refugio.id,
        name="Bond",
        purpose="Bond",
        surplus_clause="General fund",
        currency="USD",
    )
    session.add(fund)
    session.commit()
    return fund


def usd(minor: int) -> Money:
    return Money(minor, "USD")


def post(fund: Fund, *lines: Line, source: str = "gift_1") -> str:
    return ledger.post(
        kind="gift_settled", source=source, fund_id=fund.id, lines=lines, occurred_at=clock.now()
    )


def test_a_balanced_group_moves_the_kept_totals(fund: Fund) -> None:
    post(fund, Line(ledger.STRIPE, usd(5000)), Line(ledger.GIFTS, usd(-5000), "drive_1"))
    assert ledger.balance(fund.id, ledger.CASH, "USD") == usd(5000)
    assert list(ledger.verify()) == []


def test_lines_that_do_not_sum_to_zero_are_refused(fund: Fund) -> None:
    with pytest.raises(Unbalanced):
        post(fund, Line(ledger.STRIPE, usd(5000)), Line(ledger.GIFTS, usd(-4999)))


def test_the_database_itself_refuses_an_unbalanced_group(session: Session, fund: Fund) -> None:
    with pytest.raises(DatabaseError, match="does not balance"):
        session.execute(
            text(
                "INSERT INTO ledger_group (id, kind, source, occurred_at, posted_at)"
                " VALUES ('grp_x', 'gift', 'gift_2', '2025-01-01', '2025-01-01')"
            )
        )
    session.rollback()


def test_a_closed_group_takes_no_more_entries(session: Session, fund: Fund) -> None:
    group_id = post(fund, Line(ledger.STRIPE, usd(100)), Line(ledger.GIFTS, usd(-100)))
    with pytest.raises(DatabaseError, match="closed"):
        session.execute(
            text(
                "INSERT INTO ledger_entry (group_id, fund_id, drive_id, account, amount_minor, currency)"
                " VALUES (:group_id, :fund_id, '', 'bank', 1, 'USD')"
            ),
            {"group_id": group_id, "fund_id": fund.id},
        )
    session.rollback()


@pytest.mark.parametrize("table", ["ledger_entry", "ledger_group"])
@pytest.mark.parametrize("change", ["DELETE FROM {}", "UPDATE {} SET id = id"])
def test_nothing_posted_can_be_changed(session: Session, fund: Fund, table: str, change: str) -> None:
    post(fund, Line(ledger.STRIPE, usd(100)), Line(ledger.GIFTS, usd(-100)))
    session.commit()
    with pytest.raises(DatabaseError, match="append-only"):
        session.execute(text(change.format(table)))
    session.rollback()


def test_the_same_event_cannot_be_posted_twice(session: Session, fund: Fund) -> None:
    post(fund, Line(ledger.STRIPE, usd(100)), Line(ledger.GIFTS, usd(-100)))
    with pytest.raises(DatabaseError):
        post(fund, Line(ledger.STRIPE, usd(100)), Line(ledger.GIFTS, usd(-100)))
    session.rollback()


def test_verify_names_a_total_that_was_tampered_with(session: Session, fund: Fund) -> None:
    post(fund, Line(ledger.STRIPE, usd(100)), Line(ledger.GIFTS, usd(-100)))
    session.execute(text("UPDATE ledger_total SET balance_minor = 7 WHERE account = 'gifts'"))
    assert any("kept 7, entries sum to -100" in line for line in ledger.verify())
