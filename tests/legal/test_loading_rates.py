"""Loading rates: years that are lacking, from CSV, with source and checksum, refused with line and column."""

import hashlib
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.db import transaction
from core.errors import Conflict, Invalid
from legal.rates.loading import Provenance, eaja_rate, load_rates, matrix_of, withdraw_rates
from legal.rates.rate_matrix import Standing
from legal.rates.rate_table import RateRow, RateTable
from legal.rates.valuation import find_valuation
from tests.legal.conftest import Case, send, usd

WHERE = Provenance(source="https://www.justice.gov/usao-dc", recorded_on=date(2026, 1, 2))
EAJA_2012 = "year,cpi_u\n2012,229.594\n"
FITZPATRICK = "rate_year,band,from_year,to_year,rate\n2026,15,15,15,851.00\n2026,PL,,,220.00\n"


def load(case: Case, text: str, matrix_id: str = "eaja", name: str = "bob") -> RateTable:
    with transaction():
        return load_rates(case.actor(name), text, matrix_id=matrix_id, provenance=WHERE)


@pytest.mark.parametrize(
    ("cpi_u", "rate"),
    [("292.655", "234.95"), ("304.702", "244.62"), ("313.689", "251.84"), ("229.594", "184.32")],
)
@pytest.mark.pure
def test_the_statute_s_formula_gives_the_published_rate_to_the_cent(cpi_u: str, rate: str) -> None:
    assert eaja_rate(Decimal(cpi_u)) == usd(rate)


def test_a_year_that_lacks_is_loaded_and_values_the_organisation_s_hours_alone(case: Case) -> None:
    with pytest.raises(Conflict) as caught:
        matrix_of("eaja", case.cast.refugio.id).rate_on(date(2012, 7, 10))
    assert caught.value.code == "rate_year_missing"
    table = load(case, EAJA_2012)
    assert table.sha256 == hashlib.sha256(EAJA_2012.encode()).hexdigest()
    mine = matrix_of("eaja", case.cast.refugio.id)
    assert (mine.rate_on(date(2012, 7, 10)), mine.rate_on(date(2022, 7, 10))) == (
        usd("184.32"),
        usd("234.95"),
    )
    assert matrix_of("eaja", case.cast.llano.id).find_rate(date(2012, 7, 10)) is None
    entry = case.approve(worked_on=date(2012, 7, 10), minutes=66)
    counted = find_valuation(entry.id)
    assert counted is not None
    assert (counted.value, counted.matrix_sha256) == (usd("202.75"), table.sha256)


def test_a_table_by_single_years_of_experience_takes_bands_of_one_year(case: Case) -> None:
    load(case, FITZPATRICK, "fitzpatrick")
    table = matrix_of("fitzpatrick", case.cast.refugio.id)
    assert table.rate_on(date(2026, 7, 1), Standing("PARTNR", 2011)) == usd("851")
    assert table.rate_on(date(2026, 7, 1), Standing("PARALG")) == usd("220")
    with pytest.raises(Conflict) as caught:
        table.rate_on(date(2026, 7, 1), Standing("PARTNR", 2010))
    assert caught.value.code == "rate_band_missing"


def test_a_broken_file_is_refused_with_line_and_column_and_nothing_is_kept(
    session: Session, case: Case, subtests: pytest.Subtests
) -> None:
    for text, matrix_id, told in [
        ("", "eaja", "lacks these columns"),
        ("year\n2012\n", "eaja", "lacks these columns: rate"),
        ("year,rate\n", "eaja", "no rate"),
        ("year,rate\n2012,abc\n", "eaja", "Line 2, rate"),
        ("year,rate\n2012,0\n", "eaja", "Line 2, rate"),
        ("year,cpi_u\n2012,x\n", "eaja", "Line 2, cpi_u"),
        ("year,rate\n12,180\n", "eaja", "Line 2, year"),
        ("year,rate\n2012,180\n2012,181\n", "eaja", "Line 3, year"),
        ("year,rate,currency\n2012,180,XXX\n", "eaja", "Line 2, currency"),
        ("rate_year,band,from_year,to_year,rate\n2013,4-7,7,4,295\n", "usao-laffey", "Line 2, to_year"),
        ("rate_year,band,from_year,to_year,rate\n2013,,4,7,295\n", "usao-laffey", "Line 2, band"),
        ("rate_year,band,from_year,to_year,rate\n2013,4-7,x,7,295\n", "usao-laffey", "Line 2, from_year"),
        ('year,rate\n2012,"1\n', "eaja", "Line"),
    ]:
        with subtests.test(text=text, matrix_id=matrix_id, told=told):
            with pytest.raises(Invalid) as caught:
                load(case, text, matrix_id)
            assert told in caught.value.errors["file"][0]
            assert session.scalar(select(func.count()).select_from(RateRow)) == 0


