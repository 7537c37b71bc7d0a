"""Two valuations side by side: alternatives, each with its matrix, and what neither can value is listed."""

from collections.abc import Callable
from datetime import date

from flask import Flask
from flask.testing import FlaskClient

from core.db import db, transaction
from legal.hours.revaluing import revalue
from legal.rates.comparing import compare
from legal.rates.valuation import find_valuation
from tests.legal.conftest import Case, usd

JULY_2018 = date(2018, 7, 10)


def approved_case(case: Case) -> None:
    """Bob, admitted in 2012, worked 1.2 h in 2018 and twice 0.3 h in 2025."""
    case.matter.opened_on = JULY_2018
    case.bobs.bar_year = 2008
    db.session.commit()
    case.approve(worked_on=JULY_2018)
    case.approve(minutes=18)
    case.approve(minutes=18)


def test_two_matrices_value_the_same_hours_and_list_what_they_cannot(case: Case) -> None:
    approved_case(case)
    eaja, market = compare(case.matter, ["eaja", "usao-2015"])
    assert [(row.matrix, row.tenths, row.value) for row in eaja.rows] == [
        ("eaja", 12, usd("241.92")),
        ("eaja", 6, usd("155.08")),
    ]
    assert [(row.matrix, row.rate, row.value) for row in market.rows] == [
        ("usao-2015", usd("417"), usd("500.40"))
    ]
    assert (eaja.unvalued, market.unvalued) == ({}, {"rate_year_missing": 6})
    assert (eaja.value, market.value) == (usd("397.00"), usd("500.40"))


def test_a_lawyer_of_unknown_experience_is_listed_and_not_worth_zero(case: Case) -> None:
    approved_case(case)
    case.bobs.bar_year = None
    (market,) = compare(case.matter, ["usao-2015"])
    assert (market.rows, market.unvalued) == ([], {"experience_unknown": 12, "rate_year_missing": 6})


def test_a_later_valuation_keeps_its_own_matrix_beside_the_first(case: Case) -> None:
    approved_case(case)
    entry = case.approve(worked_on=date(2018, 7, 11))
    before = find_valuation(entry.id)
    with transaction():
        after = revalue(case.actor("dana"), entry.id, matrix_id="usao-2015")
    assert before is not None
    assert (before.matrix, before.value) == ("eaja", usd("241.92"))
    assert (after.matrix, after.number, after.value) == ("usao-2015", 2, usd("500.40"))


def test_the_matter_page_shows_both_and_lets_one_choose(
    case: Case, sign_in: Callable[..., FlaskClient]
) -> None:
    approved_case(case)
    client = sign_in(case.cast.bob)
    page = client.get(f"/staff/matters/{case.matter.id}?market=usao-2015").get_data(as_text=True)
    for words in ("Estimated value, side by side", "$397", "$500.40", "The year is not loaded"):
        assert words in page
    assert client.get(f"/staff/matters/{case.matter.id}?market=nonsense").status_code == 200


def test_the_command_reads_the_band_from_year_and_class(app: Flask) -> None:
    def run(*options: str) -> str:
        asked = ["rates", "value", "--matrix", "usao-laffey", "--hours", "1.1", *options]
        return app.test_cli_runner().invoke(args=asked).output

    assert "1.1 h × 245.00 USD = 269.50 USD" in run("--on", "2012-07-10", "--experience-year", "2010")
    assert "145.00 USD" in run("--on", "2012-07-10", "--classification", "PARALG")
    assert "rate_year_missing" in run("--on", "2013-06-01", "--experience-year", "2010")
    assert "experience_unknown" in run("--on", "2012-07-10", "--classification", "ASSOC")
