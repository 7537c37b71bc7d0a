"""docs/asvs.md says "met" only with a test that is there, and leaves no number out."""

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.pure

ROOT = Path(__file__).parents[1]
#: How many requirements of levels 1 and 2 each section has, for those that are ours to look at in full.
FROM_ONE = {
    "1.1": 2,
    "1.2": 9,
    "1.3": 11,
    "1.4": 3,
    "1.5": 2,
    "2.1": 3,
    "2.2": 3,
    "2.3": 4,
    "2.4": 1,
    "3.2": 2,
    "3.3": 4,
    "3.4": 6,
    "3.5": 5,
    "3.7": 2,
    "4.1": 3,
    "4.2": 1,
    "4.3": 2,
    "4.4": 4,
    "5.1": 1,
    "5.2": 3,
    "5.3": 2,
    "5.4": 3,
    "6.1": 3,
    "6.2": 12,
    "6.3": 4,
    "6.4": 4,
    "6.5": 5,
    "6.6": 3,
    "6.8": 4,
    "7.1": 3,
    "7.2": 4,
    "7.3": 2,
    "7.4": 5,
    "7.5": 2,
    "7.6": 2,
    "8.1": 2,
    "8.2": 3,
    "8.3": 1,
    "8.4": 1,
    "9.1": 3,
    "9.2": 4,
    "11.1": 2,
    "11.2": 3,
    "11.3": 3,
    "11.4": 3,
    "11.5": 1,
    "11.6": 1,
    "12.1": 3,
    "12.2": 2,
    "12.3": 4,
    "13.1": 1,
    "13.2": 5,
    "13.3": 2,
    "13.4": 5,
    "14.1": 2,
    "14.2": 4,
    "14.3": 3,
    "15.1": 3,
    "15.2": 3,
    "15.3": 7,
    "16.1": 1,
    "16.2": 5,
    "16.3": 4,
    "16.4": 3,
    "16.5": 3,
}


def rows() -> list[tuple[list[str], str, str]]:
    found = []
    for line in (ROOT / "docs" / "asvs.md").read_text().splitlines():
        if re.match(r"\| \d", line):
            numbers, state, by = (part.strip() for part in line.strip("|").split("|", 2))
            found.append((numbers.split(", "), state, by))
    return found


def test_nothing_is_met_without_a_test_that_is_there() -> None:
    missing = []
    for numbers, state, by in rows():
        assert state in {"met", "n/a", "open"}, numbers
        assert by, numbers
        named = re.findall(r"`(tests/[\w/]+\.(?:py|txt))(?:::(\w+))?`", by)
        if state == "met" and not named:
            missing.append((numbers, "no test"))
        for path, test in named:
            file = ROOT / path
            if not file.exists() or (test and f"def {test}(" not in file.read_text()):
                missing.append((numbers, f"{path}::{test}"))
    assert missing == []


def test_every_number_of_both_levels_is_there_once() -> None:
    listed = [number for numbers, _state, _by in rows() for number in numbers]
    assert len(listed) == len(set(listed))
    expected = {f"{section}.{place}" for section, most in FROM_ONE.items() for place in range(1, most + 1)}
    assert expected - set(listed) == set()
