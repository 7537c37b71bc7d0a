"""What is kept of matches is append-only, and the command says where a kept sum differs."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from campaigns.matching.match_fund import MatchFund
from donors.gifts.gift import Gift

Open = Callable[..., MatchFund]
Paid = Callable[..., Gift]


def test_steps_are_never_changed(session: Session, match_fund: Open, paid: Paid) -> None:
    match_fund(5_000)
    paid("10")
    for statement in (
        "UPDATE match_entry SET taken_minor = 1",
        "DELETE FROM match_entry",
        "DELETE FROM match_look",
    ):
        with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
            session.execute(text(statement))


def test_the_command_tells_what_differs(app: Flask, session: Session, match_fund: Open, paid: Paid) -> None:
    fund = match_fund(5_000)
    paid("10")
    told = app.test_cli_runner().invoke(args=["match", "verify"])
    assert (told.exit_code, told.output) == (0, "matches: all agrees\n")
    session.execute(text("UPDATE match_fund SET taken_minor = 1001"))
    session.commit()
    told = app.test_cli_runner().invoke(args=["match", "verify"])
    assert told.exit_code == 1
    assert f"{fund.id}: kept taken, confirmed, paid (1001, 1000, 0)" in told.output
    assert app.test_cli_runner().invoke(args=["ledger", "verify"]).exit_code == 1
