"""The short version: what the description allows and forbids, for a few seconds. `make fuzz` takes ten minutes."""

from pathlib import Path

import pytest

from tests.fuzzing.running import fuzz, served

pytestmark = pytest.mark.once


def test_no_answer_is_a_failure_or_unknown_to_the_description(tmp_path: Path) -> None:
    with served(tmp_path) as (address, secret):
        options = ("--phases", "fuzzing", "--max-examples", "1", "--seed", "1", "--workers", "2")
        assert fuzz(address, secret, tmp_path, seconds=5, options=options) == 0
