"""The files of codes and rates are what their source note says they are."""

import csv
import hashlib
import tomllib
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

import legal

pytestmark = pytest.mark.pure

DATA = Path(legal.__file__).parent / "data"
SOURCES = tomllib.loads((DATA / "SOURCES.toml").read_text(encoding="utf-8"))


def test_every_data_file_has_a_source_note_and_every_note_a_file():
    assert {path.name for path in DATA.glob("*.csv")} == set(SOURCES)


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_a_data_file_has_the_checksum_that_was_recorded(name):
    assert hashlib.sha256((DATA / name).read_bytes()).hexdigest() == SOURCES[name]["sha256"]


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_a_source_note_says_where_and_when(name):
    note = SOURCES[name]
    assert note["title"]
    assert note["publisher"]
    assert note["source"].startswith("https://")
    assert isinstance(note["recorded_on"], date)


@pytest.mark.parametrize(("year", "cpi_u"), [(2022, "292.655"), (2023, "304.702"), (2024, "313.689")])
def test_the_published_eaja_rate_follows_from_the_statute_and_the_price_index(year, cpi_u):
    with (DATA / "eaja.csv").open(encoding="utf-8", newline="") as file:
        published = {int(row["year"]): Decimal(row["rate"]) for row in csv.DictReader(file)}
    formula = Decimal(125) * Decimal(cpi_u) / Decimal("155.7")
    assert formula.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP) == published[year]
