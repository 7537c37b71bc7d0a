"""Money is whole minor units of one currency."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import EXPONENTS, CurrencyMismatch, Money, NotMoney

pytestmark = pytest.mark.pure


@pytest.mark.parametrize("wrong", [1.0, True, "1", Decimal(1)])
def test_only_whole_numbers_are_minor_units(wrong: object) -> None:
    with pytest.raises(TypeError):
        Money(wrong, "USD")  # pyright: ignore[reportArgumentType]


def test_currencies_do_not_mix() -> None:
    with pytest.raises(CurrencyMismatch):
        assert Money(1, "USD") + Money(1, "EUR")
    with pytest.raises(CurrencyMismatch):
        assert Money(1, "USD") < Money(2, "EUR")


def test_an_unknown_currency_is_refused() -> None:
    with pytest.raises(NotMoney):
        Money(1, "usd")


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        ("50", "USD", 5000),
        ("50.5", "USD", 5050),
        ("$1,234.50", "USD", 123450),
        ("1.234,50", "EUR", 123450),
        ("1,234", "USD", 123400),
        ("1.234.567,50", "USD", 123456750),
        ("12,50", "EUR", 1250),
        ("1234", "JPY", 1234),
        ("1.234", "KWD", 1234),
        ("-5", "USD", -500),
    ],
)
def test_what_people_type_is_read(typed: str, currency: str, minor: int) -> None:
    assert Money.parse(typed, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    "typed", ["", "abc", "1e5", "1,2,3", "0.001", "--5", "５０", "1" * 20, "12.5.1", "NaN", "1.005", "10.005"]
)
def test_what_is_no_amount_is_refused(typed: str) -> None:
    with pytest.raises(NotMoney):
        Money.parse(typed, "USD")


def test_a_fraction_finer_than_the_currency_is_refused() -> None:
    with pytest.raises(NotMoney):
        Money.parse("12.5", "JPY")


@given(st.integers(-(10**12), 10**12), st.integers(1, 50), st.sampled_from(sorted(EXPONENTS)))
def test_shares_add_up_and_differ_by_one_unit_at_most(minor: int, parts: int, currency: str) -> None:
    shares = [share.minor for share in Money(minor, currency).split(parts)]
    assert sum(shares) == minor
    assert max(shares) - min(shares) <= 1


@given(st.integers(0, 10**12), st.sampled_from(sorted(EXPONENTS)))
def test_printing_and_reading_give_the_same_amount(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    assert Money.parse(str(money).split()[0], currency) == money


def test_an_exact_half_rounds_up() -> None:
    assert Money.of(Decimal("70.485"), "USD") == Money(7049, "USD")