def test_what_is_published_is_not_overwritten_and_a_wrong_table_is_withdrawn(case: Case) -> None:
    for text in ("year,rate\n2022,999\n", EAJA_2012):
        if text == EAJA_2012:
            load(case, text)
        with pytest.raises(Conflict) as caught:
            load(case, text)
        assert caught.value.code == "rate_year_loaded"
    (table,) = matrix_of("eaja", case.cast.refugio.id).origins.values()
    assert table.source == WHERE.source


def test_a_withdrawn_table_values_nothing_more_and_makes_room(session: Session, case: Case) -> None:
    table = load(case, EAJA_2012)
    with transaction():
        withdraw_rates(case.actor("bob"), table.id)
    assert matrix_of("eaja", case.cast.refugio.id).find_rate(date(2012, 7, 10)) is None
    with pytest.raises(Conflict), transaction():
        withdraw_rates(case.actor("bob"), table.id)
    load(case, "year,rate\n2012,184.32\n")


def test_command_software_and_page_refuse_the_year_and_value_it_once_it_is_loaded(
    app: Flask, case: Case, client: FlaskClient, sign_in: Callable[..., FlaskClient], tmp_path: Path
) -> None:
    bearer, page = {"Authorization": f"Bearer {case.bearer('bob')}"}, sign_in(case.cast.bob)
    asked = ["rates", "value", "--matrix", "eaja", "--on", "2012-07-10", "--hours", "1.1"]
    query = "matrix=eaja&on=2012-07-10&hours=1.1"

    def by_command(*more: str) -> tuple[int, str]:
        told = app.test_cli_runner().invoke(args=[*asked, *more])
        return told.exit_code, told.output

    status, told = by_command()
    assert (status, "rate_year_missing" in told) == (1, True)
    refused = client.get(f"/api/v1/rates?{query}", headers=bearer)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "rate_year_missing")
    assert "rate_year_missing" in page.get(f"/staff/rates?{query}").text
    file = tmp_path / "eaja.csv"
    file.write_text(EAJA_2012)
    loaded = app.test_cli_runner().invoke(
        args=[
            "rates",
            "load",
            str(file),
            "--organisation",
            "refugio",
            "--source",
            "BLS",
            "--recorded-on",
            "2026-01-02",
        ]
    )
    assert hashlib.sha256(EAJA_2012.encode()).hexdigest() in loaded.output
    assert "202.75 USD" in by_command("--organisation", "refugio")[1]
    assert client.get(f"/api/v1/rates?{query}", headers=bearer).get_json()["value"]["minor"] == 20275
    assert "$202.75" in page.get(f"/staff/rates?{query}").text


def test_staff_and_software_load_and_withdraw_tables(
    case: Case, client: FlaskClient, sign_in: Callable[..., FlaskClient]
) -> None:
    bearer, page = {"Authorization": f"Bearer {case.bearer('bob')}"}, sign_in(case.cast.bob)
    typed = {"matrix": "eaja", "source": "BLS", "recorded_on": "2026-01-02", "file": EAJA_2012}
    assert send(page, "/staff/rates", {**typed, "file": "year,rate\n2012,x"}).status_code == 422
    assert send(page, "/staff/rates", {**typed, "source": ""}).status_code == 422
    assert send(page, "/staff/rates", typed).status_code == 302
    assert send(page, "/staff/rates", typed).status_code == 409
    (listed,) = client.get("/api/v1/rate-tables", headers=bearer).get_json()["items"]
    assert send(page, f"/staff/rates/{listed['id']}/withdrawals").status_code == 302
    made = client.post("/api/v1/rate-tables", json=typed, headers=bearer)
    assert made.status_code == 201
    gone = client.post(f"/api/v1/rate-tables/{made.get_json()['id']}/withdrawals", headers=bearer)
    assert gone.get_json()["withdrawn_at"] is not None
    assert send(sign_in(case.cast.vera), "/staff/rates", typed).status_code in (403, 404)
