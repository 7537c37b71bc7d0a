"""How often one caller may try."""

from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask

from core import clock
from core.web.limits import TooMany, caller, digest, limiter, spend


@pytest.fixture(autouse=True)
def limits_on(app: Flask) -> Iterator[None]:
    app.config["LIMITS_ARE_ON"] = True
    limiter.reset()
    yield
    limiter.reset()
    app.config["LIMITS_ARE_ON"] = False


def test_the_rule_counts_each_caller_apart(app: Flask) -> None:
    with app.test_request_context():
        for _try in range(2):
            spend("2 per minute", "knock", "one")
        spend("2 per minute", "knock", "other")
        spend("2 per minute", "ring", "one")
        with pytest.raises(TooMany):
            spend("2 per minute", "knock", "one")


def test_the_window_ends(app: Flask) -> None:
    with app.test_request_context(), time_machine.travel(clock.now()) as now:
        spend("1 per minute", "knock", "one")
        now.shift(61)
        spend("1 per minute", "knock", "one")


def test_keys_hold_no_address(app: Flask) -> None:
    with app.test_request_context(environ_base={"REMOTE_ADDR": "192.0.2.7"}):
        assert "192" not in caller() or len(caller()) == 32
        assert caller() == digest("192.0.2.7")
        assert digest(" Nora@Example.org ") == digest("nora@example.org")
        assert "nora" not in digest("nora@example.org")
