"""Vector A of the field and the band boundaries: who worked, on which day, at which published rate."""

from datetime import date

import pytest

from core.errors import Conflict
from core.money import Money
from legal.hours.rounding import tenths
from legal.rates.rate_matrix import ANYBODY, MATRICES, Standing, matrix
from legal.rates.valuation import value_of
from legal.utbms import phase_of

pytestmark = pytest.mark.pure

PEOPLE = {
    "A": Standing("PARTNR", 1990),
    "B": Standing("ASSOC", 2002),
    "C": Standing("ASSOC", 2010),
    "P": Standing("PARALG"),
}
VECTOR_A = [
    # who, day, minutes, rate, then hours in tenths and dollars under up, nearest, down; task
    ("A", date(2012, 5, 31), 1, "495", (1, "49.50"), (1, "49.50"), (0, "0.00"), "L120"),
    ("A", date(2012, 6, 1), 6, "505", (1, "50.50"), (1, "50.50"), (1, "50.50"), "L120"),
    ("B", date(2012, 5, 31), 125, "350", (21, "735.00"), (21, "735.00"), (20, "700.00"), "L210"),
    ("B", date(2012, 6, 1), 125, "445", (21, "934.50"), (21, "934.50"), (20, "890.00"), "L210"),
    ("C", date(2012, 7, 10), 63, "245", (11, "269.50"), (11, "269.50"), (10, "245.00"), "L110"),
    ("C", date(2012, 7, 10), 9, "245", (2, "49.00"), (2, "49.00"), (1, "24.50"), "L110"),
    ("P", date(2012, 8, 2), 200, "145", (34, "493.00"), (33, "478.50"), (33, "478.50"), "L140"),
    ("A", date(2012, 9, 14), 437, "505", (73, "3686.50"), (73, "3686.50"), (72, "3636.00"), "L450"),
    ("B", date(2013, 5, 31), 3, "445", (1, "44.50"), (1, "44.50"), (0, "0.00"), "L120"),
    ("P", date(2013, 1, 15), 2, "145", (1, "14.50"), (1, "14.50"), (0, "0.00"), "L140"),
]
LAFFEY = matrix("usao-laffey")


def usd(text: str) -> Money:
    return Money.parse(text, "USD")


@pytest.mark.parametrize("row", VECTOR_A, ids=[f"E{number}" for number in range(1, 11)])
def test_each_of_the_ten_entries_has_its_rate_its_hours_and_its_value(row) -> None:
    who, day, minutes, rate, *expected, _task = row
    assert LAFFEY.rate_on(day, PEOPLE[who]) == usd(rate)
    for policy, (units, value) in zip(("up", "nearest", "down"), expected, strict=True):
        assert tenths(minutes, policy) == units
        assert value_of(units, LAFFEY.rate_on(day, PEOPLE[who])) == usd(value)


def sums_by(key) -> dict[str, tuple[int, Money]]:
    found: dict[str, tuple[int, Money]] = {}
    for row in VECTOR_A:
        units = tenths(row[2], "up")
        before = found.get(key(row), (0, usd("0")))
        worth = value_of(units, LAFFEY.rate_on(row[1], PEOPLE[row[0]]))
        found[key(row)] = (before[0] + units, before[1] + worth)
    return found


def test_the_ten_entries_add_up_by_timekeeper_by_phase_and_in_all() -> None:
    assert sums_by(lambda row: row[0]) == {
        "A": (75, usd("3786.50")),
        "B": (43, usd("1714.00")),
        "C": (13, usd("318.50")),
        "P": (35, usd("507.50")),
    }
    assert sums_by(lambda row: phase_of(row[-1]).code) == {
        "L100": (51, usd("970.50")),
        "L200": (42, usd("1669.50")),
        "L400": (73, usd("3686.50")),
    }
    assert sums_by(lambda row: "") == {"": (166, usd("6326.50"))}


