"""No cell of an export runs as a formula, and nothing is lost on the way."""

import csv
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.web.csv_out import cell, lines

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    "formula",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "  @x", "＝1", "＋1", "－1", "＠x"],
)
def test_a_text_that_would_start_a_formula_is_marked_as_text(formula: str) -> None:
    assert cell(formula) == f"'{formula}"


@pytest.mark.parametrize("plain", ["", "Nora", "a=b", "12", "(12)", "O'Neill", "ñandú", "'quoted"])
def test_other_texts_stay_as_they_are(plain: str) -> None:
    assert cell(plain) == plain


def test_numbers_stay_numbers_and_days_read_as_days() -> None:
    assert [cell(value) for value in (-5, 1.5, True, None, date(2026, 5, 1))] == [
        "-5",
        "1.5",
        "true",
        "",
        "2026-05-01",
    ]


@given(st.text())
def test_no_text_starts_like_a_formula(text: str) -> None:
    assert not cell(text).lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.lists(st.tuples(st.text(alphabet="ab,\"\n='"), st.integers()), max_size=200))
def test_every_row_is_read_back(rows: list[tuple[str, int]]) -> None:
    text = "".join(lines(("text", "number"), rows)).removeprefix("\ufeff")
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert read == [["text", "number"], *([cell(words), str(number)] for words, number in rows)]


def test_long_files_come_in_pieces() -> None:
    assert len(list(lines(("n",), ([number] for number in range(50_000))))) > 3
