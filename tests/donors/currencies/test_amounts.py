"""Amounts on their way to Stripe and back: nothing is lost, nothing has another size there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import EXPONENTS, Money
from donors.gifts import fee_cover
from donors.stripe_gateway import amounts
from sandbox.payments.currency import check_charge

pytestmark = pytest.mark.pure
CURRENCIES = st.sampled_from(sorted(EXPONENTS))


@st.composite
def payable(draw: st.DrawFn) -> Money:
    """An amount that may be charged."""
    currency = draw(CURRENCIES)
    step, least, most = (of(currency).minor for of in (amounts.step, amounts.least, amounts.most))
    return Money(draw(st.integers(least // step, most // step)) * step, currency)


@given(payable())
def test_there_and_back_is_the_same(amount: Money) -> None:
    assert amounts.from_stripe(amounts.to_stripe(amount), amount.currency.lower()) == amount


@given(payable())
def test_stripe_takes_what_we_take(amount: Money) -> None:
    check_charge(amounts.to_stripe(amount), amount.currency.lower(), "amount")


@given(payable(), payable())
def test_order_is_kept(one: Money, other: Money) -> None:
    if one.currency == other.currency:
        assert (one < other) == (amounts.to_stripe(one) < amounts.to_stripe(other))


@given(payable())
def test_a_covered_fee_has_a_form_that_stripe_takes(amount: Money) -> None:
    charged = amount + fee_cover.cover(amount)
    assert amounts.from_stripe(amounts.to_stripe(charged), amount.currency) == charged


@pytest.mark.parametrize(
    ("minor", "currency", "written"),
    [(500, "USD", 500), (500, "JPY", 500), (5120, "KWD", 5120), (5, "ISK", 500), (5000, "UGX", 500_000)],
)
def test_how_stripe_writes_it(minor: int, currency: str, written: int) -> None:
    assert amounts.to_stripe(Money(minor, currency)) == written


def test_what_is_finer_than_stripe_takes_is_refused() -> None:
    with pytest.raises(ValueError, match="finer"):
        amounts.to_stripe(Money(5124, "KWD"))
    with pytest.raises(ValueError, match="whole"):
        amounts.from_stripe(550, "isk")