@pytest.mark.parametrize(
    ("day", "years", "band"),
    [
        (date(1996, 6, 1), 1, "1-3"),
        (date(1999, 5, 31), 3, "1-3"),
        (date(1999, 6, 1), 4, "4-7"),
        (date(2003, 5, 31), 7, "4-7"),
        (date(2003, 6, 1), 8, "8-10"),
        (date(2006, 5, 31), 10, "8-10"),
        (date(2006, 6, 1), 11, "11-19"),
        (date(2015, 5, 31), 19, "11-19"),
        (date(2015, 6, 1), 20, "20+"),
    ],
)
def test_a_graduate_of_may_1996_changes_band_on_the_first_of_june(day: date, years: int, band: str) -> None:
    assert LAFFEY.experience_on(day, 1996) == years
    assert [each.name for each in LAFFEY.bands[2003] if each.holds(years)] == [band]


def code_of(name: str, day: date, who: Standing = ANYBODY) -> str:
    with pytest.raises(Conflict) as caught:
        matrix(name).rate_on(day, who)
    assert matrix(name).find_rate(day, who) is None
    return caught.value.code


def test_a_band_that_would_fit_does_not_stand_in_for_a_year_that_is_not_loaded() -> None:
    assert LAFFEY.experience_on(date(2013, 6, 1), 2010) == 4
    assert code_of("usao-laffey", date(2013, 6, 1), PEOPLE["C"]) == "rate_year_missing"


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("usao-laffey", date(2003, 6, 1), date(2013, 5, 31)),
        ("usao-2015", date(2015, 6, 1), date(2019, 5, 31)),
    ],
)
def test_rate_years_run_from_june_to_may(name: str, first: date, last: date) -> None:
    assert matrix(name).find_rate(first, PEOPLE["A"])
    assert matrix(name).find_rate(last, PEOPLE["A"])
    assert code_of(name, date.fromordinal(first.toordinal() - 1), PEOPLE["A"]) == "rate_year_missing"
    assert code_of(name, date.fromordinal(last.toordinal() + 1), PEOPLE["A"]) == "rate_year_missing"


def test_a_lawyer_of_unknown_experience_has_no_rate() -> None:
    assert code_of("usao-laffey", date(2012, 7, 10), Standing("ASSOC")) == "experience_unknown"
    assert code_of("usao-laffey", date(2012, 7, 10)) == "experience_unknown"


def test_the_class_decides_who_is_paid_as_paralegal_or_law_clerk() -> None:
    day = date(2012, 7, 10)
    assert LAFFEY.rate_on(day, Standing("PARALG", 1990)) == usd("145")
    assert LAFFEY.rate_on(day, Standing("LGLINT")) == usd("145")
    assert code_of("usao-laffey", day, Standing("TRANSL")) == "class_without_rate"


def test_bands_whose_figures_nobody_sourced_are_missing_and_not_guessed() -> None:
    day = date(2018, 7, 10)
    assert matrix("usao-2015").rate_on(day, Standing("ASSOC", 2010)) == usd("417")
    assert code_of("usao-2015", day, Standing("ASSOC", 2011)) == "rate_band_missing"
    assert code_of("usao-2015", day, Standing("PARALG")) == "rate_band_missing"


def test_work_before_the_year_of_admission_has_no_band() -> None:
    assert code_of("usao-laffey", date(2010, 5, 31), Standing("ASSOC", 2010)) == "rate_band_missing"


def test_the_volunteer_rate_is_not_for_lawyers_and_knows_its_years_only() -> None:
    assert matrix("volunteer").rate_on(date(2022, 3, 1), Standing("TRANSL")) == usd("31.80")
    assert code_of("volunteer", date(2022, 3, 1), Standing("ASSOC")) == "class_without_rate"
    assert code_of("volunteer", date(2019, 3, 1)) == "rate_year_missing"


def test_the_fitzpatrick_matrix_is_shipped_without_a_single_rate() -> None:
    assert (matrix("fitzpatrick").loaded, matrix("fitzpatrick").years) == ([], "–")
    assert code_of("fitzpatrick", date(2026, 7, 10), Standing("ASSOC", 2011)) == "rate_year_missing"


@pytest.mark.parametrize("name", MATRICES)
def test_every_matrix_says_where_it_comes_from(name: str) -> None:
    held = matrix(name)
    assert held.title
    assert held.source.startswith("https://")
    assert len(held.sha256) == 64


def test_the_eaja_rate_asks_nobody_s_experience() -> None:
    assert {matrix("eaja").rate_on(date(2022, 7, 10), who) for who in PEOPLE.values()} == {usd("234.95")}
