"""Every pair of a close-out's states: the table's steps are taken, all others are refused and change nothing."""

from itertools import product

import pytest

from core.errors import Conflict
from donors.close_outs.close_out import DONE, STATES, TRANSITIONS, UNDONE, CloseOut

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(("before", "after"), list(product(STATES, repeat=2)))
def test_it_moves_only_as_its_table_says(before: str, after: str, the_app: object) -> None:
    row = CloseOut(id="out_1", state=before)
    with the_app.app_context():  # pyright: ignore[reportAttributeAccessIssue]
        if (before, after) in TRANSITIONS:
            row.move_to(after)
            assert row.state == after
            assert (row.ended_at is not None) == (after in (DONE, UNDONE))
        else:
            with pytest.raises(Conflict) as refusal:
                row.move_to(after)
            assert refusal.value.code == "illegal_transition"
            assert (row.state, row.ended_at) == (before, None)
