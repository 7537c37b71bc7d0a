"""Files as people's tools write them: encodings, delimiters, quotes, decimals, days and zones."""

import contextlib
import io
from datetime import UTC, datetime

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from core.money import Money
from donors.importing import cells, moments
from donors.importing.cells import COMMA, EITHER, POINT, Unreadable
from donors.importing.moments import DAY_FIRST, MONTH_FIRST
from donors.importing.table import open_table

NOW = datetime(2026, 6, 1, tzinfo=UTC)
TEXT = "Fecha;Importe;Nombre\r\n01/02/2025;1.234,50 €;Íñigo Núñez\r\n"


pytestmark = pytest.mark.pure


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_encodings_are_told_apart(encoding: str) -> None:
    table = open_table(io.BytesIO(TEXT.encode(encoding)))
    assert (table.delimiter, table.header) == (";", ["Fecha", "Importe", "Nombre"])
    assert list(table.rows) == [(2, ["01/02/2025", "1.234,50 €", "Íñigo Núñez"])]


def test_latin_bytes_that_windows_lacks_are_read() -> None:
    table = open_table(io.BytesIO("a,b\ná,\x81\n".encode("latin-1")))
    assert list(table.rows) == [(2, ["á", "\x81"])]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_told_apart_whatever_is_quoted(delimiter: str) -> None:
    text = (
        delimiter.join(['"a, or; b"', "c", "d"])
        + "\n"
        + delimiter.join(['"x\ny"', '"say ""z"""', "1"])
        + "\n"
    )
    table = open_table(io.BytesIO(text.encode()))
    assert table.header == ["a, or; b", "c", "d"]
    assert list(table.rows) == [(2, ["x\ny", 'say "z"', "1"])]


def test_blank_rows_are_passed_over_and_counted_and_names_are_told_apart() -> None:
    table = open_table(io.BytesIO(b"\n,\nName,,Name\n\na,b,c\n , \nd,e,f\n"))
    assert table.header == ["Name", "#2", "Name (2)"]
    assert [number for number, _row in table.rows] == [5, 7]


@pytest.mark.parametrize(
    "data",
    [b"", b" \n\n", b"PK\x03\x04xlsx", b"\xd0\xcf\x11\xe0xls", b"a\x00b,c\n", b"alone\n1\n", b"\xff\xfea"],
)
def test_what_is_no_table_is_refused(the_app: Flask, data: bytes) -> None:
    with the_app.app_context(), pytest.raises(Invalid) as refused:
        list(open_table(io.BytesIO(data)).rows)
    assert list(refused.value.errors) == ["file"]


@pytest.mark.parametrize(
    ("text", "currency", "decimal", "minor"),
    [
        ("$1,234.50", "USD", EITHER, 123450),
        ("1.234,50 €", "EUR", EITHER, 123450),
        ("1 234,5", "EUR", COMMA, 123450),
        ("1.234", "EUR", COMMA, 123400),
        ("1.234", "KWD", POINT, 1234),
        ("1'234.50", "CHF", POINT, 123450),
        ("5000.00", "JPY", EITHER, 5000),
        ("USD 12", "USD", POINT, 1200),
        ("(12.00)", "USD", POINT, -1200),
        ("12.00-", "USD", POINT, -1200),
        ("\u22125", "USD", EITHER, -500),
        ("$-5.10", "USD", POINT, -510),
        (".50", "USD", POINT, 50),
    ],
)
def test_amounts(text: str, currency: str, decimal: str, minor: int) -> None:
    assert cells.amount(text, currency, decimal) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency", "decimal", "rule"),
    [
        ("1.234", "USD", EITHER, "amount_unclear"),
        ("12.345", "USD", POINT, "amount"),
        ("1,5", "JPY", COMMA, "amount"),
        ("ten", "USD", EITHER, "amount"),
        ("", "USD", POINT, "amount"),
        ("1,23", "USD", POINT, "amount"),
        ("$.", "USD", POINT, "amount"),
        ("1e5", "USD", POINT, "amount"),
    ],
)
def test_what_is_no_amount(text: str, currency: str, decimal: str, rule: str) -> None:
    with pytest.raises(Unreadable) as wrong:
        cells.amount(text, currency, decimal)
    assert wrong.value.rule == rule


