"""CSV import: the rules of the form, every wrong row by number, all rows or none."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import legal
from core.db import transaction
from core.errors import Invalid, NotFound
from legal.hours.importing import Import, RowsRefused, import_hours
from legal.hours.time_entry import TimeEntry
from legal.matters.engaging import engage_timekeeper
from legal.schemas.time import read_row
from tests.legal.conftest import Case

HEADER = "timekeeper,worked_on,duration,task,activity,narrative\n"
GOOD = "Bob,2025-07-10,1h 12m,L210,A103,Draft the petition\n"


def run(case: Case, text: str, *, by: str = "bob", skip: bool = False) -> Import:
    with transaction():
        return import_hours(
            case.actor(by),
            text.splitlines(keepends=True),
            matter_id=case.matter.id,
            read=read_row,
            skip_wrong_rows=skip,
        )


def written(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(TimeEntry)) or 0


def test_every_row_becomes_a_draft(session: Session, case: Case) -> None:
    done = run(case, HEADER + GOOD + "volunteer,2025-07-11,0:30,L140,A110,Index documents\n")
    assert [entry.units_tenths for entry in done.entries] == [12, 5]
    assert {entry.state for entry in done.entries} == {"draft"}


def test_a_wrong_row_is_named_and_nothing_is_written(
    session: Session, case: Case, subtests: pytest.Subtests
) -> None:
    for row, column in [
        ("Nobody,2025-07-10,1h,L210,A103,Draft\n", "timekeeper"),
        ("Charlie,2025-07-10,1h,L210,A103,Draft\n", "timekeeper"),
        ("Bob,10.07.2025,1h,L210,A103,Draft\n", "worked_on"),
        ("Bob,2999-07-10,1h,L210,A103,Draft\n", "worked_on"),
        ("Bob,2025-07-10,soon,L210,A103,Draft\n", "duration"),
        ("Bob,2025-07-10,0m,L210,A103,Draft\n", "duration"),
        ("Bob,2025-07-10,23h,L210,A103,Draft\n", "duration"),
        ("Bob,2025-07-10,1h,L200,A103,Draft\n", "task"),
        ("Bob,2025-07-10,1h,E112,A103,Draft\n", "task"),
        ("Bob,2025-07-10,1h,L210,,Draft\n", "activity"),
        ("Bob,2025-07-10,1h,L210,A103,\n", "narrative"),
        ("Bob,2025-07-10\n", "duration"),
    ]:
        with subtests.test(row=row, column=column):
            with pytest.raises(RowsRefused) as caught:
                run(case, HEADER + GOOD + row)
            assert {(error.row, error.column) for error in caught.value.errors} >= {(3, column)}
            assert all(error.rule for error in caught.value.errors)
            assert written(session) == 0


def test_wrong_rows_can_be_left_out_on_request(session: Session, case: Case) -> None:
    done = run(case, HEADER + GOOD + "Bob,2025-07-10,soon,L210,A103,Draft\n" + GOOD, skip=True)
    assert (len(done.entries), [error.row for error in done.errors]) == (2, [3])
    assert written(session) == 2


@pytest.mark.parametrize("text", ["", "name,day\n", "timekeeper,worked_on\n", HEADER + 'Bob,"2025\n'])
def test_a_file_that_is_no_such_table_is_refused(session: Session, case: Case, text: str) -> None:
    with pytest.raises(Invalid) as caught:
        run(case, text)
    assert list(caught.value.errors) == ["file"]
    assert written(session) == 0


def test_a_foreign_matter_takes_no_import(case: Case) -> None:
    with pytest.raises(NotFound), transaction():
        import_hours(case.actor("bob"), [HEADER], matter_id="matter_x", read=read_row)


def demo_rows(names: set[str]) -> Iterator[str]:
    lines = (Path(legal.__file__).parents[1] / "demo" / "hours.csv").read_text(encoding="utf-8").splitlines()
    yield lines[0]
    yield from (line for line in lines if line.split(",")[0] in names)


def test_the_demo_s_file_imports_without_an_error(session: Session, case: Case) -> None:
    with transaction():
        engage_timekeeper(case.actor("bob"), name="Ana Lucero", classification="STFATT")
    done = run(case, "\n".join(demo_rows({"Ana Lucero"})))
    assert (len(done.entries), sum(entry.units_tenths for entry in done.entries)) == (190, 1920)


def test_the_command_imports_a_file_and_lists_what_is_wrong(
    session: Session, app: Flask, case: Case, tmp_path: Path
) -> None:
    file = tmp_path / "hours.csv"
    options = ["hours", "import", str(file), "--matter", case.matter.id, "--as", "bob@example.org"]
    file.write_text(HEADER + GOOD + "Bob,2025-07-10,soon,L210,A103,Draft\n", encoding="utf-8")
    refused = app.test_cli_runner().invoke(args=options)
    assert refused.exit_code == 1
    assert "3: duration: Write a duration such as" in refused.output
    file.write_text("\ufeff" + HEADER + GOOD, encoding="utf-8")
    assert app.test_cli_runner().invoke(args=options).exit_code == 0
    assert written(session) == 1


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["--on", "2022-07-10", "--hours", "1.1"], 0, "1.1 h × 234.95 USD = 258.45 USD"),
        (["--on", "2022-07-10", "--hours", "0.3"], 0, "70.49 USD"),
        (["--on", "2026-07-10", "--hours", "1.1"], 1, "has no rate for 2026"),
        (["--on", "2022-07-10", "--hours", "1.15"], 2, "one decimal"),
        (["--on", "2022-07-10", "--hours", "NaN"], 2, "one decimal"),
        (["--on", "2022-07-10", "--hours", "-1"], 2, "one decimal"),
    ],
)
def test_the_command_values_hours_of_a_day(app: Flask, options: list[str], code: int, words: str) -> None:
    answer = app.test_cli_runner().invoke(args=["rates", "value", "--matrix", "eaja", *options])
    assert answer.exit_code == code
    assert words in answer.output
