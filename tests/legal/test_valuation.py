"""What hours are worth: the rate of the work date, half-up to the cent, entry by entry."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Conflict, Invalid
from core.money import Money
from legal.hours.rounding import tenths
from legal.rates.rate_matrix import matrix
from legal.rates.valuation import value_of

pytestmark = pytest.mark.pure


def usd(text):
    return Money.parse(text, "USD")


def test_three_tenths_at_the_rate_of_2022_are_rounded_half_up():
    assert value_of(3, matrix("eaja").rate_on(date(2022, 7, 10))) == usd("70.49")


@pytest.mark.parametrize(
    ("day", "rate"),
    [
        (date(2021, 12, 31), "217.54"),
        (date(2022, 1, 1), "234.95"),
        (date(2023, 6, 1), "244.62"),
        (date(2024, 2, 29), "251.84"),
        (date(2025, 12, 31), "258.46"),
    ],
)
def test_the_rate_is_that_of_the_calendar_year_of_the_work(day, rate):
    assert matrix("eaja").rate_on(day) == usd(rate)


@pytest.mark.parametrize("year", [1996, 2014, 2026, 2099])
def test_a_year_that_is_not_loaded_is_a_conflict_and_never_the_nearest_year(year):
    with pytest.raises(Conflict) as caught:
        matrix("eaja").rate_on(date(year, 1, 1))
    assert caught.value.code == "rate_year_missing"


def test_an_unknown_matrix_is_refused_by_name():
    with pytest.raises(Invalid) as caught:
        matrix("laffey")
    assert list(caught.value.errors) == ["matrix"]


FIELD_TABLE = [
    # minutes, rate, then the value under up, nearest and down
    (1, 495, "49.50", "49.50", "0.00"),
    (6, 505, "50.50", "50.50", "50.50"),
    (125, 350, "735.00", "735.00", "700.00"),
    (125, 445, "934.50", "934.50", "890.00"),
    (63, 245, "269.50", "269.50", "245.00"),
    (9, 245, "49.00", "49.00", "24.50"),
    (200, 145, "493.00", "478.50", "478.50"),
    (437, 505, "3686.50", "3686.50", "3636.00"),
    (3, 445, "44.50", "44.50", "0.00"),
    (2, 145, "14.50", "14.50", "0.00"),
]


@pytest.mark.parametrize(
    ("policy", "total"),
    [("up", "6326.50"), ("nearest", "6312.00"), ("down", "6024.50")],
)
def test_the_ten_entries_are_worth_what_the_field_s_table_says(policy, total):
    column = {"up": 2, "nearest": 3, "down": 4}[policy]
    values = [value_of(tenths(row[0], policy), Money(row[1] * 100, "USD")) for row in FIELD_TABLE]
    assert values == [usd(row[column]) for row in FIELD_TABLE]
    assert sum(value.minor for value in values) == usd(total).minor


@given(st.integers(0, 240), st.integers(1, 500_000))
def test_a_value_is_never_half_a_cent_away_from_the_exact_product(units, rate_minor):
    value = value_of(units, Money(rate_minor, "USD"))
    difference = value.minor - Fraction(units * rate_minor, 10)
    assert Fraction(-1, 2) < difference <= Fraction(1, 2)


@given(st.integers(0, 240), st.integers(1, 500_000))
def test_a_value_agrees_with_decimal_arithmetic_in_dollars(units, rate_minor):
    exact = Decimal(units) / 10 * Decimal(rate_minor) / 100
    cents = exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    assert value_of(units, Money(rate_minor, "USD")) == Money(int(cents * 100), "USD")
