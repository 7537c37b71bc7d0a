"""A simulated year adds up. The suite lives two months with five gifts; `make simulate` a year with a thousand."""

from pathlib import Path

import pytest

from tests.torture.simulation import run

pytestmark = pytest.mark.once


def test_months_of_recurring_gifts_add_up(tmp_path: Path) -> None:
    found, wrong = run(5, 2, tmp_path)
    assert wrong == []
    assert found["instalments"]["paid"] >= 5
    assert found["raised_minor"] > 0
