"""Shares in proportion: they add up to the minor unit, none is more than its weight, nobody skips the queue."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.money import EXPONENTS
from donors.close_outs.sharing import apportion
from donors.stripe_gateway import amounts

pytestmark = pytest.mark.pure

CURRENCIES = st.sampled_from(sorted(EXPONENTS))
STEPS = st.lists(st.integers(0, 10**7), min_size=1, max_size=40)


@given(currency=CURRENCIES, counts=STEPS, part=st.integers(0, 10**6))
def test_shares_add_up_and_none_exceeds_its_gift(currency: str, counts: list[int], part: int) -> None:
    step = amounts.step(currency).minor
    weights = [count * step for count in counts]
    total = sum(counts) * part // 10**6 * step
    shares = apportion(total, weights, step=step)
    assert sum(shares) == total
    assert all(0 <= share <= weight for share, weight in zip(shares, weights, strict=True))
    assert all(share % step == 0 for share in shares)


@given(counts=STEPS, part=st.integers(0, 10**6))
def test_no_share_is_a_whole_step_from_its_exact_part(counts: list[int], part: int) -> None:
    assume(sum(counts))
    total = sum(counts) * part // 10**6
    for share, weight in zip(apportion(total, counts), counts, strict=True):
        assert abs(share * sum(counts) - total * weight) < sum(counts)


@given(counts=STEPS, part=st.integers(0, 10**6))
def test_who_gave_more_gets_no_less(counts: list[int], part: int) -> None:
    shares = apportion(sum(counts) * part // 10**6, counts)
    ordered = sorted(zip(counts, shares, strict=True))
    for (less, small), (more, large) in zip(ordered, ordered[1:], strict=False):
        assert less == more or small <= large


@pytest.mark.parametrize(
    ("total", "weights", "step"), [(11, [5, 5], 1), (-1, [5], 1), (5, [20], 10), (10, [15], 10)]
)
def test_what_cannot_be_shared_is_refused(total: int, weights: list[int], step: int) -> None:
    with pytest.raises(ValueError, match="cannot share"):
        apportion(total, weights, step=step)


def test_the_odd_cent_goes_to_the_largest_remainder() -> None:
    assert apportion(100, [1000, 1000, 1000]) == [34, 33, 33]
    assert apportion(5, [50, 30, 20]) == [3, 1, 1]
    assert apportion(0, [0, 0]) == [0, 0]
