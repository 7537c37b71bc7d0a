"""Every pair of states: the table's steps are taken, all others are refused and change nothing."""

from itertools import product

import pytest

from core.errors import Conflict
from donors.gifts import gift as gifts
from donors.gifts.gift import Gift
from donors.recurring import instalment as instalments
from donors.recurring import recurring_gift as promises
from donors.recurring.instalment import Instalment
from donors.recurring.recurring_gift import RecurringGift

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(("before", "after"), list(product(gifts.TRANSITIONS, repeat=2)))
def test_a_gift_moves_only_as_its_table_says(before: str, after: str) -> None:
    gift = Gift(id="gift_1", state=before)
    if after == before or after in gifts.TRANSITIONS[before]:
        gift.move(after)
        assert gift.state == after
    else:
        with pytest.raises(Conflict, match="cannot go") as refusal:
            gift.move(after)
        assert refusal.value.code == "illegal_transition"
        assert gift.state == before


@pytest.mark.parametrize(("before", "after"), list(product(promises.TRANSITIONS, repeat=2)))
def test_a_recurring_gift_moves_only_as_its_table_says(before: str, after: str) -> None:
    promise = RecurringGift(id="recur_1", state=before)
    if after == before or after in promises.TRANSITIONS[before]:
        promise.move(after)
        assert promise.state == after
    else:
        with pytest.raises(Conflict):
            promise.move(after)
        assert promise.state == before


@pytest.mark.parametrize(("before", "after"), list(product(instalments.TRANSITIONS, repeat=2)))
def test_an_instalment_moves_only_as_its_table_says(before: str, after: str) -> None:
    row = Instalment(id="inst_1", state=before)
    if after == before or after in instalments.TRANSITIONS[before]:
        row.move(after)
        assert row.state == after
    else:
        with pytest.raises(Conflict, match="cannot go"):
            row.move(after)
        assert (row.state, row.since_at) == (before, None)


def test_what_was_paid_stays_paid_and_a_payment_makes_anything_paid() -> None:
    assert instalments.TRANSITIONS[instalments.PAID] == frozenset()
    others = set(instalments.TRANSITIONS) - {instalments.PAID}
    assert all(instalments.PAID in instalments.TRANSITIONS[each] for each in others)


@pytest.mark.parametrize("table", [gifts.TRANSITIONS, promises.TRANSITIONS])
def test_every_state_can_be_reached(table: dict[str, frozenset[str]]) -> None:
    reached, fresh = {"pending"}, {"pending"}
    while fresh:
        fresh = {after for before in fresh for after in table[before]} - reached
        reached |= fresh
    assert reached == set(table)


@pytest.mark.parametrize(
    ("name", "display", "alias", "shown"),
    [
        ("Ana Maria Lopez", "full", "", "Ana Maria Lopez"),
        ("Ana Maria Lopez", "initial", "", "Ana L."),
        ("Ana", "initial", "", "Ana"),
        ("", "initial", "", ""),
        ("Ana Lopez", "alias", " A friend ", "A friend"),
        ("Ana Lopez", "anonymous", "A friend", ""),
    ],
)
def test_a_donor_appears_the_way_they_chose(name: str, display: str, alias: str, shown: str) -> None:
    assert gifts.public_name(name, display, alias) == shown
