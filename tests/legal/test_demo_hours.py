"""The demo's six months of entries are real input: they pass every rule that a person's entries pass."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

import legal
from legal import utbms
from legal.hours.durations import parse
from legal.hours.rounding import tenths
from legal.rates.rate_matrix import matrix
from legal.rates.valuation import value_of

pytestmark = pytest.mark.pure

with (Path(legal.__file__).parents[1] / "demo" / "hours.csv").open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file))


def test_three_people_worked_from_may_to_november():
    days = sorted(date.fromisoformat(row["worked_on"]) for row in ROWS)
    assert (days[0], days[-1]) == (date(2025, 5, 5), date(2025, 11, 14))
    assert {row["timekeeper"] for row in ROWS} == {
        "Ana Lucero",
        "Ben Whitaker",
        "Pilar Soto",
    }
    assert len({day.replace(day=1) for day in days}) == 7


def test_every_line_has_a_task_an_activity_and_a_duration_we_can_read():
    for row in ROWS:
        assert utbms.phase_of(row["task"])
        assert utbms.activity_code(row["activity"])
        assert parse(row["duration"]) >= 5


def test_no_day_of_one_person_is_longer_than_a_long_working_day():
    minutes = Counter()
    for row in ROWS:
        minutes[row["timekeeper"], row["worked_on"]] += parse(row["duration"])
    assert max(minutes.values()) <= 10 * 60


def test_the_hours_are_worth_six_figures_at_the_published_rate():
    units = [tenths(parse(row["duration"]), "nearest") for row in ROWS]
    rates = [matrix("eaja").rate_on(date.fromisoformat(row["worked_on"])) for row in ROWS]
    value_minor = sum(value_of(each, rate).minor for each, rate in zip(units, rates, strict=True))
    assert sum(units) == 4270
    assert value_minor == 11_036_241


@pytest.mark.parametrize("row", ROWS[::25], ids=lambda row: row["narrative"])
def test_a_narrative_is_one_plain_action(row):
    assert ";" not in row["narrative"]
    assert len(row["narrative"]) < 100