@pytest.mark.parametrize(
    ("day", "time", "zone", "order", "expected"),
    [
        ("2025-03-05T10:11:12Z", "", "America/Chicago", "", (10, 11)),
        ("2025-03-05 10:11:12 -0500", "", "UTC", "", (15, 11)),
        ("2025-03-05 10:11:12.123456+00:00", "", "UTC", "", (10, 11)),
        ("03/05/2025", "10:11", "America/New_York", MONTH_FIRST, (15, 11)),
        ("05/03/2025", "10:11", "CET", DAY_FIRST, (9, 11)),
        ("5.3.2025 10:11", "", "UTC", DAY_FIRST, (10, 11)),
        ("March 5, 2025", "10:11 am", "PST", "", (18, 11)),
        ("Wed, 5th March 2025", "", "UTC", "", (12, 0)),
        ("5 de marzo de 2025", "", "UTC", "", (12, 0)),
        ("2025/3/5", "", "UTC", "", (12, 0)),
        ("03/05/25 10:11:12", "", "UTC", MONTH_FIRST, (10, 11)),
    ],
)
def test_days_and_times(day: str, time: str, zone: str, order: str, expected: tuple[int, int]) -> None:
    found = moments.moment(day, time, zone, order=order, now=NOW)
    assert (found.date().isoformat(), found.hour, found.minute) == ("2025-03-05", *expected)


@pytest.mark.parametrize(
    ("day", "time", "zone", "rule"),
    [
        ("03/04/2025", "", "UTC", "date_unclear"),
        ("31/02/2025", "", "UTC", "date"),
        ("2025-13-01", "", "UTC", "date"),
        ("someday", "", "UTC", "date"),
        ("2999-01-01", "", "UTC", "date_future"),
        ("2025-01-01", "25:00", "UTC", "time"),
        ("2025-01-01", "10:00", "Mars/Base", "zone"),
        ("0000-01-01", "", "UTC", "date"),
        ("0001-01-01", "00:00", "+14:00", "date"),
        ("45123", "", "UTC", "date"),
    ],
)
def test_what_is_no_day(day: str, time: str, zone: str, rule: str) -> None:
    with pytest.raises(Unreadable) as wrong:
        moments.moment(day, time, zone, now=NOW)
    assert wrong.value.rule == rule


@given(st.text(max_size=40), st.text(max_size=20), st.text(max_size=20))
def test_any_text_is_a_moment_or_breaks_a_rule(day: str, time: str, zone: str) -> None:
    with contextlib.suppress(Unreadable):
        assert moments.moment(day, time, zone, now=NOW) <= NOW


@given(st.text(max_size=30), st.sampled_from(["USD", "JPY", "KWD"]), st.sampled_from([EITHER, POINT, COMMA]))
def test_any_text_is_an_amount_or_breaks_a_rule(text: str, currency: str, decimal: str) -> None:
    with contextlib.suppress(Unreadable):
        assert cells.amount(text, currency, decimal).currency == currency


@given(st.integers(-(10**11), 10**11), st.sampled_from(["USD", "JPY", "KWD"]))
def test_an_amount_as_we_write_it_is_read_back(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    assert cells.amount(str(money.major), currency, POINT) == money
    assert cells.amount(str(money.major).replace(".", ","), currency, COMMA) == money


def test_the_order_of_days_shows_in_one_of_them() -> None:
    assert moments.order_of(["01/02/2025", "25/12/2024"]) == DAY_FIRST
    assert moments.order_of(["01/02/2025", "12/25/2024"]) == MONTH_FIRST
    assert moments.order_of(["01/02/2025", "2025-01-02"]) == ""
