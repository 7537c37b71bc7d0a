"""Minutes to tenths: the field's table of ten entries, and what holds for every minute."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from legal.hours.rounding import POLICIES, hours_text, tenths

pytestmark = pytest.mark.pure

TABLE = [
    # minutes, up, nearest, down
    (1, 1, 1, 0),
    (6, 1, 1, 1),
    (125, 21, 21, 20),
    (125, 21, 21, 20),
    (63, 11, 11, 10),
    (9, 2, 2, 1),
    (200, 34, 33, 33),
    (437, 73, 73, 72),
    (3, 1, 1, 0),
    (2, 1, 1, 0),
]
minutes = st.integers(1, 1440)


@pytest.mark.parametrize(("worked", "up", "nearest", "down"), TABLE)
def test_each_policy_rounds_as_the_table_says(worked, up, nearest, down):
    assert [tenths(worked, policy) for policy in ("up", "nearest", "down")] == [
        up,
        nearest,
        down,
    ]


@pytest.mark.parametrize(("policy", "total"), [("up", 166), ("nearest", 165), ("down", 157)])
def test_the_ten_entries_add_up_to_the_published_totals(policy, total):
    # The table's own down column adds to 15.7 h; every row is rounded before it is added.
    assert sum(tenths(row[0], policy) for row in TABLE) == total


def test_three_entries_of_two_minutes_are_three_tenths_and_not_one():
    assert sum(tenths(2, "up") for _ in range(3)) == 3


@pytest.mark.parametrize("worked", [0, 1441, -6])
def test_minutes_outside_a_day_are_refused_by_name(worked):
    with pytest.raises(Invalid) as caught:
        tenths(worked, "up")
    assert list(caught.value.errors) == ["minutes"]


def test_an_unknown_policy_is_refused_by_name():
    with pytest.raises(Invalid) as caught:
        tenths(6, "bankers")
    assert list(caught.value.errors) == ["rounding_policy"]


@given(minutes)
def test_down_never_exceeds_nearest_and_nearest_never_exceeds_up(worked):
    assert tenths(worked, "down") <= tenths(worked, "nearest") <= tenths(worked, "up")


@given(minutes, st.sampled_from(sorted(POLICIES)))
def test_rounding_moves_an_entry_by_less_than_one_unit(worked, policy):
    assert abs(tenths(worked, policy) * 6 - worked) < 6


@given(minutes, minutes, st.sampled_from(sorted(POLICIES)))
def test_more_minutes_never_give_fewer_tenths(one, other, policy):
    assert tenths(min(one, other), policy) <= tenths(max(one, other), policy)


@given(st.integers(1, 240), st.sampled_from(sorted(POLICIES)))
def test_whole_units_stay_as_they_are_under_every_policy(units, policy):
    assert tenths(units * 6, policy) == units


@pytest.mark.parametrize(
    ("units", "text"),
    [(0, "0.0"), (1, "0.1"), (12, "1.2"), (4303, "430.3"), (-5, "-0.5")],
)
def test_tenths_read_as_decimal_hours(units, text):
    assert hours_text(units) == text
