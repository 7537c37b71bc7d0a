"""`flask ledger verify` tells what differs and says so by its exit code."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from campaigns.funds import ledger, verifying
from campaigns.funds.fund import Fund
from campaigns.funds.ledger import Line
from core import clock
from core.money import Money
from tests.campaigns.conftest import Work


def run(app: Flask, *words: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=list(words))
    return result.exit_code, result.output


@pytest.fixture
def other_verifier() -> Iterator[None]:
    """Another package's verifier, which finds one thing."""
    before = dict(verifying._verifiers)
    verifying.register("hours", lambda: ["matter_1: kept 3, entries sum to 4"])
    yield
    verifying._verifiers.clear()
    verifying._verifiers.update(before)


def test_all_agrees_after_an_interest_payment(app: Flask, session: Session, work: Work) -> None:
    fifty = Money(5000, "USD")
    lines = [Line(ledger.STRIPE, fifty), Line(ledger.INTEREST, -fifty)]
    ledger.post(kind="interest", source="one", fund_id=work.fund.id, lines=lines, occurred_at=clock.now())
    session.commit()
    code, said = run(app, "ledger", "verify")
    assert (code, "ledger: all agrees" in said) == (0, True)


def test_a_total_that_was_changed_is_named(app: Flask, session: Session, posted_fund: Fund) -> None:
    session.execute(text("UPDATE ledger_total SET balance_minor = 7 WHERE account = 'stripe'"))
    session.commit()
    code, said = run(app, "ledger", "verify")
    assert code == 1
    assert f"{posted_fund.id} stripe USD: kept 7, entries sum to 5000" in said


def test_what_another_package_finds_is_told_too(app: Flask, other_verifier: None) -> None:
    code, said = run(app, "ledger", "verify")
    assert code == 1
    assert "matter_1: kept 3, entries sum to 4" in said
